from collections import Counter
from itertools import product

import numpy as np
import pytest

from harness.explaining.answer import Answer
from harness.explaining.cause import (
    NEW,
    NEW_CODE,
    OLD,
    OLD_CODE,
    SIDES,
    Cause,
    Found,
    Likeness,
    Side,
    cause_of,
    lasts,
    resembles,
)
from harness.statistics.estimators import mean_over_seeds
from harness.verdicts.band import Outcome, decide, p_values
from harness.verdicts.error_rate import ERROR_RATE, error_rate_at
from harness.verdicts.verdict import Verdict
from tests.builders.answers import BAND, EDGE, REFUTED, SUPPORTED, UNSURE, answer_at
from tests.builders.verdicts import verdict_with


def cause(widened: dict[Side, Answer], before: Answer = SUPPORTED, after: Answer = REFUTED) -> Cause:
    """Return the cause alone, of what was supported and then refuted if not said otherwise."""
    return cause_of(before, after, widened).cause


# What a mixed side is like

LIKE: dict[Likeness, Answer | None] = {
    "old": SUPPORTED,
    "new": REFUTED,
    "neither": EDGE,  # and surely apart from both
    "missing": None,
}


@pytest.mark.parametrize("likeness", LIKE)
def test_a_mixed_side_is_like_one_of_the_others_or_neither(likeness: Likeness) -> None:
    """By its verdict."""
    assert resembles(LIKE[likeness], SUPPORTED, REFUTED) == likeness


def test_a_mixed_side_is_placed_only_where_that_is_sure() -> None:
    """Surely apart from one side and not from the other; the verdict alone could be probability."""
    assert resembles(answer_at(0.95, 0.15), SUPPORTED, answer_at(1.2)) == "new"
    assert resembles(answer_at(0.85, 0.15), answer_at(0.8), REFUTED) == "old"
    assert resembles(answer_at(0.93), SUPPORTED, answer_at(0.98)) == "neither"  # supported as the old side is


# The truth table

TABLE: dict[tuple[Likeness, Likeness], Cause] = {
    ("old", "old"): "both",
    ("old", "new"): "code",
    ("old", "neither"): "unknown",
    ("old", "missing"): "code",
    ("new", "old"): "versions",
    ("new", "new"): "either",
    ("new", "neither"): "unknown",
    ("new", "missing"): "versions",
    ("neither", "old"): "unknown",
    ("neither", "new"): "unknown",
    ("neither", "neither"): "unknown",
    ("neither", "missing"): "unknown",
    ("missing", "old"): "versions",
    ("missing", "new"): "code",
    ("missing", "neither"): "unknown",
    ("missing", "missing"): "unknown",
}


def test_the_table_is_whole() -> None:
    """Every pair of what the mixed sides may be like stands in it once."""
    assert set(TABLE) == set(product(LIKE, LIKE))


@pytest.mark.parametrize(("mixed", "expected"), TABLE.items())
@pytest.mark.parametrize(("old", "new"), [(SUPPORTED, REFUTED), (REFUTED, SUPPORTED)])
def test_two_sides_that_differ_are_told_apart_by_the_mixed_ones(
    mixed: tuple[Likeness, Likeness], expected: Cause, old: Answer, new: Answer
) -> None:
    """In either direction of the change."""
    like = {**LIKE, "old": old, "new": new}
    sides = {OLD: old, NEW: new, OLD_CODE: like[mixed[0]], NEW_CODE: like[mixed[1]]}
    assert cause({side: said for side, said in sides.items() if said}, before=old, after=new) == expected


@pytest.mark.parametrize("both", [SUPPORTED, REFUTED, EDGE])
@pytest.mark.parametrize("mixed", [SUPPORTED, REFUTED, EDGE])
def test_sides_that_say_the_same_over_more_seeds_are_noise(both: Answer, mixed: Answer) -> None:
    """Whatever the mixed ones say, which are not even run."""
    assert not lasts({OLD: both, NEW: both})
    assert cause({OLD: both, NEW: both}) == cause({OLD: both, NEW: both, OLD_CODE: mixed, NEW_CODE: mixed}) == "noise"


