"""Put the findings of a machine-learning report under test.

The package knows trainings, statistics, verdicts and reports; it knows nothing of any one report. What a report
says stands in a folder of its own (``report.toml``, ``protocol.toml`` and pytest modules).

Here stands the way from a claim to its verdict: what a claim may use (`evidence`, `statistics`, `draws`, `curves`,
`effects`, `complexity`), what it is judged by (`findings`, `judge`, `verdict`, `combination`), how its networks are
trained (`config`, `grid`, `engine`), and the pytest plugin (`plugin`, `options`, `fixtures`, `audit`). The rest has
rooms of its own:

===================  ==========================================================
`datasets`           registered data sets, and those that a report brings
`training`           the trainers of both frameworks
`storage`            finished trainings: kept, looked after, shared
`clusters`           who trains: processes here, or the workers of a cluster
`reconstruction`     configs that fit a report, and verdicts in all universes
`sessions`           what sessions came to, their history, and comparisons
`explaining`         nights, and why a verdict changed
`drawing`            figures
`pages`              HTML, Markdown and tables
`live`               what is shown while a session goes on
`commands`           ``python -m harness``
===================  ==========================================================
"""
