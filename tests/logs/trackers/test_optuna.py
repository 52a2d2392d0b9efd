import sys
from pathlib import Path

import optuna
import pytest

from harness.base.errors import MissingPackageError
from harness.logs.files import column_names
from tests.builders.logs import logged, runs_of


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Have Optuna keep trials, one of which failed."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    file = tmp_path / "study.db"
    kept = optuna.create_study(study_name="mine", storage=f"sqlite:///{file}")
    for optimizer in ("adam", "sgd"):
        for seed in range(3):
            kept.enqueue_trial({"optimizer": optimizer}, user_attrs={"seed": seed})

    def objective(trial: optuna.Trial) -> float:
        optimizer = trial.suggest_categorical("optimizer", ["adam", "sgd"])
        if (optimizer, trial.user_attrs["seed"]) == ("sgd", 1):
            raise ValueError("too hot")
        return trial.user_attrs["seed"] + 10.0 * (optimizer == "sgd")

    kept.optimize(objective, n_trials=6, catch=ValueError)
    return file


def test_trials_are_runs(study: Path) -> None:
    """With their parameters, user attributes, state and value."""
    assert set(column_names(study)) == {"study", "trial", "state", "value", "optimizer", "seed"}
    source = logged(study.parent, "", files="study.db", metrics=("value",), status="state", finished=("COMPLETE",))
    assert runs_of(source, optimizer="adam").value.tolist() == [0, 1, 2]
    sgd = runs_of(source, optimizer="sgd")
    assert sgd.value.tolist() == [10, 12]
    assert sgd.note == "2 of 3 logged runs used: 1 failed"


def test_what_is_not_installed_is_named(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingPackageError, match=r"run: pip install 'pytest-claims\[optuna\]'$"):
        column_names(study)


def test_its_verbosity_is_left_as_it_was(study: Path) -> None:
    """It is the user's."""
    optuna.logging.set_verbosity(optuna.logging.DEBUG)
    column_names(study)
    assert optuna.logging.get_verbosity() == optuna.logging.DEBUG
    optuna.logging.set_verbosity(optuna.logging.ERROR)
