"""What the audit log and other pages show of verdicts. All text from a report's files is escaped here."""

import math
from collections import Counter
from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from harness.base.text import p_text
from harness.pages.universes import headlines
from harness.reconstruction.specification import (
    on_many_splits,
    outcome_proportions,
    weighted_proportions,
)
from harness.report.register import BASES, Basis
from harness.sessions.session import ONLY_DEFAULT, Session, Specified
from harness.verdicts.band import OUTCOMES
from harness.verdicts.combination import Judgement
from harness.verdicts.error_rate import ERROR_RATE
from harness.verdicts.finding import Answer, FindingVerdict
from harness.verdicts.verdict import Verdict

COLUMNS = {
    "Result": "result",
    "Finding": "finding",
    "Section": "section",
    "Verdict": "verdict",
    "Estimate [interval]": "estimate",
    "Band": "band",
    "Seeds": "seeds",
    "Evidence": "basis",
    "Test": "testId",
}
"""By what stands above them, the names that the style has for them, after ``col-``."""
_SORTABLE = ("Result", "Finding", "Section", "Verdict", "Test")
SYMBOLS = {"supported": "✔", "refuted": "✘", "inconclusive": "?", "depends": "±", "void": "∅"}
LOOKS_LIKE: dict[Answer, str] = {
    "holds": "supported",
    "does not hold": "refuted",
    "not decided": "inconclusive",
    "depends": "depends",
    "premise not met": "void",
}
"""By the answer to a finding, whose symbol and colour it has."""


