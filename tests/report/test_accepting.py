import datetime
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.base.errors import RegisterError
from harness.report.accepting import Change, accept
from harness.report.register import Register, read_register

TODAY = datetime.date(2026, 2, 28)
REPORT = """\
# What the report says.  Spaces and quotes are as somebody liked them.
title   = 'A small report'   # a title

[sections]
speed = "Speed"

# The first finding.
[findings."speed.a"]
statement = \"\"\"
A is faster.
\"\"\"
basis = "independent"
primary = "ratio"
reported = {ratio="0.50", other = "1"}

[findings."speed.a".readings.ratio]
estimand = "mean of the ratio"
low = 0.9
high = inf  # open
reason = "a tenth"

[findings."speed.a".readings.loss]
estimand = "mean of the loss"
low = 0
high = 1
reason = "small"

# Known since January.
[[findings."speed.a".expected]]
reading = "ratio"
cases = [
    "sgd",   # of all
    "adam",
]
verdict = "refuted"
reason = "the splits differ"
date = 2026-01-31

[[findings."speed.a".expected]]
reading = "loss"
cases = ["sgd"]
verdict = "inconclusive"
also = "refuted"
reason = "noise"
date = 2026-01-31

# The second finding.
[findings."speed.b"]
statement = "B is as fast. ✔"
basis = "fitted"

[findings."speed.b".readings.ratio]
estimand = "mean of the ratio"
low = -1e-3
high = +1_000
reason = "a tenth"
"""


def accepted(folder: Path, *changes: Change, report: str = REPORT, reason: str = "so it is") -> Register:
    """Write changes into a register and read it."""
    file = folder / "report.toml"
    file.write_text(report, encoding="utf-8")
    accept(file, changes, reason, TODAY)
    return read_register(file)


def known(register: Register) -> dict[tuple[str, str, str], str]:
    """Return the verdict recorded for each case."""
    return {
        (finding.id, expected.reading, case): expected.verdict
        for finding in register.findings.values()
        for expected in finding.expected
        for case in expected.cases
    }


BEFORE = {
    ("speed.a", "ratio", "sgd"): "refuted",
    ("speed.a", "ratio", "adam"): "refuted",
    ("speed.a", "loss", "sgd"): "inconclusive",
}


def test_a_verdict_is_recorded_with_reason_and_date(tmp_path: Path) -> None:
    """The entry says of which reading and case, which verdict, why and since when; quotes in the reason are kept."""
    reason = 'the "new" splits\nare \\ harder'
    register = accepted(tmp_path, Change("speed.b", "ratio", "relu-sgd", "refuted"), reason=reason)
    (entry,) = register.findings["speed.b"].expected
    assert (entry.reading, entry.cases, entry.verdict) == ("ratio", ("relu-sgd",), "refuted")
    assert (entry.reason, entry.date, entry.also) == (reason, TODAY, None)
    assert known(register) == BEFORE | {("speed.b", "ratio", "relu-sgd"): "refuted"}


def test_all_else_in_the_file_stays_as_it_is(tmp_path: Path) -> None:
    """A new entry only adds lines: comments, spaces, quotes and order of the others are what they were."""
    accepted(tmp_path, Change("speed.a", "ratio", "rmsprop", "inconclusive"), Change("speed.b", "ratio", "", "refuted"))
    after = (tmp_path / "report.toml").read_text(encoding="utf-8").splitlines()
    added = 2 * len(["header", "reading", "cases", "verdict", "reason", "date"])
    left = iter(after)
    assert all(line in left for line in REPORT.splitlines())  # each after the one before
    assert len([line for line in after if line]) == len([line for line in REPORT.splitlines() if line]) + added


def test_cases_with_one_verdict_are_one_entry(tmp_path: Path) -> None:
    """Cases of one reading stand together in the order given; other verdicts and readings apart."""
    register = accepted(
        tmp_path,
        Change("speed.b", "ratio", "x", "refuted"),
        Change("speed.b", "ratio", "", "inconclusive"),
        Change("speed.b", "ratio", "y", "refuted"),
    )
    assert [(entry.verdict, entry.cases) for entry in register.findings["speed.b"].expected] == [
        ("refuted", ("x", "y")),
        ("inconclusive", ("",)),
    ]


