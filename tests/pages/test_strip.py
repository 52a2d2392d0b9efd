import math

from hypothesis import given
from hypothesis import strategies as st

from harness.pages.strip import HEIGHT, is_partial, strip, usual_reading
from harness.verdicts.band import OUTCOMES, Outcome
from tests.builders.history import past_reading

PLACES = {number: number - 1 for number in range(1, 100)}


def test_marks_stand_in_lanes_and_run_on() -> None:
    """Supported above, inconclusive in the middle, refuted below; sessions in a row are one mark, a gap ends it."""
    line = [
        past_reading(1),
        past_reading(2),
        past_reading(4),
        past_reading(5, "refuted"),
        past_reading(6, "inconclusive"),
    ]
    assert strip(line, PLACES).marks == {
        "supported": "M0 1h2v8h-2zM3 1h1v8h-1z",
        "refuted": "M4 21h1v8h-1z",
        "inconclusive": "M5 11h1v8h-1z",
    }


def test_a_session_that_judged_less_is_thin_and_has_no_estimate() -> None:
    """Its deciding claim is another one."""
    line = [past_reading(1), past_reading(2, "refuted", scope="some", claims=3, value=7.0), past_reading(3)]
    drawn = strip(line, PLACES)
    assert drawn.marks["refuted"] == "M1 23h1v3h-1z"
    assert drawn.estimate == "M0 15h1M2 15h1"


def test_added_claims_are_not_less() -> None:
    """They are what will be usual; what was usual once counts as less when it no longer is."""
    line = [past_reading(1), past_reading(2), past_reading(3, scope="more", claims=10)]
    assert usual_reading(line) == line[1]
    assert not is_partial(line[2], usual_reading(line))
    line += [past_reading(4, scope="more", claims=10)]
    assert usual_reading(line) == line[3]
    assert is_partial(line[0], usual_reading(line))


def test_estimates_are_steps_and_gaps() -> None:
    """Higher is more, from the lowest to the highest end of an interval; no number, no line."""
    drawn = strip(
        [
            past_reading(1, value=0.5),
            past_reading(2, value=0.5),
            past_reading(3, value=math.nan),
            past_reading(4, value=1.5),
        ],
        PLACES,
    )
    assert drawn.estimate == f"M0 {HEIGHT - 1}h2M3 1h1"
    assert drawn.noise == "M0 1h2v28h-2zM3 1h1v28h-1z"
    assert strip([past_reading(1, value=1.0)], PLACES).estimate == "M0 15h1"


@given(
    st.lists(
        st.tuples(
            st.integers(1, 99),
            st.sampled_from(OUTCOMES),
            st.floats(-1e300, 1e300) | st.sampled_from([math.inf, math.nan]),
        ),
        min_size=1,
        unique_by=lambda told: told[0],
    )
)
def test_every_session_has_one_mark(told: list[tuple[int, Outcome, float]]) -> None:
    """Whatever the gaps and numbers: the marks' widths add up to the sessions, and no path holds what is no number."""
    line = [
        past_reading(number, outcome, value=value) for number, outcome, value in sorted(told, key=lambda one: one[0])
    ]
    drawn = strip(line, PLACES)
    widths = {
        outcome: [int(mark.split("h")[1].split("v")[0]) for mark in path.split("M")[1:]]
        for outcome, path in drawn.marks.items()
    }
    for outcome in OUTCOMES:
        assert sum(widths[outcome]) == sum(one == outcome for _, one, _ in told)
    assert not {"nan", "inf", "e"} & set(f"{drawn.noise} {drawn.estimate}".replace("M", " ").split())