def test_sides_that_differ_by_chance_cannot_be_told() -> None:
    """One is supported and one inconclusive, but the estimates are within probability of each other."""
    close = {OLD: answer_at(0.5, 0.2), NEW: UNSURE}
    assert lasts(close)
    found = cause_of(SUPPORTED, UNSURE, close)
    assert found == Found(
        "unknown",
        "over 80 seeds the old side is supported and the new one inconclusive, but their estimates are "
        "no farther apart than by chance; even more seeds may tell",
    )


def test_a_change_that_goes_the_other_way_cannot_be_told() -> None:
    """It was refuted and then supported; over more seeds, the old side is supported and the new one refuted."""
    assert cause({OLD: SUPPORTED, NEW: REFUTED}, before=REFUTED, after=SUPPORTED) == "unknown"


def test_a_change_that_more_seeds_make_larger_is_taken_apart() -> None:
    """It was supported and then inconclusive; over more seeds, the new side is refuted."""
    sides = {OLD: SUPPORTED, NEW: REFUTED, OLD_CODE: SUPPORTED, NEW_CODE: REFUTED}
    assert cause(sides, before=SUPPORTED, after=UNSURE) == "code"


# A side is missing


@pytest.mark.parametrize(
    ("old_code", "new_code", "expected"),
    [
        (SUPPORTED, REFUTED, "code"),  # to change the new side's code undoes the change
        (REFUTED, SUPPORTED, "versions"),
        (SUPPORTED, SUPPORTED, "both"),
        (REFUTED, REFUTED, "unknown"),
        (SUPPORTED, None, "code"),
        (None, SUPPORTED, "versions"),
        (REFUTED, None, "unknown"),  # the versions, or noise: what the old session said proves nothing
        (None, None, "unknown"),
    ],
)
def test_without_the_old_side(old_code: Answer | None, new_code: Answer | None, expected: Cause) -> None:
    """Only what was run is compared: the session of then may itself have been noise."""
    sides = {NEW: REFUTED, OLD_CODE: old_code, NEW_CODE: new_code}
    assert cause({side: said for side, said in sides.items() if said}) == expected


@pytest.mark.parametrize(
    ("old_code", "new_code", "expected"),
    [
        (REFUTED, SUPPORTED, "versions"),  # to change the old side's versions makes the change
        (SUPPORTED, REFUTED, "code"),
        (REFUTED, REFUTED, "either"),
        (SUPPORTED, SUPPORTED, "unknown"),
        (REFUTED, None, "versions"),
        (None, REFUTED, "code"),
        (UNSURE, None, "unknown"),
        (None, None, "unknown"),
    ],
)
def test_without_the_new_side(old_code: Answer | None, new_code: Answer | None, expected: Cause) -> None:
    """The other way round."""
    sides = {OLD: SUPPORTED, OLD_CODE: old_code, NEW_CODE: new_code}
    assert cause({side: said for side, said in sides.items() if said}) == expected


def test_without_either_side_nothing_can_be_told() -> None:
    """Two mixed sides say nothing of a change that was never seen."""
    assert cause({OLD_CODE: SUPPORTED, NEW_CODE: REFUTED}) == cause({}) == "unknown"


def test_what_is_left_is_named() -> None:
    """Of what was not tried."""
    found = cause_of(SUPPORTED, REFUTED, {NEW: REFUTED, OLD_CODE: REFUTED})
    assert found.reason == (
        "the new code with new versions is refuted and the old code with new versions is refuted; "
        "what is left is versions or noise"
    )


# Simulated claims with known truth

SPREAD, CHANGES = 0.45, 400


