"""A training function of a report's own as a trainer: any library, one run a call."""
