import datetime
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.base.errors import RegisterError
from harness.report.reading import Pin, Reading
from harness.report.register import Expected, Register, Reported, read_register
from harness.verdicts.band import Band

REPORT = """\
title = "A small report"

[sections]
optimizers = "Optimizers"

[findings."optimizers.table"]
statement = "Accuracy: SGD 0.50, loss 1.08 and 14.45."
basis = "fitted"
primary = "draw"
reported = { sgd = "0.50", adam = "1.08", rmsprop = "14.45", whole = "3" }

[findings."optimizers.table".readings.draw]
estimand = "distance"
low = -1.96
high = 1.96
reason = "one draw"

[findings."optimizers.table".readings.gap]
estimand = "proportion of seeds"
margin = 0.25
low = 1
high = inf
reason = "half the gap"

[[findings."optimizers.table".expected]]
reading = "draw"
cases = ["sgd", "adam"]
verdict = "refuted"
reason = "too far out"
date = 2026-01-31
"""

fuzzed = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(folder: Path, text: str) -> Register:
    """Read a register from text."""
    file = folder / "report.toml"
    file.write_text(text, encoding="utf-8")
    return read_register(file)


def test_a_register_is_read(tmp_path: Path) -> None:
    """Every table arrives in its dataclass, with numbers as printed and half a unit of their last decimal."""
    register = read(tmp_path, REPORT)
    assert (register.title, register.file.name, list(register.findings)) == (
        "A small report",
        "report.toml",
        ["optimizers.table"],
    )
    finding = register.findings["optimizers.table"]
    assert (finding.id, finding.section, finding.basis) == ("optimizers.table", "Optimizers", "fitted")
    assert finding.statement == "Accuracy: SGD 0.50, loss 1.08 and 14.45."
    assert finding.reported == {
        "sgd": Reported(0.5, 0.005),
        "adam": Reported(1.08, 0.005),
        "rmsprop": Reported(14.45, 0.005),
        "whole": Reported(3.0, 0.5),
    }
    assert finding.readings == {
        "draw": Reading("draw", "distance", Band(-1.96, 1.96, "one draw"), None),
        "gap": Reading("gap", "proportion of seeds", Band(1.0, math.inf, "half the gap"), 0.25, role="alternative"),
    }
    expected = Expected("draw", ("sgd", "adam"), "refuted", "too far out", datetime.date(2026, 1, 31))
    assert finding.expected == (expected,)
    assert finding.expectation("draw", "sgd") == expected
    assert finding.expectation("draw", "adam") == expected
    assert finding.expectation("draw", "rmsprop") is None
    assert finding.expectation("gap", "sgd") is None


@pytest.mark.parametrize("needs", ["all", "most", "some"])
def test_how_many_claims_a_reading_needs(tmp_path: Path, needs: str) -> None:
    """All claims of a reading have to hold unless it says otherwise."""
    said = read(tmp_path, REPORT.replace("margin = 0.25\n", f'margin = 0.25\nneeds = "{needs}"\n'))
    readings = said.findings["optimizers.table"].readings
    assert (readings["gap"].needs, readings["draw"].needs) == (needs, "all")


def test_each_reading_has_a_role(tmp_path: Path) -> None:
    """The one that is named is primary, the others are alternatives unless they say that they are details."""
    given = {"": "alternative", 'counts = "alternative"\n': "alternative", 'counts = "detail"\n': "detail"}
    for counts, role in given.items():
        said = read(tmp_path, REPORT.replace("margin = 0.25\n", f"margin = 0.25\n{counts}"))
        readings = said.findings["optimizers.table"].readings
        assert (readings["draw"].role, readings["gap"].role) == ("primary", role)
    only = REPORT[: REPORT.index('[findings."optimizers.table".readings.gap]')].replace('primary = "draw"\n', "")
    assert read(tmp_path, only).findings["optimizers.table"].readings["draw"].role == "primary"


