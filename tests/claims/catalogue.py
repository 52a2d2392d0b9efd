"""All claims of the report, and a way to judge them on evidence of any kind."""

import functools
import inspect
import itertools
import math
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from harness.report.folder import open_folder
from harness.report.reading import Reading
from harness.report.register import Finding
from harness.statistics.estimate import Estimate, Reported
from harness.training.seeds import TRAININGS_PER_SPLIT
from harness.verdicts.band import Band, Outcome, decide
from harness.verdicts.combination import needed
from harness.verdicts.error_rate import ERROR_RATE
from tests.claims.simulation import SEEDS, SimulatedEvidence
from tests.claims.worlds import AS_REPORTED, World

FOLDER = Path(__file__).resolve().parents[2] / "claims"
REGISTER, GRID = open_folder(FOLDER).register, open_folder(FOLDER).grid
CLAIM_MODULES = {file: import_module(f"claims.{file.stem}") for file in sorted(FOLDER.glob("test_*.py"))}
FIXTURES = import_module("claims.conftest")
PLANNED_LOOKS = 3
CONFIDENCE = 1 - 2 * ERROR_RATE / PLANNED_LOOKS

Key = tuple[str, str]


@dataclass(frozen=True)
class Claim:
    """One test function with the cases of its parametrization."""

    module: ModuleType
    name: str
    markers: tuple[pytest.Mark, ...]
    timed: bool
    cases: Mapping[str, Mapping[str, Any]]

    @property
    def key(self) -> Key:
        """The finding and the reading that its first marker names."""
        return str(self.markers[0].args[0]), str(self.markers[0].kwargs["reading"])

    @property
    def arguments(self) -> tuple[str, ...]:
        """What the function asks for."""
        return tuple(inspect.signature(getattr(self.module, self.name)).parameters)

    @property
    def takes_runs(self) -> bool:
        """Whether its verdict depends on what the trainings learnt; not on their shapes alone, nor on wall time."""
        return "evidence" in self.arguments and not self.timed and not self.key[0].startswith("consistency.")


@dataclass(frozen=True, eq=False)
class Conditions:
    """What the claims of a reading are judged on.

    Attributes
    ----------
    name
        What is special here.
    world, seeds
        What the trainings are like, and how many there are.
    reported
        Numbers that the report prints instead of its own.
    sources
        What the scripts of Keras and of PyTorch are instead of those in the folder.
    """

    name: str
    world: World = AS_REPORTED
    seeds: int = SEEDS
    reported: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, str] | None = None


class Recorder:
    """Stands in for `harness.judging.judge.Judge`: decides as at one of the planned looks, and keeps the outcome."""

    def __init__(self, band: Band) -> None:
        self._band = band
        self.outcomes: list[Outcome] = []
        self.kinds: list[str] = []
        self.sizes: list[int] = []

    def __call__(self, estimate: Estimate, note: str = "") -> None:
        """Decide, and raise nothing."""
        self.outcomes.append(decide(estimate.interval(CONFIDENCE), self._band))
        self.kinds.append(estimate.kind)
        self.sizes.append(estimate.seeds)


def claims_of(module: ModuleType) -> list[Claim]:
    """Return every test function of a module, with or without a marker of the register."""
    functions = [(name, each) for name, each in vars(module).items() if name.startswith("test_") and callable(each)]
    return [
        Claim(module, name, _marks(function, "finding"), bool(_marks(function, "timed")), _cases(function))
        for name, function in functions
    ]


@functools.lru_cache(maxsize=8)
def evidence_of(world: World, seeds: int) -> SimulatedEvidence:
    """Return the evidence of a world; its runs cannot be changed, so that many claims may share them."""
    return SimulatedEvidence(GRID, world, seeds)


