"""What a report leaves open: a search for protocols that fit, and verdicts in all universes."""
