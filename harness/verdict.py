"""From an estimate and a band to a verdict."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from harness.errors import Inconclusive, Refuted
from harness.estimate import Estimate

Outcome = Literal["supported", "refuted", "inconclusive"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True)
class Band:
    """The values of an estimand for which a finding counts as supported, both ends included."""

    low: float
    high: float
    reason: str

    def __str__(self) -> str:
        if self.high == math.inf:
            return f"at least {self.low:.4g}"
        if self.low == -math.inf:
            return f"at most {self.high:.4g}"
        return f"{self.low:.4g} to {self.high:.4g}"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the evidence says of one claim, in words and numbers that travel between processes and into files."""

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
    method: str
    note: str
    band: str
    band_reason: str
    seeds: int
    cells: tuple[str, ...]
    rerun: str

    @property
    def interval(self) -> str:
        """The estimate with its interval, ready to read."""
        return f"{self.value:.4g} [{self.low:.4g}, {self.high:.4g}]"

    def __str__(self) -> str:
        lines = [
            f"{self.finding} ({self.reading}): {self.outcome}",
            f"  finding   {self.statement}",
            f"  estimand  {self.estimand}",
            f"  estimate  {self.interval} ({self.method})",
            f"  band      {self.band}: {self.band_reason}",
            f"  seeds     {self.seeds}, each with a split and a training of its own",
            f"  cells     {', '.join(self.cells)}",
            f"  evidence  {self.basis}",
            f"  rerun     {self.rerun}",
        ]
        if self.note:
            lines.insert(4, f"            {self.note}")
        return "\n".join(lines)

    def to_plain(self) -> dict[str, Any]:
        """Return the fields as plain JSON values; numbers that are not finite become text."""
        plain = asdict(self)
        for name in ("value", "low", "high"):
            number = float(plain[name])  # a NumPy float would not travel between processes
            plain[name] = number if math.isfinite(number) else str(number)
        return {**plain, "cells": list(self.cells)}

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Verdict":
        """Return the verdict that `to_plain` wrote."""
        numbers = {name: float(plain[name]) for name in ("value", "low", "high")}
        return cls(**{**plain, **numbers, "cells": tuple(plain["cells"])})

    def exception(self) -> AssertionError | None:
        """Return what a claim raises on this verdict; None if the finding is supported."""
        if self.outcome == "supported":
            return None
        return EXCEPTIONS[self.outcome](str(self))


EXCEPTIONS: dict[str, type[AssertionError]] = {"refuted": Refuted, "inconclusive": Inconclusive}


def decide(estimate: Estimate, band: Band) -> Outcome:
    """Return supported if the interval lies inside the band, refuted if outside, inconclusive if astride."""
    if band.low <= estimate.low and estimate.high <= band.high:
        return "supported"
    if estimate.high < band.low or estimate.low > band.high:
        return "refuted"
    return "inconclusive"
