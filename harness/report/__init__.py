"""What a report's folder holds: its register, its grid, what it leaves open, and the verdicts it records."""
