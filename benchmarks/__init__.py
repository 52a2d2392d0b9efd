"""What the harness's batched trainings cost, measured: ``python -m benchmarks.bench`` writes ``docs/benchmarks.md``."""
