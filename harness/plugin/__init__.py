"""The pytest plugin: hooks, options, fixtures, and what a session shows."""
