from dataclasses import replace

import pytest

from harness.report import (
    Holes,
    case_of,
    figure_html,
    summary_html,
    summary_lines,
    table_header,
    table_row,
    terminal_table,
    verdict_text,
)
from harness.verdict import Verdict

VERDICT = Verdict(
    outcome="refuted",
    finding="speed.faster",
    section="Speed",
    statement="A <b>is</b> faster",
    reading="ratio",
    basis="held out",
    estimand="ratio",
    value=0.5,
    low=0.4,
    high=0.6,
    method="t interval",
    note="",
    band="at least 1",
    band_reason="so said",
    seeds=20,
    cells=("one",),
    rerun="pytest x",
)


def test_rows_and_header_have_the_same_columns() -> None:
    """Every row fills every column, with or without a verdict."""
    result = '<td class="col-result">Passed</td>'
    for verdict in (VERDICT, None):
        row = table_row(result, "test_x", verdict, expected=False)
        assert len(row) == len(table_header())
        assert row[0] == result
    assert ">✘ refuted, as recorded<" in "".join(table_row(result, "test_x", VERDICT, expected=True))
    assert ">no verdict<" in "".join(table_row(result, "test_x", None, expected=False))


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "\u202egnp"])
def test_text_of_the_register_is_never_markup(hostile: str) -> None:
    """Whatever stands in a finding is shown as text in rows, texts, figures and summary."""
    verdict = replace(VERDICT, finding=hostile, section=hostile, statement=hostile, band=hostile)
    html = "".join(
        [
            *table_row("", hostile, verdict, expected=False),
            *verdict_text(verdict, hostile, hostile),
            figure_html("<svg/>", verdict),
            *summary_html(hostile, [verdict], Holes(crashed=[hostile], internal_errors=[hostile])),
        ]
    )
    assert "<script" not in html
    assert "<img src=x" not in html
    assert html.count("<img") == 1


def test_held_out_and_calibrated_are_counted_apart() -> None:
    """Agreement with a calibrated number is no evidence and never in the same count."""
    calibrated = replace(VERDICT, basis="calibrated", outcome="supported")
    assert summary_lines([VERDICT, calibrated, calibrated]) == [
        "Claims on held out findings: 0 supported, 1 refuted, 0 inconclusive.",
        "Claims on calibrated findings (no evidence; the reconstruction was fitted to them): "
        "2 supported, 0 refuted, 0 inconclusive.",
    ]


def test_holes_are_sentences_on_top() -> None:
    """Each hole is one sentence, above everything else of the summary."""
    holes = Holes(crashed=["test_a"], unreported=["test_b"], internal_errors=["it broke"])
    assert holes.sentences() == [
        "A worker died while running test_a: no verdict.",
        "Collected but never reported: test_b.",
        "Internal error: it broke",
    ]
    assert [line[:21] for line in summary_html("t", [], holes)[:3]] == ['<p class="claim-hole"'] * 3
    assert Holes().sentences() == []


def test_the_failure_is_shown_unless_it_repeats_the_verdict() -> None:
    """A broken claim shows its traceback below the verdict, a refuted one the verdict alone."""
    assert "ZeroDivisionError" in verdict_text(VERDICT, "E  ZeroDivisionError", "")[0]
    assert verdict_text(VERDICT, "E  harness.errors.Refuted: ...", "") == verdict_text(VERDICT, "", "")
    assert "recorded  since then" in verdict_text(VERDICT, "", "since then")[0]


def test_the_terminal_table_is_aligned_and_sorted() -> None:
    """One line a claim, by finding and case, columns below one another."""
    lines = terminal_table({"t.py::b[x-1]": VERDICT, "t.py::a": replace(VERDICT, finding="a.b", outcome="supported")})
    assert lines == [
        "✔ supported  a.b (ratio)               0.5 [0.4, 0.6]  band at least 1",
        "✘ refuted    speed.faster (ratio) x-1  0.5 [0.4, 0.6]  band at least 1",
    ]
    assert case_of("t.py::b[x-1]") == "x-1"
