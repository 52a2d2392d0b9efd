"""What trained models leave behind, one run a seed: curves, scalars and outputs by name."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.base.arrays import Array, Floats
from harness.training.config import TrainingConfig
from harness.training.function.source import short_name
from harness.training.seeds import Seed

FINAL = "final_"
SECONDS = "seconds"
"""The scalar that holds the wall time of each training: the only one that differs when a training is repeated."""


@dataclass(frozen=True, eq=False)
class Runs:
    """The runs of one config over some seeds.

    Every array is found by its name as an attribute: ``runs.test_loss``; the last step of a curve by
    ``runs.final_test_loss``. A run that diverged stays in its place: its curves are NaN from that step on and
    `diverged` says so, so that no average takes it for a number.

    Attributes
    ----------
    config
        What was trained.
    seeds
        One for each run, in the order of the first axis of every array.
    curves : (seeds, steps)
        By name; a step is what the trainer counts, such as an epoch, and each curve has steps of its own.
    scalars : (seeds,)
        By name.
    outputs : (seeds, ...)
        By name, whatever else a trainer gives, such as predictions.
    note
        What a reader of any verdict on them should know, in one sentence; may be empty.
    """

    config: TrainingConfig
    seeds: tuple[Seed, ...]
    curves: Mapping[str, Floats]
    scalars: Mapping[str, Floats]
    outputs: Mapping[str, Array]
    note: str = ""

    def __post_init__(self) -> None:
        count = len(self.seeds)
        if len(set(self.seeds)) != count:
            raise ValueError(f"{count - len(set(self.seeds))} of {count} seeds stand twice: no seed counts twice")
        names = [*self.curves, *self.scalars, *self.outputs]
        if len(set(names)) < len(names):
            raise ValueError(f"two arrays have one name among: {', '.join(sorted(names))}")
        for kind, axes in (("curves", 2), ("scalars", 1), ("outputs", None)):
            arrays = {name: np.asarray(array) for name, array in getattr(self, kind).items()}
            for name, array in arrays.items():
                if array.shape[:1] != (count,) or (axes is not None and array.ndim != axes):
                    shape = {"curves": f"({count}, steps)", "scalars": f"({count},)"}.get(kind, f"({count}, ...)")
                    raise ValueError(f"{name} has shape {array.shape}; {kind} of {count} seeds have shape {shape}")
                array.setflags(write=False)
            object.__setattr__(self, kind, MappingProxyType(arrays))

    def __getattr__(self, name: str) -> NDArray[Any]:
        if name.startswith("_") or "outputs" not in self.__dict__:  # as when it is copied
            raise AttributeError(name)
        for arrays in (self.curves, self.scalars, self.outputs):
            if name in arrays:
                return arrays[name]
        if name.removeprefix(FINAL) != name and name.removeprefix(FINAL) in self.curves:
            return self.curves[name.removeprefix(FINAL)][:, -1]
        raise AttributeError(
            f"runs of {short_name(self.config.trainer)} have no metric {name!r}; "
            f"there are: {', '.join(self.metrics())}; of a curve {FINAL}... is the last step"
        )

    def metrics(self) -> list[str]:
        """Return the names of all arrays."""
        return [*self.curves, *self.scalars, *self.outputs]

    def arrays(self) -> Iterator[tuple[str, str, Array]]:
        """Yield kind (``curves``, ``scalars`` or ``outputs``), name and array, first axis seeds."""
        for kind in ("curves", "scalars", "outputs"):
            for name, array in getattr(self, kind).items():
                yield kind, name, array

    def first(self, count: int) -> "Runs":
        """Return the runs of the first `count` seeds, without a copy of their arrays."""
        return _runs_of(self.config, self.seeds[:count], [self], lambda kind, name: getattr(self, kind)[name][:count])

    def at(self, places: NDArray[np.int64]) -> "Runs":
        """Return the runs at these places, in this order."""
        seeds = tuple(self.seeds[place] for place in places)
        return _runs_of(self.config, seeds, [self], lambda kind, name: getattr(self, kind)[name][places])

    @property
    def diverged(self) -> NDArray[np.bool_]:
        """Whether a curve or a scalar was not finite anywhere, by seed, shape (seeds,)."""
        found = np.zeros(len(self.seeds), dtype=bool)
        for curve in self.curves.values():
            found |= ~np.isfinite(curve).all(axis=1)
        for name, scalar in self.scalars.items():
            found |= ~np.isfinite(scalar) & (name != SECONDS)
        return found


class UnknownRuns(Runs):
    """Runs of which nobody knows yet what they measure: every metric is a number of 1 a seed."""

    def __getattr__(self, name: str) -> NDArray[Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        return np.ones(len(self.seeds))


def predicted_classes(runs: Runs) -> NDArray[np.int64]:
    """Return the most probable class of each test row, -1 where a run diverged, shape (seeds, rows)."""
    probabilities = np.asarray(runs.test_predictions)
    known = np.isfinite(probabilities).all(axis=2) & ~runs.diverged[:, None]
    return np.where(known, np.argmax(probabilities, axis=2), -1)


def paired(first: Runs, second: Runs) -> tuple[Runs, Runs]:
    """Return the runs of the seeds that both have, in one order: only runs of one seed are a pair.

    Raises
    ------
    ValueError
        If they have fewer than two seeds in common.
    """
    common = sorted(set(first.seeds) & set(second.seeds))
    if len(common) < 2:
        raise ValueError(
            f"{len(common)} of {len(first.seeds)} and {len(second.seeds)} seeds are the same: these runs are no pairs; "
            "compare them by difference_of_means, ratio_of_means or probability_of_larger"
        )
    places = ({seed: place for place, seed in enumerate(runs.seeds)} for runs in (first, second))
    one, other = (np.array([place[seed] for seed in common]) for place in places)
    return first.at(one), second.at(other)


def concatenate(parts: Sequence[Runs]) -> Runs:
    """Join runs of one config along the seeds.

    A curve that ends before another, as with early stopping, keeps its last value: so does the model that it is of.

    Raises
    ------
    ValueError
        If they are of several configs, or do not have the same arrays.
    """
    configs = {part.config for part in parts}
    if len(configs) != 1:
        raise ValueError(f"runs of {len(configs)} configs cannot be joined")
    if len({frozenset(part.metrics()) for part in parts}) != 1:
        raise ValueError(f"runs of {parts[0].config} do not all have the same metrics")
    seeds = sum((part.seeds for part in parts), ())

    def joined(kind: str, name: str) -> Array:
        arrays = [getattr(part, kind)[name] for part in parts]
        return np.concatenate(_equally_long(arrays) if kind == "curves" else arrays)

    return _runs_of(parts[0].config, seeds, parts, joined)


def _equally_long(curves: Sequence[Floats]) -> list[Floats]:
    """Return curves of shape (seeds, steps) with as many steps as the longest, each going on with its last value."""
    steps = max(curve.shape[1] for curve in curves)
    return [np.pad(curve, ((0, 0), (0, steps - curve.shape[1])), mode="edge") for curve in curves]


def _runs_of(
    config: TrainingConfig, seeds: tuple[Seed, ...], parts: Sequence[Runs], array: Callable[[str, str], Array]
) -> Runs:
    """Return runs with the arrays of others, each made anew from its kind and name, and with their notes."""
    kinds = ("curves", "scalars", "outputs")
    arrays: list[Any] = [{name: array(kind, name) for name in getattr(parts[0], kind)} for kind in kinds]
    note = "; ".join(dict.fromkeys(part.note for part in parts if part.note))
    return Runs(config, seeds, arrays[0], arrays[1], arrays[2], note)
