"""What the HTML report and the terminal show of verdicts. All text from a report's files is escaped here."""

import base64
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from harness.verdict import OUTCOMES, Verdict

COLUMNS = (
    "Result",
    "Finding",
    "Section",
    "Verdict",
    "Estimate [90 % interval]",
    "Band",
    "Seeds",
    "Evidence",
    "Test",
)
_SORTABLE = {
    "Result": "result",
    "Finding": "finding",
    "Section": "section",
    "Verdict": "verdict",
    "Test": "testId",
}
SYMBOLS = {"supported": "✔", "refuted": "✘", "inconclusive": "?"}


@dataclass
class Holes:
    """What should be in the report and is not.

    Attributes
    ----------
    crashed
        Tests during which a worker died.
    unreported
        Tests that were collected but never reported.
    internal_errors
        The last line of each internal error.
    """

    crashed: list[str] = field(default_factory=list)
    unreported: list[str] = field(default_factory=list)
    internal_errors: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """Return one sentence for each hole, as plain text."""
        return [
            *(f"A worker died while running {test}: no verdict." for test in self.crashed),
            *(f"Collected but never reported: {test}." for test in self.unreported),
            *(f"Internal error: {line}" for line in self.internal_errors),
        ]


def table_header() -> list[str]:
    """Return the header cells of the table of claims, in the order of `table_row`."""
    return [
        f'<th class="sortable" data-column-type="{_SORTABLE[column]}">{column}</th>'
        if column in _SORTABLE
        else f"<th>{column}</th>"
        for column in COLUMNS
    ]


def table_row(result_cell: str, test: str, verdict: Verdict | None, expected: bool) -> list[str]:
    """Return the cells of one claim.

    Parameters
    ----------
    result_cell
        pytest-html's own first cell, which its script filters rows by.
    test
        Its node id.
    verdict
        None if the test ended without one.
    expected
        Whether the register records this very verdict, other than supported, as known.
    """
    if verdict is None:
        texts = ["no verdict", "", "", "", "", "", ""]
    else:
        outcome = f"{SYMBOLS[verdict.outcome]} {verdict.outcome}" + (", as recorded" if expected else "")
        texts = [
            f"{verdict.finding} ({verdict.reading})",
            verdict.section,
            outcome,
            verdict.interval,
            verdict.band,
            str(verdict.seeds),
            verdict.basis,
        ]
    classes = ["finding", "section", "verdict", "estimate", "band", "seeds", "basis"]
    return [
        result_cell,
        *(f'<td class="col-{name}">{escape(text)}</td>' for name, text in zip(classes, texts, strict=True)),
        f'<td class="col-testId">{escape(test)}</td>',
    ]


def figure_html(svg: str, verdict: Verdict) -> str:
    """Return a figure as an image of its own, so that identifiers of several figures on one page do not clash."""
    picture = base64.b64encode(svg.encode()).decode()
    description = escape(f"{verdict.finding} ({verdict.reading}): curves over epochs and values over seeds", quote=True)
    return f'<img class="claim-figure" alt="{description}" src="data:image/svg+xml;base64,{picture}">'


def verdict_text(verdict: Verdict, failure: str, recorded: str) -> list[str]:
    """Return what stands below the figure, as HTML.

    Parameters
    ----------
    failure
        What pytest says of the failure; shown unless it only repeats the verdict.
    recorded
        The reason of the register for expecting another verdict than supported; may be empty.
    """
    text = str(verdict)
    if recorded:
        text += f"\n  recorded  {recorded}"
    if failure and not any(name in failure for name in ("errors.Refuted", "errors.Inconclusive")):
        text += f"\n\n{failure}"
    return [escape(text)]


def summary_html(title: str, verdicts: Sequence[Verdict], holes: Holes) -> list[str]:
    """Return the lines above the table: holes first, then the counts."""
    lines = [f'<p class="claim-hole">✘ {escape(text)}</p>' for text in holes.sentences()]
    lines.append(f"<h2>{escape(title)}</h2>")
    lines += [f"<p>{escape(line)}</p>" for line in summary_lines(verdicts)]
    return lines


def summary_lines(verdicts: Sequence[Verdict]) -> list[str]:
    """Return how many claims have which verdict, those on calibrated numbers apart."""
    held_out = [verdict for verdict in verdicts if verdict.basis == "held out"]
    calibrated = [verdict for verdict in verdicts if verdict.basis == "calibrated"]
    return [
        f"Claims on held out findings: {_counts(held_out)}.",
        f"Claims on calibrated findings (no evidence; the reconstruction was fitted to them): {_counts(calibrated)}.",
    ]


def terminal_table(verdicts_by_test: dict[str, Verdict]) -> list[str]:
    """Return one line a claim, sorted by finding."""
    rows = [
        (
            f"{SYMBOLS[verdict.outcome]} {verdict.outcome}",
            f"{verdict.finding} ({verdict.reading}) {case_of(test)}".rstrip(),
            verdict.interval,
            f"band {verdict.band}",
        )
        for test, verdict in sorted(verdicts_by_test.items(), key=lambda pair: (pair[1].finding, pair[0]))
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return ["  ".join([*(f"{row[i]:<{widths[i]}}" for i in range(3)), row[3]]) for row in rows]


def case_of(test: str) -> str:
    """Return the parameters of a node id, ``sgd`` of ``test_x.py::test_y[sgd]``; empty if it has none."""
    return test.partition("[")[2].removesuffix("]")


def _counts(verdicts: Sequence[Verdict]) -> str:
    counter = Counter(verdict.outcome for verdict in verdicts)
    return ", ".join(f"{counter[outcome]} {outcome}" for outcome in OUTCOMES)
