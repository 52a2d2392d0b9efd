"""Data sets: those that are registered, those that a report brings, and how rows are split."""
