from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.base.errors import ConfigError, MissingPackageError
from harness.training import trainers
from harness.training.config import TrainingConfig
from harness.training.dense.trainers import KERAS, TORCH, DenseTrainer
from harness.training.seeds import Seed
from harness.training.trainers import (
    TimedTrainer,
    Trainer,
    fingerprint_of,
    packages_of,
    place_of,
    register_trainers,
    trainer_named,
    trainer_names,
)
from tests.builders.configs import small_config, trained_by

OTHER = """
from harness.training.dense.trainers import TORCH as mine

number = 1
"""


@pytest.fixture
def other_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Make a package that brings a trainer, forgotten afterwards."""
    (tmp_path / "others_trainers.py").write_text(OTHER, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(trainers, "_registered", dict(trainers._registered))
    yield "others_trainers"
    trainer_named.cache_clear()


def test_the_two_trainers_are_there() -> None:
    """By the names of the frameworks; each can be timed."""
    assert trainer_names() == ["keras", "torch"]
    assert (trainer_named("keras"), trainer_named("torch")) == (KERAS, TORCH)
    assert all(isinstance(one, Trainer) and isinstance(one, TimedTrainer) for one in (KERAS, TORCH))


def test_a_package_brings_a_trainer(other_package: str) -> None:
    """By a name of its own, or by where it stands."""
    register_trainers({"mine": f"{other_package}:mine"})
    assert trainer_names() == ["keras", "mine", "torch"]
    assert trainer_named("mine") is trainer_named(f"{other_package}:mine") is TORCH
    assert place_of("mine") == f"{other_package}:mine"
    assert place_of(f"{other_package}:mine") == f"{other_package}:mine"
    assert TrainingConfig.make("mine", dict(small_config())).digest != small_config().digest


def test_a_name_stands_for_one_trainer(other_package: str) -> None:
    """Said twice alike is no matter; said otherwise, one of them has to change."""
    register_trainers({"mine": f"{other_package}:mine"})
    register_trainers({"mine": f"{other_package}:mine"})
    with pytest.raises(ConfigError, match=r"^trainer 'torch' is harness\..*:TORCH already; give a:b another name$"):
        register_trainers({"torch": "a:b"})


KNOWN = "give one of: keras, torch; or module:attribute"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("jax", f"trainer is 'jax'; {KNOWN}"),
        ("", f"trainer is ''; {KNOWN}"),
        (":run", f"trainer is ':run'; {KNOWN}"),
        ("train:", f"trainer is 'train:'; {KNOWN}"),
        (
            "nothing_of_that_name:run",
            f"trainer is 'nothing_of_that_name:run', which cannot be imported "
            f"(No module named 'nothing_of_that_name'); {KNOWN}",
        ),
        ("others_trainers:number", f"trainer is 'others_trainers:number', which is a int and no trainer; {KNOWN}"),
    ],
)
@pytest.mark.usefixtures("other_package")
def test_an_unknown_trainer_is_refused_in_one_sentence(name: str, sentence: str) -> None:
    """With the names of those that there are."""
    with pytest.raises(ConfigError) as caught:
        trainer_named(name)
    assert str(caught.value) == sentence


def test_an_attribute_that_is_not_there_is_named(other_package: str) -> None:
    """As Python names it."""
    with pytest.raises(ConfigError, match="has no attribute 'theirs'"):
        trainer_named(f"{other_package}:theirs")


# What results depend on


def test_packages_are_those_of_what_is_trained() -> None:
    """With their versions, each once, sorted."""
    torch, keras = small_config(), trained_by("keras", small_config())
    assert list(packages_of([torch])) == ["numpy", "scikit-learn", "torch"]
    assert list(packages_of([torch, keras, torch])) == ["keras", "numpy", "scikit-learn", "tensorflow", "torch"]
    assert packages_of([torch])["torch"] == fingerprint_of(torch)["torch"]
    assert packages_of([torch], lambda config: {"torch": "1.0", "data": "0"}) == {"torch": "1.0"}


def test_packages_of_a_trainer_that_is_not_whole_are_left_out() -> None:
    """What it trained elsewhere may be stored."""

    def fingerprint(config: TrainingConfig) -> dict[str, str]:
        if config.trainer == "keras":
            raise MissingPackageError("trainer 'keras' needs keras")
        return {"torch": "1.0"}

    assert packages_of([small_config(), trained_by("keras", small_config())], fingerprint) == {"torch": "1.0"}


def test_a_package_that_is_missing_is_named_with_the_command_that_installs_it() -> None:
    """Before anything is trained."""
    trainer = DenseTrainer("torch", ("numpy", "no-such-package"), {})
    with pytest.raises(MissingPackageError) as caught:
        trainer.fingerprint(small_config())
    assert str(caught.value) == (
        "trainer 'torch' needs no-such-package, which is not installed; run: pip install 'pytest-claims[torch]'"
    )


@pytest.mark.parametrize("trainer", [KERAS, TORCH], ids=["keras", "torch"])
@pytest.mark.parametrize("dataset", ["wine", "boston"])
def test_blank_runs_have_the_shapes_of_real_ones(trainer: DenseTrainer, dataset: str) -> None:
    """Claims are called on them once, to learn what they ask for."""
    loss = {"wine": "cross_entropy", "boston": "squared_error"}[dataset]
    config = small_config(trainer=trainer.name, dataset=dataset, loss=loss, epochs=2)
    seeds = (Seed(0, 0), Seed(1, 1))
    blank, real = trainer.blank(config, seeds), trainer.train(config, seeds)
    assert blank.seeds == real.seeds
    assert {name: array.shape for _, name, array in blank.arrays()} == {
        name: array.shape for _, name, array in real.arrays()
    }
    assert not blank.diverged.any()
