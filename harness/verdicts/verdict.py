"""What the evidence says of one claim: its verdict, in words and numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from harness.base.errors import Inconclusive, Refuted
from harness.base.text import counted, interval_text, plain_number
from harness.statistics.estimate import EXACT, OF_ONE_DRAW
from harness.verdicts.band import Band, Outcome

Needs = Literal["all", "most", "some"]
NEEDS: tuple[Needs, ...] = get_args(Needs)
# Of a printed number there is no evidence but itself: it can be compatible with one draw, and never supported.
WORDS_OF_A_DRAW: dict[Outcome, str] = {
    "supported": "compatible",
    "refuted": "not compatible",
    "inconclusive": "inconclusive",
}
Role = Literal["primary", "alternative", "detail"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True)
class Neighbour:
    """What the evidence says of a claim where a convention is another one, at the last look.

    Attributes
    ----------
    convention
        The band or margin in question, in words.
    outcome, p_supported, p_refuted
        As of a `Verdict`.
    """

    convention: str
    outcome: Outcome
    p_supported: float
    p_refuted: float


@dataclass(frozen=True)
class Placebo:
    """What a claim about an effect comes to where nothing differs but the seed.

    Attributes
    ----------
    pinned
        The axis that makes the effect and the value that it has throughout, in words.
    outcome, value, low, high
        As of a `Verdict`, at the first look.
    """

    pinned: str
    outcome: Outcome
    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{interval_text(self.value, self.low, self.high)} with {self.pinned} throughout"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the evidence says of one claim, in words and numbers that travel between processes and into files.

    Attributes
    ----------
    low, high, confidence
        The interval of the last look, and its two-sided confidence.
    p_supported, p_refuted
        Smallest one-sided error rates at which the claim would be supported, or refuted, counting all planned looks.
    power
        Probability that the last planned look supports a claim that is true; NaN where it is not known
        (`harness.verdicts.power`).
    looks
        Over how many seeds it was judged, one look after the other.
    splits
        How many splits of the data are among these seeds; 0 where none is trained, or time alone is measured.
    trainers
        Of the cells, each once.
    needs
        How many of a finding's claims have to hold for the finding to hold.
    role
        Of the reading in the verdict on its finding, as of `harness.verdicts.finding`.
    neighbours
        What it would be with each of the neighbouring conventions that the register names.
    placebo
        What it comes to where nothing differs but the seed; None if it has no placebo.
    premise
        The finding that its own presupposes; empty if none.
    """

    outcome: Outcome
    finding: str
    section: str
    statement: str
    reading: str
    basis: str
    estimand: str
    value: float
    low: float
    high: float
    confidence: float
    p_supported: float
    p_refuted: float
    power: float
    method: str
    note: str
    band: Band
    looks: tuple[int, ...]
    splits: int
    needs: Needs
    role: Role
    cells: tuple[str, ...]
    trainers: tuple[str, ...]
    rerun: str
    neighbours: tuple[Neighbour, ...] = ()
    placebo: Placebo | None = None
    premise: str = ""

    @property
    def seeds(self) -> int:
        """Over how many seeds it was judged last."""
        return self.looks[-1]

    @property
    def room(self) -> float:
        """How far the estimate lies inside the band; below 0 where it lies outside."""
        return self.band.room(self.value)

    @property
    def of_one_draw(self) -> bool:
        """Whether it says if a printed number can be one draw of the distribution over seeds."""
        return self.method.startswith(OF_ONE_DRAW)

    @property
    def word(self) -> str:
        """The outcome, for people."""
        return WORDS_OF_A_DRAW[self.outcome] if self.of_one_draw else self.outcome

    @property
    def exact(self) -> bool:
        """Whether nothing is sampled, so that the estimate has no error rate and no power."""
        return self.method == EXACT

    @property
    def interval(self) -> str:
        """The estimate with its interval, ready to read; an exact one stands alone."""
        return interval_text(self.value, self.low, self.high)

    @property
    def how(self) -> str:
        """How it was estimated, and with which confidence."""
        return self.method if self.exact else f"{self.method}, confidence {100 * self.confidence:.3g} %"

    def __str__(self) -> str:
        lines = [
            f"{self.finding} ({self.reading}): {self.word}",
            f"  finding   {self.statement}",
            f"  estimand  {self.estimand}",
            f"  estimate  {self.interval} ({self.how})",
            f"  band      {self.band}: {self.band.reason}",
            f"  seeds     {self.seeds_text}",
            *([] if math.isnan(self.power) else [f"  power     {self.power:.2f} at the last look, if it is true"]),
            f"  cells     {', '.join(self.cells) or 'none'}",
            f"  evidence  {self.basis}",
            f"  rerun     {self.rerun}",
        ]
        if self.placebo:
            lines.insert(5, f"  placebo   {self.placebo}: nothing else differs but the seed")
        if self.note:
            lines.insert(4, f"            {self.note}")
        return "\n".join(lines)

    @property
    def seeds_text(self) -> str:
        """Over how many seeds, look by look, and over how many splits of the data."""
        if not self.cells:
            return "none: no training is needed"
        counts = ", then ".join(map(str, self.looks))
        if not self.splits:
            return f"{counts} repeats, since time was measured"
        if self.splits == self.seeds:
            return f"{counts}, each with a split and a training of its own"
        return f"{counts}, over {counted(self.splits, 'split')} of the data"

    def to_plain(self) -> dict[str, Any]:
        """Return the fields as plain JSON values; numbers that are not finite become text."""
        # Not by `dataclasses.asdict`, which copies whatever it meets: a session tells some hundred verdicts, thrice.
        return {
            **_told(self, _NUMBERS),
            **{name: list(getattr(self, name)) for name in _LISTS},
            "band": _told(self.band, _ENDS),
            "neighbours": [_told(one) for one in self.neighbours],
            "placebo": None if self.placebo is None else _told(self.placebo, _OF_A_PLACEBO),
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Verdict":
        """Return the verdict that `to_plain` wrote."""
        numbers = {name: float(plain[name]) for name in _NUMBERS}
        lists = {name: tuple(plain[name]) for name in _LISTS}
        ends = {name: float(plain["band"][name]) for name in _ENDS}
        neighbours = tuple(Neighbour(**one) for one in plain["neighbours"])
        band = Band(**ends, reason=plain["band"]["reason"])
        told = {**plain, **numbers, **lists, "band": band, "neighbours": neighbours}
        if plain["placebo"] is not None:
            numbers = {name: float(plain["placebo"][name]) for name in _OF_A_PLACEBO}
            told["placebo"] = Placebo(**{**plain["placebo"], **numbers})
        return cls(**told)

    def exception(self) -> AssertionError | None:
        """Return what a claim raises on this verdict; None if the finding is supported."""
        if self.outcome == "supported":
            return None
        return EXCEPTIONS[self.outcome](str(self))


_NUMBERS = ("value", "low", "high", "confidence", "p_supported", "p_refuted", "power")
_ENDS = ("low", "high")
_OF_A_PLACEBO = ("value", "low", "high")
_LISTS = ("cells", "trainers", "looks")
EXCEPTIONS: dict[str, type[AssertionError]] = {"refuted": Refuted, "inconclusive": Inconclusive}


def _told(one: "Verdict | Band | Neighbour | Placebo", numbers: Sequence[str] = ()) -> dict[str, Any]:
    """Return fields by name, with these numbers as JSON can have them."""
    return {**vars(one), **{name: plain_number(getattr(one, name)) for name in numbers}}
