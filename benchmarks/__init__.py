"""What the harness's ensembles cost, measured: ``python -m benchmarks.bench`` writes ``docs/benchmarks.md``."""