@pytest.mark.parametrize(
    ("changes", "gone", "new"),
    [
        ({"sgd": "inconclusive"}, ["sgd"], {"sgd": "inconclusive"}),
        ({"sgd": "supported"}, ["sgd"], {}),
        ({"sgd": "supported", "adam": "inconclusive"}, ["sgd", "adam"], {"adam": "inconclusive"}),
        ({"sgd": "supported", "adam": "supported"}, ["sgd", "adam"], {}),
        ({"other": "supported"}, [], {}),
    ],
)
def test_what_was_expected_is_replaced(
    tmp_path: Path, changes: dict[str, str], gone: list[str], new: dict[str, str]
) -> None:
    """A case has one expectation, the new one; supported needs none; other cases, readings and findings keep theirs."""
    register = accepted(tmp_path, *(Change("speed.a", "ratio", case, verdict) for case, verdict in changes.items()))  # type: ignore[arg-type]
    left = {key: verdict for key, verdict in BEFORE.items() if not (key[1] == "ratio" and key[2] in gone)}
    assert known(register) == left | {("speed.a", "ratio", case): verdict for case, verdict in new.items()}
    kept = [entry for entry in register.findings["speed.a"].expected if entry.date != TODAY]
    assert [entry.reason for entry in kept] == ["the splits differ"] * (len(gone) < 2) + ["noise"]


