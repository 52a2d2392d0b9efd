"""Finished trainings: kept whole or not at all, looked after, shared."""
