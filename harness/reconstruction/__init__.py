"""What a report leaves open: a search for configs that fit, and verdicts in all universes."""
