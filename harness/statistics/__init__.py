"""From a sample over seeds to an estimate with its interval."""
