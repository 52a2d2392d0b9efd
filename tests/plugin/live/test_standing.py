import pytest

from harness.plugin.live.progress import Progress
from harness.plugin.live.standing import Standing, change_text
from tests.builders.sessions import full_claim


@pytest.mark.parametrize(
    ("standing", "line"),
    [
        (Standing(), ""),
        (Standing(progress=Progress(40, 40, 0), collected=3), ""),
        (
            Standing(progress=Progress(60, 20, 20, {"gw0": "net 1", "gw1": "net 2"}), seconds=5.0),
            "trainings: 40 of 60 done, 20 from the store, about 5 s left; now net 1 and net 2",
        ),
        (
            Standing(progress=Progress(40, 40, 0), collected=9, reported=3, outcomes={"refuted": 2}, changed=1),
            "claims: 3 of 9 done, ✔ 0 supported, ✘ 2 refuted, ? 0 inconclusive; 1 not as expected",
        ),
    ],
)
def test_a_log_is_told_what_is_worth_a_line(standing: Standing, line: str) -> None:
    """Trainings where there are any to do, claims where one has ended, and nothing where nothing happened."""
    assert standing.line == line


def test_rows_are_few_however_much_goes_on() -> None:
    """Of many workers, long tests and changes, some are shown and the rest is counted."""
    standing = Standing(
        progress=Progress(400, 0, 0, {f"gw{number}": f"net {number}" for number in range(30)}),
        judging=[(f"test_{number}", 61.0 - number) for number in range(30)],
        changes=("x", "y"),
        changed=7,
    )
    rows = standing.rows()
    assert len(rows) == 8 + 1 + 1 + 8 + 1 + 2
    assert rows[0] == ("training", "gw0 net 0")
    assert rows[8] == ("", "and 22 more")
    assert rows[10] == ("judging", "test_0, 1 min 1 s")
    assert rows[-3:] == [
        ("changed", "7 verdicts are not as expected, the last 2 are"),
        ("changed", "x"),
        ("changed", "y"),
    ]


def test_without_xdist_a_worker_has_no_name() -> None:
    """The one process that trains is not named."""
    assert Standing(progress=Progress(20, 0, 0, {"": "net 1"})).rows()[0] == ("training", "net 1")


def test_a_change_says_what_was_expected_and_cannot_steer_a_terminal() -> None:
    """The line names verdict, expectation, finding, case, estimate and band; control characters become visible."""
    text = change_text(full_claim("test_x.py::test_y[sgd]", outcome="refuted", finding="speed.\x1b[2Jfast\n"))
    assert text.startswith(
        "✘ refuted, not supported: speed.\ufffd[2Jfast\ufffd (loss) sgd  0.03123 [0.0251, 0.0374]  band "
    )
