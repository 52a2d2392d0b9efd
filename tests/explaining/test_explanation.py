from harness.explaining.cause import NEW, NEW_CODE, OLD, OLD_CODE
from harness.explaining.explanation import explain
from tests.builders.answers import EDGE, REFUTED, SUPPORTED, UNSURE


def test_the_code_is_named_with_all_that_was_run() -> None:
    """The sentence says what speaks for it, the evidence what each side said."""
    found = explain(
        SUPPORTED,
        REFUTED,
        {OLD: SUPPORTED, NEW: REFUTED},
        {OLD: SUPPORTED, NEW: REFUTED, OLD_CODE: SUPPORTED, NEW_CODE: REFUTED},
        {},
    )
    assert found.cause == "code"
    assert found.sentence == (
        "The code brings the change: the old code with new versions is supported; "
        "the new code with old versions is refuted."
    )
    assert found.evidence == (
        "old code with old versions, the seeds of then: supported, 0.5 [0.4671, 0.5329] over 80 seeds, "
        "as its session said",
        "new code with new versions, the seeds of then: refuted, 1.5 [1.467, 1.533] over 80 seeds, as its session said",
        "old code with old versions, more seeds: supported, 0.5 [0.4671, 0.5329] over 80 seeds",
        "new code with new versions, more seeds: refuted, 1.5 [1.467, 1.533] over 80 seeds",
        "old code with new versions, more seeds: supported, 0.5 [0.4671, 0.5329] over 80 seeds",
        "new code with old versions, more seeds: refuted, 1.5 [1.467, 1.533] over 80 seeds",
        "estimate 0.5 [0.4671, 0.5329], then 1.5 [1.467, 1.533], p < 0.0001 (a)",
    )


def test_noise_says_over_how_many_seeds() -> None:
    """And that the session cannot be repeated, where it cannot."""
    found = explain(SUPPORTED, UNSURE, {NEW: SUPPORTED}, {OLD: SUPPORTED, NEW: SUPPORTED}, {})
    assert found.sentence == "It was noise: over 80 seeds both sides are supported."
    assert found.evidence[0].endswith("over 80 seeds, though its session said inconclusive")


def test_an_edge_is_named_as_such() -> None:
    """Where both sides stay inconclusive, verdicts will go on changing by chance."""
    found = explain(SUPPORTED, EDGE, {}, {OLD: EDGE, NEW: EDGE}, {})
    assert found.sentence == (
        "It was noise: over 80 seeds both sides are inconclusive; the quantity lies near an end of its band, where "
        "verdicts change by chance."
    )


def test_a_side_that_could_not_be_run_is_named_with_the_reason() -> None:
    """And with what its absence leaves open."""
    found = explain(
        SUPPORTED, REFUTED, {}, {NEW: REFUTED, OLD_CODE: SUPPORTED}, {OLD: "there is no torch 1.0 to be had"}
    )
    assert found.sentence == (
        "The code brings the change: the new code with new versions is refuted, but the old code with new versions is "
        "supported; the old code with old versions could not be run."
    )
    assert found.evidence[-1] == "old code with old versions: not run, since there is no torch 1.0 to be had"
