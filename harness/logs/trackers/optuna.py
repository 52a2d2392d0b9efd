"""Trials of Optuna's studies in an SQLite database."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.base.errors import DataError, MissingPackageError


def records_in(place: Path) -> list[Mapping[str, Any]]:
    """Return a row for each trial of each study: its number, state and value, its parameters and user attributes.

    Raises
    ------
    MissingPackageError
        If Optuna is not installed.
    DataError
        If the database cannot be read, as when it is locked or of another version.
    """
    try:
        import optuna
        from sqlalchemy.exc import SQLAlchemyError
    except ImportError as missing:
        raise MissingPackageError(
            f"{place}: Optuna is not installed; run: pip install 'pytest-claims[optuna]'"
        ) from missing
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        storage = optuna.storages.RDBStorage(f"sqlite:///file:{place.absolute()}?mode=ro&uri=true")
        studies = optuna.get_all_study_names(storage)
        loaded = [optuna.load_study(study_name=name, storage=storage) for name in studies]
        return [{"study": study.study_name, **_row(trial)} for study in loaded for trial in study.trials]
    except (optuna.exceptions.OptunaError, SQLAlchemyError, RuntimeError, KeyError, OSError) as reason:
        raise DataError(f"{place}: Optuna cannot read it ({reason})") from reason
    finally:
        optuna.logging.set_verbosity(verbosity)


def _row(trial: Any) -> dict[str, Any]:
    values = trial.values or []
    named = {"value": values[0]} if len(values) == 1 else {f"value_{place}": one for place, one in enumerate(values)}
    return {"trial": trial.number, "state": trial.state.name, **named, **trial.params, **trial.user_attrs}
