from harness.sessions.missing import SHOWN, MissingResults


def test_nothing_missing_is_no_sentence() -> None:
    """A session without missing results says nothing of them."""
    assert MissingResults().sentences() == ()


def test_each_cause_is_one_sentence() -> None:
    """With how many, and their names where they are few."""
    missing = MissingResults(
        unclaimed=["speed.slower (ratio)"],
        uncollected=["test_x.py"],
        crashed=["test_a"],
        unreported=["test_b", "test_c"],
        unreported_tests=["test_d"],
        failed=["test_e"],
        skipped=["test_f"],
        failed_after=["test_g"],
        internal_errors=["it broke", "it broke"],
        untrained=3,
        given_up=["no scheduler"],
        unrecorded=["no history"],
    )
    assert missing.sentences() == (
        "No claim judges: 1 reading: speed.slower (ratio).",
        "Could not be collected: 1 test module: test_x.py.",
        "A worker died while running: 1 test: test_a.",
        "Collected but never reported: 2 claims: test_b, test_c.",
        "Collected but never reported: 1 test: test_d.",
        "Ended in an error, without a verdict: 1 claim: test_e.",
        "Skipped, without a verdict: 1 claim: test_f.",
        "Failed after the verdict: 1 claim: test_g.",
        "Internal error: it broke",
        "Planned but not done: 3 trainings.",
        "Training given up: no scheduler.",
        "Verdicts not recorded: no history.",
    )


def test_of_many_the_first_are_named() -> None:
    """486 claims that were lost for one reason are one line, not 486."""
    (sentence,) = MissingResults(unreported=[f"test_{number}" for number in range(486)]).sentences()
    assert SHOWN == 3
    assert sentence == "Collected but never reported: 486 claims, the first: test_0, test_1, test_2."


def test_a_name_cannot_break_the_line() -> None:
    """Text of a register, with whatever it holds, stays on one line of a terminal."""
    (sentence,) = MissingResults(unclaimed=["speed.\x1b[31m\nslower (ratio)"]).sentences()
    assert sentence == r"No claim judges: 1 reading: speed.\x1b[31m\nslower (ratio)."
