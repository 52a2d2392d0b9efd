"""Put the findings of a machine-learning report under test.

The package knows trainings, statistics, verdicts and reports; it knows nothing of any one report. What a report
says stands in a folder of its own (``report.toml``, ``protocol.toml`` and pytest modules).
"""