def table_header() -> list[str]:
    """Return the header cells of the table of claims, in the order of `table_row`."""
    return [
        f'<th class="sortable col-{name}" data-column-type="{name}">{column}</th>'
        if column in _SORTABLE
        else f'<th class="col-{name}">{column}</th>'
        for column, name in COLUMNS.items()
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
        outcome = f"{SYMBOLS[verdict.outcome]} {verdict.word}" + (", as recorded" if expected else "")
        texts = [
            f"{verdict.finding} ({verdict.reading})",
            verdict.section,
            outcome,
            verdict.interval,
            str(verdict.band),
            str(verdict.seeds),
            verdict.basis,
        ]
    _, *names = COLUMNS.values()
    if verdict is not None:
        names[-1] += " judged"  # the finding says which test this is, where there is no room for both
    cells = [f'<td class="col-{name}">{escape(text)}</td>' for name, text in zip(names, [*texts, test], strict=True)]
    return [result_cell, *cells]


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


def unfolding_html(title: str, file: str) -> str:
    """Return a drawing under a title that unfolds it; the file is named relative to the page."""
    return (
        f"<details><summary>{escape(title)}</summary>"
        f'<img loading="lazy" src="{escape(quote(file))}" alt="{escape(title)}"></details>'
    )


def summary_html(session: Session) -> list[str]:
    """Return what stands above the table of claims: missing results, counts, a table of the findings."""
    found, specified = session.findings, session.specified
    in_universes = headlines(specified)
    columns = ("Finding", "Answer", *JUDGEMENT_COLUMNS, *(["Universes"] if specified else []))
    lines = [f'<p class="claim-missing">✘ {escape(text)}</p>' for text in session.missing]
    lines.append(f"<h2>{escape(session.title)}</h2>")
    lines += [f"<p>{escape(line)}</p>" for line in summary_lines(found, specified)]
    lines.append(
        '<div class="scroll" tabindex="0" role="region" aria-label="Findings"><table class="findings"><thead><tr>'
    )
    lines += [f"<th>{escape(column)}</th>" for column in columns]
    lines.append("</tr></thead><tbody>")
    for finding in found:
        lines.append(f"<tr>{_cells([f'{finding.finding}: {finding.statement}', answer_text(finding)])}</tr>")
        for one in finding.readings:
            cells = [f"read as {one.reading} ({one.role})", "", *judgement_texts(one)]
            if specified:
                told = in_universes.get((one.finding, one.reading))
                cells.append(told.numbers if told else "")
            lines.append(f"<tr>{_cells(cells)}</tr>")
    lines.append("</tbody></table></div>")
    lines.append(f"<p>{escape(RULE)}</p>")
    return lines


def answer_text(finding: FindingVerdict) -> str:
    """Return what a finding comes to, with its symbol; fragile, if a neighbouring convention turns it around."""
    fragile = f" (fragile: the opposite {finding.fragile})" if finding.fragile else ""
    return f"{SYMBOLS[LOOKS_LIKE[finding.answer]]} {finding.words}{fragile}"


def summary_lines(found: Sequence[FindingVerdict], specified: Specified = ONLY_DEFAULT) -> list[str]:
    """Return how many findings have which answer, by what they are evidence of, and how well universes predict them."""
    by_basis = {name: [finding for finding in found if finding.basis == name] for name in BASES}
    shown = {name: text for name, text in _FINDINGS_OF.items() if by_basis[name] or name == "independent"}
    counts = [f"{text}: {_counts(by_basis[name])}." for name, text in shown.items()]
    return [*counts, *prediction_lines(found, specified)]


def prediction_lines(found: Sequence[FindingVerdict], specified: Specified = ONLY_DEFAULT) -> list[str]:
    """Return how well universes that fit the fitted findings predict the others: their mean proportions of outcomes."""
    independent = [one.primary for name in ("independent", "related") for one in found if one.basis == name]
    curves = [on_many_splits(specified.get((one.finding, one.reading), ())) for one in independent]
    curves = [curve for curve in curves if curve]
    weighted = [
        proportions for curve in curves if not math.isnan((proportions := weighted_proportions(curve))["supported"])
    ]
    if not weighted:
        return []
    means = [
        " and ".join(
            f"{sum(one[outcome] for one in proportions) / len(proportions):.0%} {outcome}" for outcome in OUTCOMES[:2]
        )
        for proportions in (weighted, [outcome_proportions(curve) for curve in curves])
    ]
    return [
        f"Over all universes with many splits of the data, each weighted by how well it fits the fitted findings, the "
        f"{len(weighted)} other findings are {means[0]} on average; unweighted {means[1]}."
    ]


JUDGEMENT_COLUMNS = ("Verdict", "By Holm", "Claims", "Least power", "Evidence")
RULE = (
    "A finding holds if its primary reading is supported, with the error rate held over all findings (Holm); it "
    "depends on how it is read if an alternative reading says the opposite. A reading is supported if all, most (more "
    "than half) or some of its claims hold, as the register says; p is the error rate at which that would just be "
    f"said, {ERROR_RATE:g} suffices."
)


def judgement_texts(judgement: Judgement) -> tuple[str, ...]:
    """Return the texts of `JUDGEMENT_COLUMNS`."""
    p_values = (judgement.p_value, judgement.corrected_p_value)
    alone, together = ("" if judgement.exact else f", {p_text(p_value)}" for p_value in p_values)
    return (
        f"{SYMBOLS[judgement.outcome]} {judgement.word}{alone}",
        f"{SYMBOLS[judgement.corrected_outcome]} {judgement.corrected_word}{together}",
        f"{judgement.supported} of {judgement.claims} supported, {judgement.refuted} refuted; needs {judgement.needs}",
        "" if math.isnan(judgement.power) else f"{judgement.power:.2f}",
        judgement.basis,
    )


def _cells(texts: Sequence[str]) -> str:
    return "".join(f"<td>{escape(text)}</td>" for text in texts)


def _counts(found: Sequence[FindingVerdict]) -> str:
    counter = Counter(finding.answer for finding in found)
    return ", ".join(f"{counter[answer]} {text}" for answer, text in _MANY.items() if counter[answer]) or "none"


_FINDINGS_OF: dict[Basis, str] = {
    "independent": "Independent findings",
    "related": "Related findings (they share trainings with fitted ones)",
    "fitted": "Fitted findings (no evidence; the reconstruction was fitted to them)",
}
_MANY: dict[Answer, str] = {
    "holds": "held",
    "does not hold": "did not hold",
    "not decided": "not decided",
    "depends": "depending on how they are read",
    "premise not met": "without what they presuppose",
}
