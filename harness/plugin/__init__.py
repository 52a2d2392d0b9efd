"""The pytest plugin: hooks, options, fixtures, and what a session shows."""

from harness.plugin import as_written as as_written  # before pytest finds any other module of the harness
