"""What is trained and what comes out: `TrainingConfig`, `Seed`, `Runs`, and the trainers."""
