"""Why a verdict changed, in sentences: the cause, and what was run to find it."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.base.text import p_text
from harness.explaining.answer import Answer, shift
from harness.explaining.cause import NEW, OLD, SIDES, Answers, Cause, Side, cause_of

NAMED: dict[Cause, str] = {
    "code": "The code brings the change",
    "versions": "The versions bring the change",
    "both": "Code and versions bring the change together, neither alone",
    "either": "Code and versions each bring the change alone",
    "noise": "It was noise",
    "unknown": "It cannot be told",
}


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why a verdict changed.

    Attributes
    ----------
    cause
        ``code`` or ``versions``; ``both`` where neither suffices and ``either`` where each does; ``noise`` where the
        change does not stay over more seeds; ``unknown``.
    sentence
        The same, with what speaks for it.
    evidence
        What was run and what it said, a sentence each.
    """

    cause: Cause
    sentence: str
    evidence: tuple[str, ...]


def explain(
    before: Answer, after: Answer, repeated: Answers, widened: Answers, missing: Mapping[Side, str]
) -> Explanation:
    """Name the cause of a change.

    Parameters
    ----------
    before, after
        What the two sessions said.
    repeated
        What the old and the new side say when they are run again, over the seeds of then.
    widened
        What the sides say over more seeds. The two mixed ones decide nothing unless the first two differ.
    missing
        Why a side could not be run, ready to follow "since".
    """
    found = cause_of(before, after, widened)
    return Explanation(
        cause=found.cause,
        sentence=f"{NAMED[found.cause]}: {found.reason}.",
        evidence=(
            *_repeated(before, after, repeated),
            *(f"{side}, more seeds: {widened[side]}" for side in SIDES if side in widened),
            *_distance(widened),
            *(f"{side}: not run, since {why}" for side, why in missing.items()),
        ),
    )


def _repeated(before: Answer, after: Answer, repeated: Answers) -> list[str]:
    """Return whether the sessions can be repeated."""
    sentences = []
    for side, then in ((OLD, before), (NEW, after)):
        if side in repeated:
            now = repeated[side]
            compared = (
                "as its session said" if now.outcome == then.outcome else f"though its session said {then.outcome}"
            )
            sentences.append(f"{side}, the seeds of then: {now}, {compared}")
    return sentences


def _distance(widened: Answers) -> list[str]:
    """Return how far the old and the new side are apart."""
    moved = shift(widened[OLD], widened[NEW]) if OLD in widened and NEW in widened else None
    if moved is None:
        return []
    if moved.by == "claims":
        return ["the claims that old and new have in common say the same; those that only one has make the difference"]
    if not moved.test:
        return ["old and new have no claim in common"]
    old, new = (widened[side].verdicts[moved.test] for side in (OLD, NEW))
    if moved.by == "rule":
        return [
            f"the estimates would be judged alike by the same rule: band {old.band}, then {new.band} ({moved.test})"
        ]
    return [f"estimate {old.interval}, then {new.interval}, {p_text(moved.p_value)} ({moved.test})"]
