"""From claims that are collected, through the evidence they ask for, to their verdicts."""