def judge_claims(claims: Sequence[Claim], conditions: Conditions) -> dict[str, Outcome]:
    """Return the outcome of every case of every claim, by its name in brackets.

    Raises
    ------
    AssertionError
        If a case is not judged exactly once, or one that takes runs not by one number a seed, or a split.
    """
    evidence = evidence_of(conditions.world, conditions.seeds)
    outcomes: dict[str, Outcome] = {}
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        for claim in claims:
            if conditions.sources is not None:
                for names in claim.module.PAIRS.values():
                    for name, source in zip(names, conditions.sources, strict=True):
                        (Path(folder) / f"{name}.py").write_text(source, encoding="utf-8")
                patch.setattr(claim.module, "SCRIPTS", Path(folder))
            for case, parameters in claim.cases.items():
                recorder = judge_case(claim, parameters, evidence, conditions)
                assert len(recorder.outcomes) == 1, f"{claim.name}[{case}] called judge {len(recorder.outcomes)} times"
                if claim.takes_runs:
                    splits = max(2, conditions.seeds // TRAININGS_PER_SPLIT)
                    assert recorder.sizes in ([conditions.seeds], [splits]), f"{claim.name}[{case}]: {recorder.sizes}"
                outcomes[f"{claim.name}[{case}]"] = recorder.outcomes[0]
    return outcomes


def judge_case(
    claim: Claim, parameters: Mapping[str, Any], evidence: SimulatedEvidence, conditions: Conditions
) -> Recorder:
    """Call a claim with one set of its parameters and stand-ins for all fixtures."""
    finding, reading = lookup(claim.key)
    recorder = Recorder(reading.band)
    stand_ins: dict[str, Any] = {
        **parameters,
        "evidence": evidence,
        "reading": reading,
        "reported": {**finding.reported, **{name: printed(text) for name, text in conditions.reported.items()}},
        "judge": recorder,
    }

    def supply(function: Callable[..., Any]) -> Any:
        names = inspect.signature(function).parameters
        return function(
            **{name: stand_ins[name] if name in stand_ins else supply(_fixture(FIXTURES, name)) for name in names}
        )

    supply(getattr(claim.module, claim.name))
    return recorder


def over_all(outcomes: Mapping[str, Outcome], reading: Reading) -> Outcome:
    """Return the outcome of a finding whose claims have these: so many hold, or so many fail that too few are left."""
    counts, hold = Counter(outcomes.values()), needed(reading.needs, len(outcomes))
    if counts["supported"] >= hold:
        return "supported"
    return "refuted" if counts["refuted"] > len(outcomes) - hold else "inconclusive"


def lookup(key: Key) -> tuple[Finding, Reading]:
    """Return a finding and its reading from the register."""
    return REGISTER.find(*key, where="tests")


def printed(text: str) -> Reported:
    """Return the number as a report prints it."""
    decimals = len(text.partition(".")[2])
    return Reported(float(text), 0.5 * 10.0**-decimals)


def _fixture(module: ModuleType, name: str) -> Callable[..., Any]:
    function: Callable[..., Any] = getattr(module, name).__wrapped__
    return function


def _marks(function: Callable[..., None], name: str) -> tuple[pytest.Mark, ...]:
    return tuple(mark for mark in getattr(function, "pytestmark", []) if mark.name == name)


def _cases(function: Callable[..., None]) -> dict[str, dict[str, Any]]:
    """Return the sets of parameters by the name that pytest gives them."""
    marks = _marks(function, "parametrize")
    cases = {}
    for chosen in itertools.product(*(list(_values(mark)) for mark in marks)):
        parameters = {name: value for values in chosen for name, value in values.items()}
        cases["-".join(map(str, parameters.values()))] = parameters
    assert len(cases) == math.prod(len(mark.args[1]) for mark in marks), f"{function.__name__} repeats a case"
    return cases


def _values(mark: pytest.Mark) -> Iterator[dict[str, Any]]:
    names, sets = mark.args
    names = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    for values in sets:
        yield dict(zip(names, [values] if len(names) == 1 else values, strict=True))


def _by_key() -> dict[Key, tuple[Claim, ...]]:
    groups: dict[Key, list[Claim]] = defaultdict(list)
    for module in CLAIM_MODULES.values():
        for claim in claims_of(module):
            if claim.markers:
                groups[claim.key].append(claim)
    return {key: tuple(groups[key]) for key in sorted(groups)}


CLAIMS = _by_key()
