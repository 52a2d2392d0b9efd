"""Which side brought about a changed verdict, by what old and new code say with old and new versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from harness.explaining.answer import STRENGTH, Answer, shift
from harness.sessions.changed import changed

Age = Literal["old", "new"]
Cause = Literal["code", "versions", "both", "either", "noise", "unknown"]
Likeness = Literal["old", "new", "neither", "missing"]


@dataclass(frozen=True)
class Side:
    """Under what claims are run: the code (harness, claims, configs) of one session, the versions of one."""

    code: Age
    versions: Age

    def __str__(self) -> str:
        return f"{self.code} code with {self.versions} versions"


OLD, NEW = Side("old", "old"), Side("new", "new")
OLD_CODE, NEW_CODE = Side("old", "new"), Side("new", "old")
SIDES = (OLD, NEW, OLD_CODE, NEW_CODE)
Answers = Mapping[Side, Answer]

# By which side old code with new versions is like, and new code with old versions. What is not here cannot be told.
CAUSES: dict[tuple[Likeness, Likeness], Cause] = {
    ("old", "new"): "code",
    ("new", "old"): "versions",
    ("old", "old"): "both",
    ("new", "new"): "either",
    ("old", "missing"): "code",
    ("missing", "new"): "code",
    ("new", "missing"): "versions",
    ("missing", "old"): "versions",
}
# Where one of the first two sides is missing: by whether changing the code, and changing the versions, of the other
# undoes the change (where the old side is missing) or makes it (where the new one is).
WITHOUT_OLD: dict[tuple[bool, bool], Cause] = {
    (True, False): "code",
    (False, True): "versions",
    (True, True): "both",
    (False, False): "unknown",
}
WITHOUT_NEW: dict[tuple[bool, bool], Cause] = {**WITHOUT_OLD, (True, True): "either"}


@dataclass(frozen=True)
class Found:
    """What was found to be the cause, and what speaks for it or stands in the way, in one sentence."""

    cause: Cause
    reason: str


def cause_of(before: Answer, after: Answer, widened: Answers) -> Found:
    """Return the cause of a change.

    Parameters
    ----------
    before, after
        What the two sessions said.
    widened
        What the sides say over more seeds, as far as they could be run.
    """
    if OLD in widened and NEW in widened:
        old, new = widened[OLD], widened[NEW]
        obstacle = _same(old, new) or _unsure(old, new) or _backwards(before, after, old, new)
        return obstacle or _between(old, new, widened)
    corner = OLD if OLD in widened else NEW
    if corner not in widened:
        return Found("unknown", "neither the old nor the new side could be run again")
    return _from_one(corner, before, after, widened)


def lasts(widened: Answers) -> bool:
    """Whether the mixed sides can tell anything: not if the old and the new side say the same over more seeds."""
    return not (OLD in widened and NEW in widened and widened[OLD].outcome == widened[NEW].outcome)


def resembles(answer: Answer | None, old: Answer, new: Answer) -> Likeness:
    """Return which of two sides that differ another one is like: surely apart from the other one, and not from it."""
    if answer is None:
        return "missing"
    from_old, from_new = _surely_apart(old, answer), _surely_apart(answer, new)
    if from_old == from_new:
        return "neither"
    return "new" if from_old else "old"


def _same(old: Answer, new: Answer) -> Found | None:
    if changed(old, new):
        return None
    if old.outcome == "inconclusive":
        return Found(
            "noise",
            f"over {new.seeds} seeds both sides are inconclusive; the quantity lies near an end of its band, where "
            "verdicts change by chance",
        )
    return Found("noise", f"over {new.seeds} seeds both sides are {old.outcome}")


def _unsure(old: Answer, new: Answer) -> Found | None:
    if _surely_apart(old, new):
        return None
    return Found(
        "unknown",
        f"over {new.seeds} seeds the old side is {old.outcome} and the new one {new.outcome}, but their estimates are "
        "no farther apart than by chance; even more seeds may tell",
    )


def _backwards(before: Answer, after: Answer, old: Answer, new: Answer) -> Found | None:
    if _direction(old, new) * _direction(before, after) > 0:
        return None
    return Found(
        "unknown",
        f"over {new.seeds} seeds the change goes the other way, from {old.outcome} to {new.outcome}",
    )


def _between(old: Answer, new: Answer, widened: Answers) -> Found:
    mixed = {side: widened.get(side) for side in (OLD_CODE, NEW_CODE)}
    likeness = resembles(mixed[OLD_CODE], old, new), resembles(mixed[NEW_CODE], old, new)
    cause = CAUSES.get(likeness, "unknown")
    said = [f"the {side} is {answer.outcome}" for side, answer in mixed.items() if answer is not None]
    if not said:
        said = ["the change is real, but neither mixed side could be run"]
    elif cause == "unknown":
        said.append("at least one of them lies between the two sides")
    elif "missing" in likeness:
        other = "versions" if cause == "code" else "code"
        said.append(f"whether that takes the {other} of its time as well is open")
    return Found(cause, "; ".join(said))


def _from_one(corner: Side, before: Answer, after: Answer, widened: Answers) -> Found:
    """Return what can be told where one of the first two sides could not be run."""
    other_code, other_versions = (OLD_CODE, NEW_CODE) if corner == NEW else (NEW_CODE, OLD_CODE)
    here, direction = widened[corner], _direction(before, after) * (-1 if corner == NEW else 1)
    moved, said = [], []
    for partner in (other_code, other_versions):
        there = widened.get(partner)
        if there is not None:
            said.append(f"the {partner} is {there.outcome}")
        moved.append(there is not None and _surely_apart(here, there) and _direction(here, there) * direction > 0)
    cause = (WITHOUT_OLD if corner == NEW else WITHOUT_NEW)[moved[0], moved[1]]
    own = f"the {corner} is {here.outcome}"
    if not said:
        return Found("unknown", f"{own}, and no other side could be run")
    if cause == "unknown":
        untried = [word for word, side in (("code", other_code), ("versions", other_versions)) if side not in widened]
        left = " or ".join([*(untried or ["both together"]), "noise"])
        return Found(cause, f"{own} and {', '.join(said)}; what is left is {left}")
    missing = OLD if corner == NEW else NEW
    return Found(cause, f"{own}, but {', '.join(said)}; the {missing} could not be run")


def _surely_apart(one: Answer, other: Answer) -> bool:
    moved = shift(one, other)
    return moved is not None and (moved.sure or {one.outcome, other.outcome} == {"supported", "refuted"})


def _direction(old: Answer, new: Answer) -> int:
    return STRENGTH[new.outcome] - STRENGTH[old.outcome]
