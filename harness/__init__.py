"""Put the findings of a machine-learning report under test.

The package knows trainings, statistics, verdicts and reports; it knows nothing of any one report. What a report
says stands in a folder of its own (``report.toml``, ``protocol.toml`` and pytest modules).

What claims and other programs use is imported from here: ``from harness import mean_over_seeds``.

One package a question; imports run downwards only (``[tool.importlinter]`` in pyproject.toml):

================  =====================================================================
`commands`        ``python -m harness``
`plugin`          pytest's hooks, options and fixtures; what is shown while a session goes on
`explaining`      nights, and why a verdict changed
`pages`           HTML, Markdown and tables
`drawing`         figures
`sessions`        what sessions came to, their history, and comparisons
`reconstruction`  configs that fit a report, and verdicts in all universes
`judging`         claims collected, planned, given their evidence, judged
`execution`       who trains: this machine's processes, or the workers of a cluster
`storage`         finished trainings: kept, read, shared
`report`          the register of findings, the grid, the choices that a report leaves open
`verdicts`        the verdict of a claim, of a finding, and their error rates
`statistics`      estimators, draws, curves, effects
`logs`            runs that were made elsewhere, read from files
`training`        configs, seeds, runs, and the trainers: of both frameworks, and of a report's own function
`data`            registered data sets, and those that a report brings
`base`            errors, files, locks, tables: nothing of the field in it
================  =====================================================================
"""

import lazy_loader

# PEP 562: a name is imported when it is first used, so that a session of pytest without claims pays for none of them.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
