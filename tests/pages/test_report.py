import math
import re
from dataclasses import replace
from html import unescape

import pytest

from harness.pages.figure_file import figure_html
from harness.pages.report import (
    JUDGEMENT_COLUMNS,
    judgement_texts,
    prediction_lines,
    summary_html,
    summary_lines,
    table_header,
    table_row,
    verdict_text,
)
from harness.statistics.estimators import exactly
from harness.verdicts.band import Band
from harness.verdicts.combination import judgements
from harness.verdicts.finding import finding_verdicts
from tests.builders.sessions import REPORT as A_REPORT
from tests.builders.sessions import judged_claim, session_of
from tests.builders.specifications import specification_with
from tests.builders.verdicts import verdict_on, verdict_with

VERDICT = verdict_with(
    "refuted",
    finding="speed.faster",
    section="Speed",
    statement="A <b>is</b> faster",
    reading="ratio",
    value=0.5,
    low=0.4,
    high=0.6,
    band=Band(1.0, math.inf, "no slower"),
    p_supported=1.0,
    p_refuted=0.0123,
    power=0.875,
)
SUPPORTED = replace(VERDICT, outcome="supported", p_supported=0.01, p_refuted=1.0)


def test_rows_and_header_have_the_same_columns() -> None:
    """Every row fills every column, with or without a verdict."""
    result = '<td class="col-result">Passed</td>'
    for one in (VERDICT, None):
        row = table_row(result, "test_x", one, expected=False)
        assert len(row) == len(table_header())
        assert row[0] == result
    assert ">✘ refuted, as recorded<" in "".join(table_row(result, "test_x", VERDICT, expected=True))
    assert ">no verdict<" in "".join(table_row(result, "test_x", None, expected=False))


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "\u202egnp"])
def test_text_of_the_register_is_never_markup(hostile: str) -> None:
    """Whatever stands in a finding is shown as text in rows, texts, figures and summary."""
    hostile_verdict = replace(
        VERDICT,
        finding=hostile,
        reading=hostile,
        section=hostile,
        statement=hostile,
        band=replace(VERDICT.band, reason=hostile),
    )
    html = "".join(
        [
            *table_row("", hostile, hostile_verdict, expected=False),
            *verdict_text(hostile_verdict, hostile, hostile),
            figure_html(f"figures/{hostile}.svg", hostile_verdict),
            *summary_html(
                session_of(
                    replace(judged_claim("test_a"), verdict=hostile_verdict),
                    reports=(replace(A_REPORT, title=hostile),),
                    missing=(hostile,),
                )
            ),
        ]
    )
    assert "<script" not in html
    assert "<img src=x" not in html
    assert html.count("<img") == 1


def test_held_out_and_calibrated_are_counted_apart() -> None:
    """Agreement with a fitted number is no evidence and never in the same count; a finding counts once."""
    fitted = [
        replace(SUPPORTED, basis="fitted", finding="speed.b", reading=reading) for reading in ("loss", "loss", "acc")
    ]
    undecided = replace(VERDICT, outcome="inconclusive", p_refuted=0.3, finding="speed.c")
    assert summary_lines(finding_verdicts(judgements([VERDICT, VERDICT, *fitted, undecided]))) == [
        "Independent findings: 1 did not hold, 1 not decided.",
        "Fitted findings (no evidence; the reconstruction was fitted to them): 1 held.",
    ]


def test_what_is_missing_stands_on_top() -> None:
    """Each cause is one sentence, above everything else of the summary."""
    html = summary_html(session_of(missing=("A <b>worker</b> died.", "Planned but not done: 3 trainings.")))
    assert [line[:24] for line in html[:2]] == ['<p class="claim-missing"'] * 2
    assert "✘ A &lt;b&gt;worker&lt;/b&gt; died." in html[0]
    assert html[2].startswith("<h2>")


def test_the_summary_has_a_row_for_each_finding() -> None:
    """Below the counts, a table: what the finding says, its verdict, corrected verdict, claims, power and evidence."""
    verdicts = [VERDICT, replace(SUPPORTED, finding="speed.b", needs="some")]
    html = "".join(summary_html(session_of(*(replace(judged_claim("test_a"), verdict=one) for one in verdicts))))
    rows = [re.findall(r"<t[dh]>(.*?)</t[dh]>", row) for row in re.findall(r"<tr>(.*?)</tr>", html)]
    assert [[unescape(cell) for cell in row] for row in rows] == [
        ["Finding", "Answer", *JUDGEMENT_COLUMNS],
        ["speed.b: A <b>is</b> faster", "✔ holds"],
        [
            "read as ratio (primary)",
            "",
            "✔ supported, p = 0.01",
            "✔ supported, p = 0.02",
            "1 of 1 supported, 0 refuted; needs some",
            "0.88",
            "independent",
        ],
        ["speed.faster: A <b>is</b> faster", "✘ does not hold"],
        [
            "read as ratio (primary)",
            "",
            "✘ refuted, p = 0.012",
            "✘ refuted, p = 0.02",
            "0 of 1 supported, 1 refuted; needs all",
            "0.88",
            "independent",
        ],
    ]
    assert html.count("<table") == html.count("</table>") == html.count("</tbody>") == 1
    assert "0.05 suffices" in html


def test_texts_of_a_judgement() -> None:
    """Single and corrected verdict may differ, p-values are short and only of samples, unknown power is left out."""
    found = judgements(
        [
            replace(SUPPORTED, finding="a.a", p_supported=1e-9, power=math.nan),
            *(replace(SUPPORTED, finding=f"a.{name}", p_supported=0.04) for name in "bcd"),
        ]
    )
    assert judgement_texts(found[0])[:2] == ("✔ supported, p < 0.0001", "✔ supported, p < 0.0001")
    assert judgement_texts(found[0])[3] == ""
    assert judgement_texts(found[1])[:2] == ("✔ supported, p = 0.04", "? inconclusive, p = 0.12")
    (exact,) = judgements([replace(verdict_on(exactly(0.0, "")), outcome="supported", p_supported=1e-9)])
    assert judgement_texts(exact)[:2] == ("✔ supported", "✔ supported")
    assert all(len(judgement_texts(judgement)) == len(JUDGEMENT_COLUMNS) for judgement in found)


def test_the_failure_is_shown_unless_it_repeats_the_verdict() -> None:
    """A broken claim shows its traceback below the verdict, a refuted one the verdict alone."""
    assert "ZeroDivisionError" in verdict_text(VERDICT, "E  ZeroDivisionError", "")[0]
    assert verdict_text(VERDICT, "E  harness.base.errors.Refuted: ...", "") == verdict_text(VERDICT, "", "")
    assert "recorded  since then" in verdict_text(VERDICT, "", "since then")[0]


def test_the_prediction_is_of_universes_on_many_splits() -> None:
    """And of primary readings: a finding counts once."""
    findings = finding_verdicts(judgements([SUPPORTED]))
    key = (SUPPORTED.finding, SUPPORTED.reading)
    many = specification_with(choices={"task: splits": "many"})
    one = specification_with(universe="one", choices={"task: splits": "one"}, outcome="refuted")
    (said,) = prediction_lines(findings, {key: [many, one]})
    assert said.startswith("Over all universes with many splits of the data, each weighted")
    assert "the 1 other findings are 100% supported and 0% refuted on average; unweighted 100% supported" in said
    assert summary_lines(findings, {key: [many, one]}) == [*summary_lines(findings), said]
    assert prediction_lines(findings, {key: [one]}) == []