def test_neighbouring_conventions_are_read(tmp_path: Path) -> None:
    """The reading's own are among them; whole numbers become floats, and an end may be open."""
    given = "margin = 0.25\nmargins = [0, 0.25, 1]\nbands = [[1, inf], [2, inf]]\n"
    reading = read(tmp_path, REPORT.replace("margin = 0.25\n", given)).findings["optimizers.table"].readings["gap"]
    assert reading.margins == (0.0, 0.25, 1.0)
    assert reading.bands == ((1.0, math.inf), (2.0, math.inf))


def test_a_placebo_is_read(tmp_path: Path) -> None:
    """One axis, and the value that it keeps, as a cell's name writes it."""
    given = REPORT.replace("margin = 0.25\n", "margin = 0.25\nplacebo = { dropout = true }\n")
    readings = read(tmp_path, given).findings["optimizers.table"].readings
    assert (readings["gap"].placebo, readings["draw"].placebo) == (Pin("dropout", "true"), None)


OTHER = REPORT[REPORT.index("[findings.") : REPORT.index("[[")].replace("optimizers.table", "optimizers.other")


def test_a_finding_may_have_a_premise(tmp_path: Path) -> None:
    """Another finding of the register; none is the rule."""
    given = REPORT.replace("basis =", 'premise = "optimizers.other"\nbasis =') + OTHER
    findings = read(tmp_path, given).findings
    assert [finding.premise for finding in findings.values()] == ["optimizers.other", ""]


@pytest.mark.parametrize("premise", ["optimizers.table", "optimizers.none", "optimizers.other"])
def test_a_premise_is_another_finding_without_one(tmp_path: Path, premise: str) -> None:
    """Not the finding itself, not one that is not there, and not one that presupposes something itself."""
    given = REPORT.replace("basis =", f'premise = "{premise}"\nbasis =')
    given += OTHER.replace("basis =", 'premise = "optimizers.table"\nbasis =')
    with pytest.raises(RegisterError) as error:
        read(tmp_path, given)
    assert str(error.value) == (
        f"{tmp_path / 'report.toml'}, table [findings.\"optimizers.table\"], key 'premise': is {premise!r}; name "
        "another finding, which has no premise itself"
    )


def test_cases_of_several_entries(tmp_path: Path) -> None:
    """Each case of a reading has the verdict of the entry that lists it; a claim without parameters is the case ''."""
    another = WHOLE_ENTRY.replace('["sgd", "adam"]', '["rmsprop", ""]').replace("refuted", "inconclusive")
    other_reading = WHOLE_ENTRY.replace('"draw"', '"gap"') + 'also = "inconclusive"\n'
    finding = read(tmp_path, REPORT + another + other_reading).findings["optimizers.table"]
    found = {
        (reading, case): expected.verdicts
        for reading in ("draw", "gap")
        for case in ("sgd", "adam", "rmsprop", "", "other")
        if (expected := finding.expectation(reading, case)) is not None
    }
    assert found == {
        ("draw", "sgd"): ("refuted",),
        ("draw", "adam"): ("refuted",),
        ("draw", "rmsprop"): ("inconclusive",),
        ("draw", ""): ("inconclusive",),
        ("gap", "sgd"): ("refuted", "inconclusive"),
        ("gap", "adam"): ("refuted", "inconclusive"),
    }


@pytest.mark.parametrize(
    ("text", "value", "half_unit"),
    [("0.5", 0.5, 0.05), ("0.500", 0.5, 0.0005), ("-1.2", -1.2, 0.05), ("1.2e-3", 0.0012, 0.00005), ("10", 10, 0.5)],
)
def test_a_number_as_printed(tmp_path: Path, text: str, value: float, half_unit: float) -> None:
    """Trailing zeros count: they say how far the number was rounded."""
    reported = read(tmp_path, REPORT.replace('"0.50"', f'"{text}"')).findings["optimizers.table"].reported["sgd"]
    assert (reported.value, reported.half_unit) == pytest.approx((value, half_unit))


