"""Change points of a history, on made-up nights of which the truth is known."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest
from scipy import special

from harness.base.arrays import Floats
from harness.sessions.levels import LevelChange, level_changes
from harness.sessions.measured import Measured
from harness.sessions.noise import ON_LOGARITHMS, p_same
from harness.verdicts.error_rate import ERROR_RATE
from tests.builders.verdicts import verdict_with

HISTORIES = 300
SEEDS, CONFIDENCE = 20, 0.9
REACH = float(special.stdtrit(SEEDS - 1, (1 + CONFIDENCE) / 2))  # of an interval, in standard errors
CLAIM = ("claims", "test_x[sgd]", "x.y", "loss")
Draw = Callable[[np.random.Generator], Floats]


def nights(
    values: Floats | Sequence[float], versions: Sequence[int] | None = None, **changes: object
) -> list[Measured]:
    """Return a night for each value, each with a standard error of one; all under one version if nothing is said."""
    return [
        Measured(
            session=place + 1,
            started=f"2026-03-{place % 28 + 1:02d}T03:00:00+00:00",
            case="sgd",
            verdict=verdict_with(
                value=float(value),
                **{
                    "low": float(value) - REACH,
                    "high": float(value) + REACH,
                    "confidence": CONFIDENCE,
                    "looks": (SEEDS,),
                    **changes,
                },
            ),
            surroundings=frozenset({("torch", str(versions[place] if versions is not None else 1))}),
        )
        for place, value in enumerate(values)
    ]


def found_in(draw: Callable[[np.random.Generator], dict[tuple[str, str, str, str], list[Measured]]]) -> float:
    """Return in which proportion of histories a change is found."""
    generator = np.random.default_rng(20260301)
    return float(np.mean([bool(level_changes(draw(generator))) for _ in range(HISTORIES)]))


def most(error_rate: float) -> float:
    """Return which proportion of the histories is beyond chance at an error rate: three standard errors above it."""
    return error_rate + 3 * math.sqrt(error_rate * (1 - error_rate) / HISTORIES)


@pytest.mark.parametrize("length", [6, 30, 90])
@pytest.mark.parametrize("claims", [1, 4])
def test_without_a_change_none_is_found(length: int, claims: int) -> None:
    """In a history of one claim or of several: noise makes up a change in `ERROR_RATE` of histories at most."""

    def history(rng: np.random.Generator) -> dict[tuple[str, str, str, str], list[Measured]]:
        return {(*CLAIM[:1], str(number), *CLAIM[2:]): nights(rng.normal(size=length)) for number in range(claims)}

    assert found_in(history) <= most(ERROR_RATE)


@pytest.mark.parametrize("jitter", [0.0, 0.2])
def test_nights_that_share_what_their_seeds_bring_are_no_samples(jitter: float) -> None:
    """Each new version draws it anew for ten nights in a row; taken for independent, these nights would mislead."""
    versions = np.repeat(np.arange(8), 10)

    def history(rng: np.random.Generator) -> dict[tuple[str, str, str, str], list[Measured]]:
        values = rng.normal(size=8)[versions] + jitter * rng.normal(size=len(versions))
        return {CLAIM: nights(values, versions.tolist())}

    def taken_for_samples(rng: np.random.Generator) -> dict[tuple[str, str, str, str], list[Measured]]:
        values = rng.normal(size=8)[versions] + (jitter or 1e-6) * rng.normal(size=len(versions))
        return {CLAIM: nights(values)}

    assert found_in(history) <= most(ERROR_RATE)
    assert found_in(taken_for_samples) > 0.5


@pytest.mark.parametrize("new_version_each_night", [False, True])
@pytest.mark.parametrize(
    ("level", "power"),
    [
        (np.repeat([0.0, 1.5], 15), 0.8),
        (np.concatenate([np.zeros(15), np.linspace(0, 1.5, 30), np.full(15, 1.5)]), 0.9),
        (np.linspace(0, 3, 30), 0.9),
    ],
    ids=["step", "drift that ends", "drift that goes on"],
)
def test_a_change_that_no_two_nights_show_is_found(level: Floats, power: float, new_version_each_night: bool) -> None:
    """A step of 1.5 standard errors in 30 nights, a drift of as many over 30 nights, or one of three still going on."""
    versions = list(range(len(level))) if new_version_each_night else None
    assert found_in(lambda rng: {CLAIM: nights(level + rng.normal(size=len(level)), versions)}) >= power
    assert all(p_same(one.verdict, other.verdict) > ERROR_RATE for one, other in pairwise(nights(level)))


def test_versions_that_come_again_are_the_same_draw() -> None:
    """Two machines that take turns, then the second alone: two estimates, however many nights there are."""
    versions = [1, 2] * 10 + [2, 1, 2] * 10
    assert level_changes({CLAIM: nights([9.0 * version for version in versions], versions)}) == []
    in_turn = [1] * 5 + [2, 1] * 3 + [2] * 5
    assert level_changes({CLAIM: nights([9.0 * version for version in in_turn], in_turn)}) == []
    assert level_changes({CLAIM: nights([9.0 * version for version in in_turn], range(len(in_turn)))}) != []


def test_the_change_is_told_with_its_session_and_both_levels() -> None:
    """In words and as data, the newest first; here the noise is so small that there is no doubt."""
    values = [*np.linspace(0, 0.01, 10), *np.linspace(9, 9.01, 12), *np.linspace(3, 3.01, 8)]
    newest, older = level_changes({CLAIM: nights(values)})
    assert newest == LevelChange(
        "x.y", "loss", "sgd", 23, "2026-03-23T03:00:00+00:00", pytest.approx(9.005), pytest.approx(3.005)
    )
    assert str(older) == "x.y (loss) sgd: 9.005 since session 11 of 2026-03-11, before 0.005"


def test_ratios_have_their_noise_on_logarithms() -> None:
    """A factor of ten is as far at any size, and the levels are geometric means."""
    logarithms = np.concatenate([np.linspace(0, 0.01, 8), np.linspace(9, 9.01, 8)])
    ratios = [
        Measured(
            one.session,
            one.started,
            one.case,
            verdict_with(
                value=math.exp(one.verdict.value),
                low=math.exp(one.verdict.low),
                high=math.exp(one.verdict.high),
                confidence=CONFIDENCE,
                looks=(SEEDS,),
                method=f"ratio of means, {ON_LOGARITHMS}",
            ),
            one.surroundings,
        )
        for one in nights(logarithms)
    ]
    (change,) = level_changes({CLAIM: ratios})
    assert (change.before, change.after) == (pytest.approx(math.exp(0.005)), pytest.approx(math.exp(9.005)))


@pytest.mark.parametrize(
    ("values", "changes"),
    [
        ([0.0] * 30 + [9.0] * 30, {}),
        ([0.0, 0.1, 0.0, 9.0, 9.1], {}),
        (np.repeat([0.0, 9.0], 10) + np.linspace(0, 0.1, 20), {"looks": (1,)}),
        (np.repeat([0.0, 9.0], 10) + np.linspace(0, 0.1, 20), {"high": math.inf}),
        ([math.nan] * 20, {}),
    ],
    ids=["same bits", "few nights", "not sampled", "no interval", "no estimate"],
)
def test_what_carries_no_noise_to_compare_with_is_left_out(values: Sequence[float], changes: dict[str, object]) -> None:
    """That is for the comparison of two nights; so is a change between two estimates that come again and again."""
    assert level_changes({CLAIM: nights(values, **changes)}) == []


def test_an_interval_without_width_is_no_measure_of_noise() -> None:
    """Neither where all intervals are so, nor where some are: the others tell how much noise there is."""
    values = np.repeat([0.0, 2.0], 10) + np.linspace(0, 0.1, 20)
    tied = [
        Measured(
            one.session,
            one.started,
            one.case,
            verdict_with(value=value, low=value, high=value, confidence=CONFIDENCE, looks=(SEEDS,)),
            one.surroundings,
        )
        for one, value in zip(nights(values), values.tolist(), strict=True)
    ]
    assert level_changes({CLAIM: tied}) == []
    wide = nights(values)
    assert level_changes({CLAIM: [wide[0], *tied[1:]]}) == level_changes({CLAIM: wide})


def test_no_history_has_no_change() -> None:
    """Nor has one that is too short."""
    assert level_changes({}) == level_changes({CLAIM: nights([1.0])}) == []
