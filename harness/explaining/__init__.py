"""Every night, and why a verdict changed: its claims run again with old and new code and versions."""
