"""Who trains: the trainers that come with the harness, and those that other packages bring.

A trainer is named by a word that was registered, or as ``module:attribute``. Its module is imported when it is first
needed, and a framework only when something is trained.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from harness.base.errors import ConfigError, MissingPackageError
from harness.training.fields import Field
from harness.training.function.source import is_function
from harness.training.seeds import Seed

if TYPE_CHECKING:
    from harness.training.config import TrainingConfig
    from harness.training.runs import Runs


Fingerprint = Callable[["TrainingConfig"], Mapping[str, str]]
"""Says what else determines a result of a config besides the seeds."""


@runtime_checkable
class Trainer(Protocol):
    """Makes runs of a config.

    Attributes
    ----------
    name
        What configs and pages call it.
    fields
        What a config of it may hold, by name.
    seeds_at_once, most_at_once
        How many seeds `train` is given together: first, and at most, as `harness.training.seeds.seed_blocks` tells.
        Where they are trained as one program, the last bits of a seed's result may depend on its neighbours, so that
        blocks are always whole; 1 where each seed is trained alone.
    distributions
        The packages whose versions determine a result; a fingerprint has them under these names.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - told above

    @property
    def fields(self) -> Mapping[str, Field]: ...  # noqa: D102 - told above

    @property
    def seeds_at_once(self) -> int: ...  # noqa: D102 - told above

    @property
    def most_at_once(self) -> int: ...  # noqa: D102 - told above

    @property
    def distributions(self) -> Sequence[str]: ...  # noqa: D102 - told above

    def check(self, config: "TrainingConfig") -> None:
        """Raise a `ConfigError` where fields that are each valid do not go together; it begins with a field's name."""

    def fingerprint(self, config: "TrainingConfig") -> Mapping[str, str]:
        """Return what else determines a result here: versions, source and data, only of what is used.

        No framework is imported for it.

        Raises
        ------
        MissingPackageError
            If what the trainer needs is not installed.
        """
        ...

    def train(self, config: "TrainingConfig", seeds: Sequence[Seed]) -> "Runs":
        """Train all seeds, or raise; called in a process of its own, one call at a time."""
        ...

    def blank(self, config: "TrainingConfig", seeds: Sequence[Seed]) -> "Runs":
        """Return runs of the right shapes in which nothing was learnt, without a training.

        What a claim needs is found by calling it once on these.
        """
        ...


@runtime_checkable
class TimedTrainer(Trainer, Protocol):
    """A trainer whose single trainings can be timed.

    Attributes
    ----------
    modes
        By the mode that a user would choose, among them ``default``, the kind of process that trains in it.
    stopwatch
        The module of that process: its ``main`` takes the kind, and answers each line of standard input, a JSON object
        with ``config``, ``mode`` and ``seed``, by one with ``epoch_seconds``.
    """

    modes: Mapping[str, str]
    stopwatch: str

    def shortened(self, config: "TrainingConfig") -> "TrainingConfig":
        """Return a config whose training is short, to warm up with."""
        ...


_registered: dict[str, str] = {
    "keras": "harness.training.dense.trainers:KERAS",
    "torch": "harness.training.dense.trainers:TORCH",
    "logged": "harness.logs.trainer:LOGGED",
}


def register_trainers(found: Mapping[str, str]) -> None:
    """Make trainers of another package known.

    Parameters
    ----------
    found
        By name, where each stands: ``module:attribute``.

    Raises
    ------
    ConfigError
        If a name stands for another trainer already, or is not written as a name.
    """
    for name, place in found.items():
        if place == name:
            continue  # it is found where it stands
        if _registered.setdefault(name, place) != place:
            raise ConfigError(f"trainer {name!r} is {_registered[name]} already; give {place} another name")


def trainer_names() -> list[str]:
    """Return the names of all trainers that are registered, and that a report may name."""
    return sorted(set(_registered) - {"logged"})


def place_of(name: str) -> str:
    """Return where a trainer stands, as ``module:attribute``: what another process needs to find it."""
    return _registered.get(name, name)


def fingerprint_of(config: "TrainingConfig") -> Mapping[str, str]:
    """Return what determines a result of a config here besides the seeds, as its trainer says."""
    return trainer_named(config.trainer).fingerprint(config)


def packages_of(configs: Iterable["TrainingConfig"], fingerprint: "Fingerprint" = fingerprint_of) -> dict[str, str]:
    """Return the packages on which results of these configs depend, each with its version.

    Those of a trainer that lacks a package, and of which nothing is stored, are left out.

    Parameters
    ----------
    fingerprint
        Says what determines a result of a config.
    """
    found: dict[str, str] = {}
    for config in configs:
        with suppress(MissingPackageError):
            told = fingerprint(config)
            found |= {name: told[name] for name in trainer_named(config.trainer).distributions if name in told}
    return dict(sorted(found.items()))


@cache
def trainer_named(name: str) -> Trainer:
    """Return a trainer, given its name, or where it stands.

    Raises
    ------
    ConfigError
        If there is none of that name, or what stands there is no trainer.
    """
    place = place_of(name)
    if is_function(place):
        from harness.training.function.trainer import FunctionTrainer

        return FunctionTrainer(place)
    module, colon, attribute = place.partition(":")
    known = f"give one of: {', '.join(trainer_names())}; or module:attribute"
    if not colon or not module or not attribute:
        raise ConfigError(f"trainer is {name!r}; {known}")
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as problem:
        raise ConfigError(f"trainer is {name!r}, which cannot be imported ({problem}); {known}") from problem
    if not isinstance(found, Trainer):
        raise ConfigError(f"trainer is {name!r}, which is a {type(found).__name__} and no trainer; {known}")
    return found
