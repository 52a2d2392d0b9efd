"""Runs that MLflow keeps, in an SQLite database or a folder ``mlruns``."""

import contextlib
import os
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.base.errors import DataError, MissingPackageError

ALWAYS = ("experiment", "run", "run_name", "status")
OF_STEPS = ("metric", "step", "value")
SETTINGS = ("MLFLOW_DISABLE_TELEMETRY", "MLFLOW_ALLOW_FILE_STORE")
AT_ONCE = 1_000  # runs that are asked for together


def names_in(place: Path) -> tuple[str, ...]:
    """Return the names of the columns that a store has: of its runs, and of the steps of their metrics."""
    with _asking(place) as client:
        found = [_named(run) for run in _runs(client)]
    return (*ALWAYS, *dict.fromkeys(name for named in found for name in named if name not in ALWAYS), *OF_STEPS)


def records_in(place: Path, wanted: frozenset[str]) -> Iterator[Mapping[str, Any]]:
    """Yield a row for each run with the last value of each metric; or, where steps are wanted, one for each step."""
    with _asking(place) as client:
        for run in _runs(client):
            if not wanted & {*OF_STEPS}:
                yield _named(run)
                continue
            settings = _settings_of(run)
            for metric in run.data.metrics:
                for entry in client.get_metric_history(run.info.run_id, metric):
                    yield {**settings, "metric": metric, "step": entry.step, "value": entry.value}


def _named(run: Any) -> dict[str, Any]:
    """Return what is known of a run, with the last value of each metric."""
    settings = _settings_of(run)
    metrics = run.data.metrics
    return settings | {f"metrics.{name}" if name in settings else name: value for name, value in metrics.items()}


def _settings_of(run: Any) -> dict[str, Any]:
    """Return what is known of a run but its metrics; what has a name that is taken has its kind before it."""
    info = run.info
    named = {
        "experiment": info.experiment_id,
        "run": info.run_id,
        "run_name": info.run_name or "",
        "status": info.status,
    }
    taken = {*ALWAYS, *OF_STEPS}
    tags = {name: value for name, value in run.data.tags.items() if not name.startswith("mlflow.")}
    for kind, settings in (("params", run.data.params), ("tags", tags)):
        named |= {f"{kind}.{name}" if name in taken else name: value for name, value in settings.items()}
        taken |= named.keys()
    return named


def _runs(client: Any) -> Iterator[Any]:
    experiments = [one.experiment_id for one in client.search_experiments()]
    token = None
    while True:
        page = client.search_runs(experiments, max_results=AT_ONCE, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


@contextlib.contextmanager
def _asking(place: Path) -> Iterator[Any]:
    """Give a client of a store.

    Raises
    ------
    MissingPackageError
        If MLflow is not installed.
    DataError
        If the store cannot be read, as when it is locked or of another version.
    """
    try:
        with _settings():  # some are read while it is imported
            import mlflow  # noqa: F401
        from mlflow.exceptions import MlflowException
        from mlflow.tracking import MlflowClient
        from sqlalchemy.exc import SQLAlchemyError
    except ImportError as missing:
        raise MissingPackageError(
            f"{place}: MLflow is not installed; run: pip install 'pytest-claims[mlflow]'"
        ) from missing
    uri = f"sqlite:///file:{place.absolute()}?mode=ro&uri=true" if place.is_file() else place.absolute().as_uri()
    try:
        with _settings(), warnings.catch_warnings(action="ignore"):  # of the two libraries, of one another
            yield MlflowClient(uri)
    except (MlflowException, SQLAlchemyError, OSError) as reason:
        raise DataError(f"{place}: MLflow cannot read it ({reason})") from reason


@contextlib.contextmanager
def _settings() -> Iterator[None]:
    """Have MLflow send nothing and read folders, unless it is set otherwise; then leave the environment as it was."""
    added = [name for name in SETTINGS if name not in os.environ]
    os.environ.update(dict.fromkeys(added, "true"))
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)