def test_a_finding_is_found(tmp_path: Path) -> None:
    """A claim gets the finding and the reading that it names."""
    register = read(tmp_path, REPORT)
    finding, reading = register.find("optimizers.table", "gap", "test_x")
    assert (finding.id, reading.name) == ("optimizers.table", "gap")


def test_what_a_claim_cannot_find(tmp_path: Path) -> None:
    """An unknown finding or reading is answered with the ones there are, and with who asked."""
    register = read(tmp_path, REPORT)
    with pytest.raises(RegisterError) as error:
        register.find("optimizers.tabel", "draw", "test_x")
    file = tmp_path / "report.toml"
    assert str(error.value) == f"test_x: no finding 'optimizers.tabel' in {file}; there are: optimizers.table"
    with pytest.raises(RegisterError) as error:
        register.find("optimizers.table", "mean", "test_x")
    assert str(error.value) == (
        f"test_x: finding 'optimizers.table' has no reading 'mean' in {file}; there are: draw, gap"
    )


FINDING = 'table [findings."optimizers.table"], key'
DRAW = 'table [findings."optimizers.table".readings.draw], key'
GAP = 'table [findings."optimizers.table".readings.gap], key'
REPORTED = 'table [findings."optimizers.table".reported], key'
EXPECTED = 'table [findings."optimizers.table".expected #1], key'
PRINTED = 'give the number as printed, in quotes, such as "0.50"'
WHOLE_ENTRY = REPORT[REPORT.index("[[") :]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title =", "titel =", "top level, key 'title': missing; give text"),
        ('optimizers = "Optimizers"', "optimizers = 3", "table [sections], key 'optimizers': is 3; give text"),
        ("[sections]", "[section]", "top level, key 'sections': missing; give a table"),
        (
            "[findings.",
            "extra = 1\n[findings.",
            "table [sections], key 'extra': is 1; give text",
        ),
        (
            "margin = 0.25",
            "margin = 0.25\nplacebo = {}",
            f"{GAP} 'placebo': is {{}}; give one axis and the value that it keeps",
        ),
        (
            "margin = 0.25",
            "margin = 0.25\nplacebo = 'relu'",
            f"{GAP} 'placebo': is 'relu'; give a table",
        ),
        (
            "title =",
            "subtitle = 'x'\ntitle =",
            "top level, key 'subtitle': unknown; known here: findings, sections, title",
        ),
        (
            "[sections]",
            "[findings.other]\n[sections]",
            "table [findings], key 'other': an id is a section, a dot and a name; sections: optimizers",
        ),
        (
            "[sections]",
            "[findings.'optimizers.']\n[sections]",
            "table [findings], key 'optimizers.': an id is a section, a dot and a name; sections: optimizers",
        ),
        (
            "[sections]",
            "[findings.'other.table']\n[sections]",
            "table [findings], key 'other.table': an id is a section, a dot and a name; sections: optimizers",
        ),
        ("statement =", "sentence =", f"{FINDING} 'statement': missing; give text"),
        (
            "basis =",
            "source = 'x'\nbasis =",
            f"{FINDING} 'source': unknown; known here: answer, basis, expected, implied, place, premise, primary, "
            "readings, reported, statement",
        ),
        ('"fitted"', '"guessed"', f"{FINDING} 'basis': is 'guessed'; give one of: fitted, related, independent"),
        ('"0.50"', "0.50", f"{REPORTED} 'sgd': is 0.5; give text"),
        ('"0.50"', '"half"', f"{REPORTED} 'sgd': is 'half'; {PRINTED}"),
        ('"0.50"', '"nan"', f"{REPORTED} 'sgd': is 'nan'; {PRINTED}"),
        ('"0.50"', '"Infinity"', f"{REPORTED} 'sgd': is 'Infinity'; {PRINTED}"),
        ('"0.50"', '"1e999"', f"{REPORTED} 'sgd': is '1e999'; {PRINTED}"),
        ('"0.50"', '"1e999999999"', f"{REPORTED} 'sgd': is '1e999999999'; {PRINTED}"),
        ("low = -1.96", "lowest = -1.96", f"{DRAW} 'low': missing; give a number"),
        ("low = -1.96", "low = true", f"{DRAW} 'low': is True; give a number"),
        ("low = -1.96", "low = 2", f"{DRAW} 'high': is 1.96, below low (2.0); give a band that is not empty"),
        ("low = -1.96", "low = nan", f"{DRAW} 'high': is 1.96, below low (nan); give a band that is not empty"),
        (
            "low = 1\n",
            "low = -inf\n",
            f"{GAP} 'low': the band holds every number, so that nothing could refute the finding",
        ),
        ("low = 1\n", "low = inf\n", f"{GAP} 'high': is inf, as is low; give a band that holds a finite number"),
        ("margin = 0.25", "margin = -0.25", f"{GAP} 'margin': is -0.25; give a finite number of at least 0"),
        ("margin = 0.25", "margin = nan", f"{GAP} 'margin': is nan; give a finite number of at least 0"),
        (
            "margin = 0.25",
            "margin = 0.25\nmarginal = 0.5",
            f"{GAP} 'marginal': unknown; known here: bands, counts, estimand, high, low, margin, margins, needs, "
            "placebo, reason",
        ),
        ('"half the gap"', "0.5", f"{GAP} 'reason': is 0.5; give text"),
        ('reading = "draw"', 'reading = "mean"', f"{EXPECTED} 'reading': is 'mean'; give one of: draw, gap"),
        (
            '"refuted"',
            '"supported"',
            f"{EXPECTED} 'verdict': is 'supported'; give one of: refuted, inconclusive",
        ),
        ("2026-01-31", '"2026-01-31"', f"{EXPECTED} 'date': is '2026-01-31'; give a date such as 2026-01-31"),
        ("2026-01-31", "07:32:00", f"{EXPECTED} 'date': is datetime.time(7, 32); give a date such as 2026-01-31"),
        (
            WHOLE_ENTRY,
            WHOLE_ENTRY + WHOLE_ENTRY,
            "table [findings.\"optimizers.table\".expected #2], key 'cases': holds 'sgd', which is given already for "
            "the same reading; keep one",
        ),
        (
            '["sgd", "adam"]',
            '["adam", "sgd", "adam"]',
            f"{EXPECTED} 'cases': holds 'adam', which is given already for the same reading; keep one",
        ),
        ('["sgd", "adam"]', '"sgd"', f"{EXPECTED} 'cases': is 'sgd'; give a list"),
        ('["sgd", "adam"]', "[]", f"{EXPECTED} 'cases': is []; give a list of texts"),
        ('["sgd", "adam"]', '["sgd", 2]', f"{EXPECTED} 'cases': is ['sgd', 2]; give a list of texts"),
        (
            'cases = ["sgd", "adam"]',
            'case = "sgd"',
            f"{EXPECTED} 'cases': missing; give a list",
        ),
        (
            "margin = 0.25",
            'margin = 0.25\nneeds = "few"',
            f"{GAP} 'needs': is 'few'; give one of: all, most, some",
        ),
        (
            'primary = "draw"\n',
            "",
            f"{FINDING} 'primary': missing; name the reading that gives the verdict: draw, gap",
        ),
        ('primary = "draw"', 'primary = "mean"', f"{FINDING} 'primary': is 'mean'; give one of: draw, gap"),
        ("margin = 0.25", "margin = 0.25\nmargins = 0.5", f"{GAP} 'margins': is 0.5; give a list"),
        (
            "margin = 0.25",
            "margin = 0.25\nmargins = [0.1, 0.5]",
            f"{GAP} 'margins': does not hold the margin itself, 0.25; add it",
        ),
        ("margin = 0.25", "margins = [0.1]", f"{GAP} 'margins': no margin is given; add it"),
        (
            "margin = 0.25",
            "margin = 0.25\nmargins = [0.25, -1]",
            f"{GAP} 'margins': is [0.25, -1]; give finite numbers of at least 0",
        ),
        (
            "low = -1.96",
            "low = -1.96\nbands = [[-1, 1]]",
            f"{DRAW} 'bands': does not hold the band itself, [-1.96, 1.96]; add it",
        ),
        (
            "low = -1.96",
            "low = -1.96\nbands = [[1, -1]]",
            f"{DRAW} 'bands': is [[1, -1]]; give pairs such as [0.7, 1.0], the lower end first",
        ),
        (
            "low = -1.96",
            "low = -1.96\nbands = [1.96]",
            f"{DRAW} 'bands': is [1.96]; give pairs such as [0.7, 1.0], the lower end first",
        ),
        (
            "margin = 0.25",
            'margin = 0.25\ncounts = "primary"',
            f"{GAP} 'counts': is 'primary'; give one of: alternative, detail",
        ),
        (
            "low = -1.96",
            'low = -1.96\ncounts = "detail"',
            f"{DRAW} 'counts': is for readings other than the primary one; take it out",
        ),
        (
            WHOLE_ENTRY,
            "",
            None,
        ),
        (
            '[[findings."optimizers.table".expected]]',
            '[findings."optimizers.table".expected]',
            f"{FINDING} 'expected': is {{'reading': 'draw', 'cases': ['sgd', 'adam'], 'verdict': 'refuted', 'reason': "
            "'too far out', 'date': datetime.date(2026, 1, 31)}; give a list",
        ),
        (
            WHOLE_ENTRY,
            "[findings.'optimizers.empty']\nstatement = ''\nbasis = 'independent'\nreadings = {}\n",
            "table [findings.\"optimizers.empty\"], key 'readings': is empty; give at least one reading",
        ),
    ],
)
def test_a_malformed_register(tmp_path: Path, old: str, new: str, message: str | None) -> None:
    """One change makes one sentence that names file, table and key, and says what would be right."""
    assert old in REPORT
    changed = REPORT.replace(old, new, 1)
    if message is None:  # what is optional
        assert read(tmp_path, changed).findings["optimizers.table"].expected == ()
        return
    with pytest.raises(RegisterError) as error:
        read(tmp_path, changed)
    assert str(error.value) == f"{tmp_path / 'report.toml'}, {message}"


