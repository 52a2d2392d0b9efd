"""Whether an estimate has moved over many nights, where no two nights in a row show it: change points.

The model: the estimates of a claim have a level that stays until it jumps, and each night adds noise of one standard
error, which comes from its interval. Binary segmentation (Scott and Knott 1974, Biometrics 30, 507-512; by the library
ruptures: Truong, Oudre and Vayatis 2020, Signal Processing 167) looks for the split at which the squared distances from
the means of both sides fall most, in units of the squared standard error, and goes on within both sides. At any one
split that fall is the square of a normal number if there is no change. So the penalty that it has to exceed is the
square of the quantile at which all splits of all claims of a history together err in `ERROR_RATE` of histories at most
(Bonferroni), with Student's t, since the standard error is estimated.

Nights are no independent samples: they share their seeds. What that means for the noise:

- The same code under the same versions gives the same bits, however often. Equal estimates in a row are one estimate.
- Under the same versions, what the seeds bring is the same every night and cancels out. What is left is less than a
  standard error, so that the test errs less often than it may.
- A new version draws anew what the same seeds bring, for all nights until the next. Many nights under it say no more of
  the level than one. So nights are compared among those of the same surroundings (versions, machine, code), and besides
  that each surroundings with the others, as one estimate.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
import scipy

from harness.base.arrays import Floats
from harness.sessions.measured import NIGHTS, Measured
from harness.sessions.noise import is_on_logarithms, on_its_scale
from harness.sessions.renames import Identity
from harness.verdicts.error_rate import ERROR_RATE


@dataclass(frozen=True)
class LevelChange:
    """A claim whose estimates have another level from one session on.

    Attributes
    ----------
    session, started
        The first with the new level.
    before, after
        Means of the estimates on either side, up to the next change.
    """

    finding: str
    reading: str
    case: str
    session: int
    started: str
    before: float
    after: float

    def __str__(self) -> str:
        name = f"{self.finding} ({self.reading}) {self.case}".rstrip()
        since = f"since session {self.session} of {self.started[:10]}"
        return f"{name}: {self.after:.4g} {since}, before {self.before:.4g}"


@dataclass(frozen=True)
class Comparable:
    """Estimates that may be compared with each other as if they were independent.

    Attributes
    ----------
    first
        The sessions that they begin with.
    values : ndarray, shape (estimates,)
        On the scale on which the intervals were made.
    noise
        Standard error of one of them.
    freedom
        Degrees of freedom of the noise.
    """

    first: tuple[Measured, ...]
    values: Floats
    noise: float
    freedom: int

    @property
    def splits(self) -> int:
        """At how many places it may fall into two levels."""
        return len(self.values) - 2 * NIGHTS + 1


def level_changes(series: Mapping[Identity, Sequence[Measured]]) -> list[LevelChange]:
    """Return where estimates moved to another level, the newest first.

    Of all histories in which nothing changes, `ERROR_RATE` has any such place at most.
    """
    found = [(which, one) for which, nights in series.items() for one in sequences(nights)]
    splits = sum(one.splits for _, one in found)
    changes = {
        (which, change.session): change for which, one in found for change in _changes(which, one, ERROR_RATE / splits)
    }
    return sorted(changes.values(), key=lambda change: (-change.session, change.finding, change.reading, change.case))


def sequences(nights: Sequence[Measured]) -> Iterator[Comparable]:
    """Return the estimates of a claim as sequences in which to look: within the same surroundings, and across them."""
    of_one_kind = [one for one in nights if is_on_logarithms(one.verdict) == is_on_logarithms(nights[-1].verdict)]
    known = [one for one in of_one_kind if one.verdict.seeds > 1 and all(map(math.isfinite, on_its_scale(one.verdict)))]
    blocks: dict[frozenset[tuple[str, str]], list[Measured]] = defaultdict(list)
    for one in _once(known):
        blocks[one.surroundings].append(one)
    for block in blocks.values():
        yield from _sequence([[one] for one in _once(block)])
    if len(blocks) > 1:
        yield from _sequence(list(blocks.values()))


def _once(nights: Sequence[Measured]) -> list[Measured]:
    """Return nights without those whose estimate is that of the night before, to the bit."""
    return [next(alike) for _, alike in groupby(nights, key=lambda one: on_its_scale(one.verdict))]


def _sequence(groups: Sequence[Sequence[Measured]]) -> Iterator[Comparable]:
    """Return one sequence of the means of groups, if two levels can be told in it."""
    if len(groups) < 2 * NIGHTS:
        return
    errors = [_standard_error(one) for group in groups for one in group]
    sure = [error for error in errors if error > 0]  # an interval of no width is no measure of noise
    if sure:
        yield Comparable(
            first=tuple(group[0] for group in groups),
            values=np.array([np.mean([on_its_scale(one.verdict)[1] for one in group]) for group in groups]),
            noise=math.sqrt(float(np.mean(np.square(sure)))),
            freedom=sum(group[0].verdict.seeds - 1 for group in groups),
        )


def _standard_error(one: Measured) -> float:
    """Return the standard error of an estimate, by the longer side of its interval."""
    low, value, high = on_its_scale(one.verdict)
    quantile = float(scipy.special.stdtrit(one.verdict.seeds - 1, (1 + one.verdict.confidence) / 2))
    return max(high - value, value - low) / quantile


def _changes(which: Identity, sequence: Comparable, error_rate: float) -> Iterator[LevelChange]:
    """Return the changes of one sequence; `error_rate` is that of one split."""
    from ruptures.detection import Binseg  # only a history in which something varies should pay for loading it

    penalty = float(scipy.special.stdtrit(sequence.freedom, 1 - error_rate / 2)) ** 2
    search = Binseg(model="l2", min_size=NIGHTS, jump=1).fit(sequence.values / sequence.noise)
    starts = [0, *search.predict(pen=penalty)]
    back = math.exp if is_on_logarithms(sequence.first[0].verdict) else float
    levels = [back(float(sequence.values[start:end].mean())) for start, end in pairwise(starts)]
    _, _, finding, reading = which
    for place, (before, after) in zip(starts[1:-1], pairwise(levels), strict=True):
        first = sequence.first[place]
        yield LevelChange(finding, reading, first.case, first.session, first.started, before, after)
