"""The trainer of a training function, ``run(config, seed)``: one call a run, in a process of its own."""

import functools
import hashlib
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.base.errors import ConfigError, TrainingFailedError
from harness.training.config import TrainingConfig
from harness.training.fields import AnyFields, Field
from harness.training.function import loading
from harness.training.function.gathering import one_run
from harness.training.function.repetition import MOST_REPEATS, difference_between, unseeded
from harness.training.function.source import contents_of, is_function, packages_named_in, short_name
from harness.training.runs import Runs, UnknownRuns, concatenate
from harness.training.seeds import Seed

FIRST = Seed(0, 0)
LONG = 10.0  # seconds of a run, after which nobody wants several more to find out what is not seeded
DIGITS = 12  # of a file's checksum: enough to tell its versions apart


@dataclass(frozen=True)
class Rules:
    """How a training function may be called; nothing that decides a result.

    Attributes
    ----------
    time_limit
        How many seconds a run may take; None for any time.
    gpu
        Whether it uses a GPU: it then sees what this process sees of them, and one run at a time has them.
    """

    time_limit: float | None = None
    gpu: bool = False


_rules: dict[str, Rules] = {}  # by reference


_of_session: dict[str, Mapping[str, str]] = {}  # fingerprints by reference


def take_fingerprints(told: Mapping[str, Mapping[str, str]]) -> None:
    """Take these for the fingerprints of training functions, by reference: whoever began the session told them.

    A worker that starts late, after an edit, then looks for the same runs as the others.
    """
    _of_session.update(told)


def fingerprints_of(configs: Iterable[TrainingConfig]) -> dict[str, dict[str, str]]:
    """Return the fingerprint of each training function among the trainers of some configs, by reference."""
    found = {config.trainer: config for config in configs if is_function(config.trainer)}
    return {reference: dict(FunctionTrainer(reference).fingerprint(config)) for reference, config in found.items()}


def set_rules(reference: str, rules: Rules) -> None:
    """Let a training function be called in this way from now on."""
    _rules[reference] = rules


@dataclass(frozen=True)
class FunctionTrainer:
    """Calls a function of a report's own.

    Attributes
    ----------
    reference
        Its file and name, as ``/home/me/report/train.py:run``.
    name
        What configs and pages call it, as ``train:run``.
    fields, seeds_at_once, most_at_once
        As of `harness.training.trainers.Trainer`: any field, and one seed at a time, so that a kill costs one training.
    """

    reference: str
    fields: Mapping[str, Field] = field(default_factory=AnyFields, compare=False)
    seeds_at_once: int = 1
    most_at_once: int = 1

    @property
    def name(self) -> str:
        """As `harness.training.function.source.short_name`."""
        return short_name(self.reference)

    @property
    def home(self) -> Path:
        """The folder from which the function's file, and those beside it, are imported."""
        return self._file.parent

    @property
    def rules(self) -> Rules:
        """How it may be called."""
        return _rules.get(self.reference, Rules())

    def seconds_for(self, seeds: Sequence[Seed]) -> float | None:
        """Return how many seconds `train` may take for these seeds: the first of all is trained more than once."""
        limit = self.rules.time_limit
        if limit is None:
            return None
        return limit * (len(seeds) + (FIRST in seeds)) + MOST_REPEATS * LONG * (FIRST in seeds)

    @property
    def _file(self) -> Path:
        return Path(self.reference.rpartition(":")[0])

    @property
    def distributions(self) -> Sequence[str]:
        """The packages that its files import by name."""
        return tuple(_packages(self._file))

    def check(self, config: TrainingConfig) -> None:
        """Refuse fields that cannot be read as attributes."""
        for name in config:
            if not name.isidentifier() or hasattr(TrainingConfig, name) or name in TrainingConfig.__dataclass_fields__:
                raise ConfigError(f"{name} cannot be the name of a field: config.{name} is something else")

    def fingerprint(self, config: TrainingConfig) -> Mapping[str, str]:
        """Return checksums of its files, and the versions of the packages that they import by name.

        They are those of when they were first asked for, by this process or by the session that it is a part of.
        """
        return _of_session.get(self.reference) or {**_checksums(self._file), **_packages(self._file)}

    def train(self, config: TrainingConfig, seeds: Sequence[Seed]) -> Runs:
        """Call the function for each seed; the first of all seeds twice.

        Raises
        ------
        TrainingFailedError
            If the function fails, with its traceback, or returns what is no result of a run.
        """
        runs = concatenate([self._run(config, seed) for seed in seeds])
        return replace(runs, note=self._not_repeated(runs)) if runs.seeds[0] == FIRST else runs

    def _run(self, config: TrainingConfig, seed: Seed) -> Runs:
        function = _imported(self._file, self.reference.rpartition(":")[2])
        began = time.perf_counter()
        try:
            returned = function(config, seed)
        except (Exception, SystemExit) as problem:
            raise TrainingFailedError(f"{type(problem).__name__}: {problem}", _own_traceback(problem)) from problem
        return one_run(config, seed, returned, time.perf_counter() - began)

    def _not_repeated(self, runs: Runs) -> str:
        """Return in a sentence how a second run of the first seed differs from these; empty if it does not."""

        def again() -> Runs:
            return self._run(runs.config, FIRST)

        difference = difference_between(runs.first(1), again())
        if not difference:
            return ""
        advice = unseeded(again) if runs.seconds[0] < LONG else "something in it is not seeded"
        return f"{self.name} gave {difference} for one seed; {advice}"

    def blank(self, config: TrainingConfig, seeds: Sequence[Seed]) -> Runs:
        """Return runs of which every metric is a number of 1: only a call of the function tells what it measures."""
        return UnknownRuns(config, tuple(seeds), {}, {}, {})


@functools.cache
def _contents(file: Path) -> dict[Path, bytes]:
    """Return what a file and each beside it that it imports hold, as they are when first asked for."""
    return contents_of(file)


def _checksums(file: Path) -> dict[str, str]:
    return {
        one.relative_to(file.parent).as_posix(): hashlib.sha256(content).hexdigest()[:DIGITS]
        for one, content in _contents(file).items()
    }


@functools.cache
def _packages(file: Path) -> dict[str, str]:
    return packages_named_in(_contents(file), file.parent)


@functools.cache
def _imported(file: Path, name: str) -> Callable[[TrainingConfig, Seed], Any]:
    """Return the function, its file imported as it was when its checksum was taken."""
    try:
        module = loading.import_remembered(file, _contents(file))
    except (Exception, SystemExit) as problem:
        raise TrainingFailedError(
            f"{file} cannot be imported: {type(problem).__name__}: {problem}", _own_traceback(problem)
        ) from problem
    function: Callable[[TrainingConfig, Seed], Any] = getattr(module, name)
    return function


def _own_traceback(problem: BaseException) -> str:
    """Return the traceback of an error as Python prints it, without the lines of the harness."""
    shown = traceback.TracebackException.from_exception(problem)
    ours = (__file__, loading.__file__)
    kept = [frame for frame in shown.stack if frame.filename not in ours and "<frozen" not in frame.filename]
    shown.stack = traceback.StackSummary.from_list(kept)
    return "".join(shown.format(chain=False)).rstrip()