def test_a_time_of_day_is_no_date(tmp_path: Path) -> None:
    """A date with a time is refused too, although it is a date to Python."""
    with pytest.raises(RegisterError) as error:
        read(tmp_path, REPORT.replace("2026-01-31", "2026-01-31T07:32:00"))
    assert str(error.value).startswith(
        f"{tmp_path / 'report.toml'}, {EXPECTED} 'date': is datetime.datetime(2026, 1, 31"
    )
    assert "; give a date such as 2026-01-31" in str(error.value)


def test_not_toml(tmp_path: Path) -> None:
    """A syntax error is told with its line, a missing file by its name."""
    file = tmp_path / "report.toml"
    with pytest.raises(RegisterError) as error:
        read(tmp_path, REPORT.replace('"Optimizers"', '"Optimizers'))
    assert str(error.value).startswith(f"{file}: not valid TOML (")
    assert "line 4" in str(error.value)
    file.write_bytes(b'title = "\xff"')
    with pytest.raises(RegisterError, match="not valid TOML"):
        read_register(file)
    with pytest.raises(RegisterError) as error:
        read_register(tmp_path / "none.toml")
    assert str(error.value) == f"{tmp_path / 'none.toml'}: cannot be read (No such file or directory)"


# Whatever the file holds, it is a register or one clear error