def judged(random: np.random.Generator, mean: float, first: int, looks: int) -> Answer:
    """Judge as the suite does: look again over twice as many seeds while it is inconclusive."""
    sample = random.normal(mean, SPREAD, first * 2 ** (looks - 1))
    judgement: Verdict | None = None
    for look in range(1, looks + 1):
        seen = mean_over_seeds(sample[: first * 2 ** (look - 1)], "loss")
        error_rate = error_rate_at(look, looks)
        low, high = seen.interval(1 - 2 * error_rate)
        p_supported, p_refuted = (min(1.0, p * ERROR_RATE / error_rate) for p in p_values(seen, BAND))
        outcome: Outcome = decide((low, high), BAND)
        judgement = verdict_with(
            outcome,
            finding="x.y",
            value=seen.value,
            low=low,
            high=high,
            confidence=1 - 2 * error_rate,
            band=BAND,
            p_supported=p_supported,
            p_refuted=p_refuted,
            looks=(seen.seeds,),
        )
        if outcome != "inconclusive":
            break
    assert judgement is not None
    return Answer(outcome=judgement.outcome, needs="all", verdicts={"a": judgement})


def found_causes(start: float, code: float, versions: float, together: float) -> Counter[Cause]:
    """Return how often which cause is found, of verdicts that changed between two sessions of 20 seeds and more.

    Every side draws seeds of its own, as trainings do of which a last digit differs, and shares them between the
    looks. The mean is what old code has with old versions, and what new code, new versions, and both together add.
    """
    random = np.random.default_rng(20260101)
    means = {
        side: start + code * (side.code == "new") + versions * (side.versions == "new") + together * (side == NEW)
        for side in SIDES
    }
    causes: Counter[Cause] = Counter()
    while causes.total() < CHANGES:
        before, after = judged(random, means[OLD], 20, 3), judged(random, means[NEW], 20, 3)
        if before.outcome == after.outcome:
            continue
        seeds = 4 * max(before.seeds, after.seeds)
        widened = {side: judged(random, means[side], seeds, 1) for side in (OLD, NEW)}
        if lasts(widened):
            widened |= {side: judged(random, means[side], seeds, 1) for side in (OLD_CODE, NEW_CODE)}
        causes[cause_of(before, after, widened).cause] += 1
    return causes


@pytest.mark.parametrize(
    ("start", "effects", "truth"),
    [
        (0.8, (0.5, 0.0, 0.0), "code"),
        (0.8, (0.0, 0.3, 0.0), "versions"),
        (0.8, (0.0, 0.0, 0.3), "both"),
        (0.8, (0.3, 0.3, -0.3), "either"),
        (0.87, (0.0, 0.0, 0.0), "noise"),
    ],
)
def test_the_true_cause_is_found(start: float, effects: tuple[float, float, float], truth: Cause) -> None:
    """Of verdicts that change by an effect of two thirds of the spread over seeds or more, or by none, 19 in 20."""
    assert found_causes(start, *effects)[truth] >= 0.95 * CHANGES


@pytest.mark.parametrize(
    ("start", "effects", "true_answers"),
    [
        (0.8, (0.2, 0.0, 0.0), {"code"}),  # the new mean is the very end of the band
        (0.8, (0.15, 0.0, 0.0), {"code"}),  # a third of the spread, and supported still
        (0.8, (0.0, 0.15, 0.0), {"versions"}),
        (0.95, (0.0, 0.0, 0.0), set()),  # nothing differs, near the end of the band
        (1.0, (0.0, 0.0, 0.0), set()),
    ],
)
def test_nothing_is_blamed_that_has_no_part_in_it(
    start: float, effects: tuple[float, float, float], true_answers: set[Cause]
) -> None:
    """Where little or nothing differs, a wrong side is named in no more than 1 of 20; else noise, or it is not told."""
    causes = found_causes(start, *effects)
    assert sum(causes[one] for one in true_answers | {"noise", "unknown"}) >= 0.95 * CHANGES