def test_no_empty_entry_is_left(tmp_path: Path) -> None:
    """An entry without cases would be an error of the register, and so would an empty list of entries."""
    changes = [Change(*key, "supported") for key in BEFORE]
    assert known(accepted(tmp_path, *changes)) == {}
    assert "expected" not in (tmp_path / "report.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("finding", ["speed.a", "speed.b"])
def test_an_accepted_verdict_can_be_taken_back(tmp_path: Path, finding: str) -> None:
    """Recorded and then supported again: the file says what it said before."""
    accepted(tmp_path, Change(finding, "ratio", "x", "refuted"))
    register = accepted(
        tmp_path,
        Change(finding, "ratio", "x", "supported"),
        report=(tmp_path / "report.toml").read_text(encoding="utf-8"),
    )
    assert known(register) == BEFORE
    assert tomllib.loads((tmp_path / "report.toml").read_text(encoding="utf-8")) == tomllib.loads(REPORT)


def test_the_real_register_takes_every_verdict(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """For each reading of the report under test a verdict can be recorded, and nothing else of it changes."""
    file = request.config.rootpath / "claims" / "report.toml"
    before = read_register(file)
    changes = [
        Change(finding.id, reading, "made-up", "refuted")
        for finding in before.findings.values()
        for reading in finding.readings
    ]
    after = accepted(tmp_path, *changes, report=file.read_text(encoding="utf-8"))
    for finding in before.findings.values():
        now = after.findings[finding.id].expected
        new = [(entry.reading, entry.verdict) for entry in now if entry.cases == ("made-up",)]
        assert new == [(reading, "refuted") for reading in finding.readings]
        old = [entry for entry in now if entry.cases != ("made-up",)]
        assert replace(after.findings[finding.id], expected=tuple(old)) == finding


ODD = ["\u2028", "a\n[findings]\n# b"]
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)


@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_odd_characters_are_kept(tmp_path: Path, odd: str) -> None:
    """What Python takes for the end of a line may stand within a text: of the register, or in the reason."""
    file = tmp_path / "report.toml"
    before = f"A is{odd}faster.\n"
    text = REPORT.replace("A is faster.\n", before)
    for number in range(2):
        register = accepted(tmp_path, Change("speed.a", "ratio", f"{number}", "refuted"), report=text, reason=odd)
        assert [entry.reason for entry in register.findings["speed.a"].expected].count(odd) == number + 1
        assert register.findings["speed.a"].statement == before
        text = file.read_text(encoding="utf-8")


@pytest.mark.parametrize("odd", ["\x85", "\x0c", "\r\n", "\x1b[2J"], ids=ascii)
def test_a_reason_that_could_not_be_read_again_is_refused(tmp_path: Path, odd: str) -> None:
    """And nothing is written."""
    file = tmp_path / "report.toml"
    file.write_text(REPORT, encoding="utf-8")
    with pytest.raises(RegisterError, match="holds the control character"):
        accept(file, [Change("speed.a", "ratio", "x", "refuted")], odd, TODAY)
    assert file.read_text(encoding="utf-8") == REPORT


@pytest.mark.parametrize("line", ["[see the table]", "[[findings]]", "# no comment", ""])
def test_a_text_of_several_lines_is_not_torn(tmp_path: Path, line: str) -> None:
    """A line of a text that looks like a table or a comment is neither."""
    several = REPORT.replace('reason = "noise"', f'reason = """noise\n{line}\n"""')
    register = accepted(tmp_path, Change("speed.a", "ratio", "x", "inconclusive"), report=several)
    assert known(register) == BEFORE | {("speed.a", "ratio", "x"): "inconclusive"}
    assert [entry.reason for entry in register.findings["speed.a"].expected if entry.also] == [f"noise\n{line}\n"]


def test_a_mark_of_byte_order_stays(tmp_path: Path) -> None:
    """In front of the whole file, once."""
    file = tmp_path / "report.toml"
    file.write_bytes(b"\xef\xbb\xbf" + REPORT.encode())
    accept(file, [Change("speed.a", "ratio", "tanh", "refuted")], "seen", TODAY)
    written = file.read_bytes()
    assert written.startswith(b"\xef\xbb\xbf# What")
    assert written.count(b"\xef\xbb\xbf") == 1
    assert read_register(file).findings["speed.a"].expectation("ratio", "tanh") is not None


def test_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    """A file with the line ends of another system keeps them."""
    file = tmp_path / "report.toml"
    file.write_bytes(REPORT.replace("\n", "\r\n").encode())
    accept(file, [Change("speed.b", "ratio", "x", "refuted")], "so it is", TODAY)
    assert file.read_bytes().count(b"\r\n") == file.read_bytes().count(b"\n") > REPORT.count("\n")


@pytest.mark.parametrize(
    ("report", "changes"),
    [
        (REPORT.replace('findings."speed.a"', "findings.'speed.a'"), [Change("speed.a", "ratio", "x", "refuted")]),
        (REPORT, [Change("speed.b", "ratio", "", outcome) for outcome in ("refuted", "inconclusive")]),
    ],
    ids=["ids in single quotes", "two claims of one case"],
)
def test_what_cannot_be_recorded_is_refused(tmp_path: Path, report: str, changes: list[Change]) -> None:
    """Either the verdicts are in a valid register afterwards, or one error says why not and nothing is written."""
    file = tmp_path / "report.toml"
    file.write_text(report, encoding="utf-8")
    refused = ""
    try:
        accept(file, changes, "so it is", TODAY)
    except RegisterError as error:
        refused = str(error)
    if refused:
        assert refused.startswith(str(file))
        assert file.read_text(encoding="utf-8") == report
    else:
        recorded = known(read_register(file))
        assert all(recorded[change.finding, change.reading, change.case] == change.outcome for change in changes)


fuzzed = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
changes_of_a_session = st.dictionaries(
    st.sampled_from(
        [
            (finding, reading, case)
            for finding, reading in (("speed.a", "ratio"), ("speed.a", "loss"), ("speed.b", "ratio"))
            for case in ("sgd", "adam", "", "tanh-é", 'a"b\\c')
        ]
    ),
    st.sampled_from(["supported", "refuted", "inconclusive"]),
    max_size=8,
)


@fuzzed
@given(st.lists(changes_of_a_session, min_size=1, max_size=4), TEXTS | st.sampled_from(ODD))
def test_any_verdicts_of_any_sessions(tmp_path: Path, sessions: list[Any], reason: str) -> None:
    """After each session the register is valid, expects of each case what came last, and says all else as before."""
    file = tmp_path / "report.toml"
    file.write_text(REPORT, encoding="utf-8")
    expected = dict(BEFORE)
    first = read_register(file)
    for session in sessions:
        accept(file, [Change(*key, verdict) for key, verdict in session.items()], reason, TODAY)
        expected = {key: verdict for key, verdict in (expected | session).items() if verdict != "supported"}
        register = read_register(file)
        assert known(register) == expected
        for finding in first.findings.values():
            assert replace(register.findings[finding.id], expected=finding.expected) == finding
    assert file.read_text(encoding="utf-8").startswith(REPORT[: REPORT.index("# Known since")])