scalars: st.SearchStrategy[str] = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.floats().map(repr),
    st.booleans().map(lambda value: str(value).lower()),
    st.dates(datetime.date(1, 1, 1)).map(lambda value: value.isoformat()),
    st.sampled_from(["2026-01-31T07:32:00", "07:32:00", "inf", "-inf", "nan", '"draw"', '"fitted"', '"1e999999"']),
    st.text(max_size=6).map(lambda value: json.dumps(value, ensure_ascii=False)),
    st.from_regex(r'"[-0-9.eE_ ]{1,6}"', fullmatch=True),
)
keys = st.sampled_from(
    [
        "title",
        "sections",
        "findings",
        "optimizers",
        "'optimizers.table'",
        "statement",
        "basis",
        "reported",
        "readings",
        "expected",
        "draw",
        "estimand",
        "low",
        "high",
        "reason",
        "margin",
        "needs",
        "reading",
        "cases",
        "verdict",
        "date",
        "x",
    ]
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: "[" + ", ".join(parts) + "]"),
        st.dictionaries(keys, inner, max_size=4).map(
            lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"
        ),
    ),
    max_leaves=8,
)


def outcome_of(folder: Path, text: str) -> Any:
    """Return the register, or the error, whose text must name the file."""
    try:
        return read(folder, text)
    except RegisterError as error:
        if not str(error).startswith(str(folder / "report.toml")):
            raise AssertionError(f"names no file: {error}") from error
        return error


