from collections.abc import Mapping

import pytest
from scipy.stats import norm

from harness.base.errors import SessionError
from harness.explaining.answer import Answer, answer_of, shift
from harness.verdicts.band import Band, Outcome
from tests.builders.sessions import judged_claim, session_of


def answer(verdicts: Mapping[str, Outcome], **changes: object) -> Answer:
    """Return what a session with such claims says."""
    return answer_of(
        session_of(*(judged_claim(test, outcome, **changes) for test, outcome in verdicts.items())), "x.y", "loss"
    )


def test_an_answer_is_that_of_the_whole_finding() -> None:
    """With all claims needed, one that is refuted refutes; with some, one that is supported supports."""
    assert answer({"a": "supported", "b": "refuted"}).outcome == "refuted"
    assert answer({"a": "supported", "b": "refuted"}, needs="some").outcome == "supported"
    assert answer({"a": "supported", "b": "inconclusive"}).outcome == "inconclusive"


def test_an_answer_shows_the_claim_that_decides() -> None:
    """Its estimate is shown, and the most seeds of any claim."""
    asked = session_of(
        judged_claim("a", value=1.0, low=0.9, high=1.1, looks=(20, 40)),
        judged_claim("b", "refuted", value=3.0, low=2.0, high=4.0),
    )
    assert str(answer_of(asked, "x.y", "loss")) == "refuted, 3 [2, 4] over 40 seeds"


def test_a_finding_that_a_session_did_not_judge_is_named() -> None:
    """Together with those that it did."""
    with pytest.raises(SessionError, match=r"judged no claim on x\.z \(loss\); it judged x\.y \(loss\)$"):
        answer_of(session_of(), "x.z", "loss")


# How two answers differ


def one(outcome: Outcome, value: float, error: float, band: Band | None = None) -> Answer:
    """Return the answer of a finding with one claim."""
    reach = error * float(norm.ppf(0.95))
    changes = {"value": value, "low": value - reach, "high": value + reach, "confidence": 0.9}
    return answer({"a": outcome}, **changes, band=band or Band(0, 1, "as agreed"))


def test_the_same_verdict_is_no_shift() -> None:
    """However far the estimates are apart."""
    assert shift(one("supported", 0.1, 0.01), one("supported", 0.9, 0.01)) is None


def test_estimates_far_apart_are_a_sure_shift() -> None:
    """And those within probability of each other are not."""
    sure = shift(one("supported", 0.5, 0.1), one("inconclusive", 0.95, 0.1))
    unsure = shift(one("supported", 0.7, 0.1), one("inconclusive", 0.9, 0.1))
    assert sure is not None
    assert (sure.by, sure.test, sure.sure) == ("estimate", "a", True)
    assert sure.p_value < 0.01
    assert unsure is not None
    assert (unsure.by, unsure.sure) == ("estimate", False)


def test_a_narrower_band_is_a_change_of_the_rule() -> None:
    """The estimates differ by chance only, and each would be judged as the other one by the other's band."""
    moved = shift(one("supported", 0.5, 0.1), one("inconclusive", 0.51, 0.1, Band(0.4, 0.6, "narrower")))
    assert moved is not None
    assert (moved.by, moved.sure) == ("rule", True)


def test_a_band_that_moved_but_does_not_matter_is_no_change_of_the_rule() -> None:
    """The estimates would be judged as they were by either band."""
    moved = shift(one("supported", 0.7, 0.1), one("inconclusive", 0.9, 0.1, Band(0, 1.01, "wider")))
    assert moved is not None
    assert (moved.by, moved.sure) == ("estimate", False)


def test_the_same_estimates_with_another_verdict_are_a_change_of_the_rule() -> None:
    """As when the register begins to record a claim as inconclusive."""
    moved = shift(one("supported", 0.5, 0.1), one("inconclusive", 0.5, 0.1))
    assert moved is not None
    assert (moved.by, moved.sure) == ("rule", True)


def test_claims_that_only_one_side_has_can_make_the_difference() -> None:
    """The rest says the same; where it does not, the estimates decide."""
    added = shift(answer({"a": "supported"}), answer({"a": "supported", "b": "refuted"}))
    assert added is not None
    assert (added.by, added.sure) == ("claims", True)
    besides = shift(answer({"a": "supported"}), answer({"a": "refuted", "b": "refuted"}, value=9.0, low=8.9, high=9.1))
    assert besides is not None
    assert (besides.by, besides.test) == ("estimate", "a")


def test_a_renamed_file_has_its_claims_in_common() -> None:
    """Two files with a function of one name have not, since nobody can tell which is which."""
    old, new = ("claims/test_old.py::test_x", "supported"), ("claims/test_new.py::test_x", "refuted")

    def answer_to(*claims: tuple[str, str]) -> Answer:
        judged = [judged_claim(test, outcome) for test, outcome in claims]  # type: ignore[arg-type]
        return answer_of(session_of(*judged), "x.y", "loss")

    assert answer_to(old).verdicts.keys() == answer_to(new).verdicts.keys() == {"test_x"}
    moved = shift(answer_to(old), answer_to(new))
    assert moved is not None
    assert moved.test == "test_x"
    assert answer_to(old, new).verdicts.keys() == {old[0], new[0]}


def test_nothing_in_common_cannot_be_compared() -> None:
    """Then the shift is not sure."""
    moved = shift(answer({"a": "supported"}), answer({"b": "inconclusive"}))
    assert moved is not None
    assert (moved.by, moved.test, moved.sure) == ("estimate", "", False)


def test_comparing_many_claims_counts_against_each() -> None:
    """The p-value of the farthest is multiplied by the number of claims that say something else."""
    tests = list("abcde")
    far = {"value": 0.9, "low": 0.7, "high": 1.1, "confidence": 0.9}
    several = shift(answer(dict.fromkeys(tests, "supported")), answer(dict.fromkeys(tests, "refuted"), **far))
    single = shift(answer({"a": "supported"}), answer({"a": "refuted"}, **far))
    assert several is not None
    assert single is not None
    assert several.p_value == pytest.approx(5 * single.p_value)