@fuzzed
@given(document=st.dictionaries(keys, values, max_size=5))
def test_any_document(tmp_path: Path, document: dict[str, str]) -> None:
    """A document of random tables is a register or a RegisterError."""
    outcome = outcome_of(tmp_path, "\n".join(f"{key} = {value}" for key, value in document.items()))
    assert isinstance(outcome, Register | RegisterError)


@fuzzed
@given(data=st.data())
def test_any_value_anywhere(tmp_path: Path, data: st.DataObject) -> None:
    """With one value of a valid register replaced by another, it is a register or a RegisterError."""
    lines = REPORT.splitlines()
    number = data.draw(st.sampled_from([n for n, line in enumerate(lines) if " = " in line]))
    lines[number] = lines[number].split(" = ")[0] + " = " + data.draw(values)
    outcome = outcome_of(tmp_path, "\n".join(lines))
    assert isinstance(outcome, Register | RegisterError)
    if isinstance(outcome, Register):
        for finding in outcome.findings.values():
            assert all(math.isfinite(number.value) for number in finding.reported.values())
            assert all(reading.band.low <= reading.band.high for reading in finding.readings.values())


@fuzzed
@given(start=st.integers(0, len(REPORT)), length=st.integers(0, 40), text=st.text(max_size=12))
def test_any_damage(tmp_path: Path, start: int, length: int, text: str) -> None:
    """A valid register with a piece cut out and another put in is a register or a RegisterError."""
    outcome = outcome_of(tmp_path, REPORT[:start] + text + REPORT[start + length :])
    assert isinstance(outcome, Register | RegisterError)


@fuzzed
@given(st.text(max_size=60))
def test_any_text(tmp_path: Path, text: str) -> None:
    """Random text is a RegisterError."""
    assert isinstance(outcome_of(tmp_path, text), RegisterError)


# What other findings imply


def test_cases_that_other_findings_imply(tmp_path: Path) -> None:
    """A fitted finding may name them; nothing is said of one that does not."""
    whole = REPORT.replace('basis = "fitted"', 'basis = "fitted"\nimplied = ["sgd"]', 1)
    findings = read(tmp_path, whole).findings
    assert next(one.implied for one in findings.values() if one.basis == "fitted") == ("sgd",)
    assert all(one.implied == () for one in findings.values() if one.basis != "fitted")


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("[]", "is []; list the parameters of claims"),
        ("[3]", "is [3]; list the parameters of claims"),
        ("'sgd'", "is 'sgd'; give a list"),
    ],
)
def test_malformed_cases_that_are_implied(tmp_path: Path, given: str, problem: str) -> None:
    """One sentence names the key."""
    with pytest.raises(RegisterError) as error:
        read(tmp_path, REPORT.replace('basis = "fitted"', f'basis = "fitted"\nimplied = {given}', 1))
    assert f"key 'implied': {problem}" in str(error.value)


def test_only_a_fitted_finding_is_implied(tmp_path: Path) -> None:
    """No other is a fact."""
    with pytest.raises(RegisterError, match="key 'implied': is for fitted findings"):
        read(tmp_path, REPORT.replace('basis = "fitted"', 'basis = "related"\nimplied = ["sgd"]', 1))
