"""What follows once a claim is judged: its verdict with other conventions, and what its report carries away."""

import json

import pytest

from harness.drawing.drawn import kept_figure
from harness.judging.claim import Claim
from harness.judging.collected import claim_of, report_folder_of, settled_alone_at
from harness.judging.identity import claim_id
from harness.judging.judge import Judge
from harness.judging.marks import is_timed
from harness.judging.neighbours import judge_neighbours
from harness.judging.placebo import PlaceboEvidence, judge_placebo
from harness.pages.figure_data import sample_csv, write_data
from harness.pages.figure_file import figure_html, write_figure
from harness.pages.properties import (
    FIGURE_PROPERTY,
    FOLDER_PROPERTY,
    TEST_PROPERTY,
    UNIVERSES_PROPERTY,
    VERDICT_PROPERTY,
)
from harness.pages.run_table import RunTableWriter
from harness.plugin.kept import keep, recalled, rows_of
from harness.plugin.options import everywhere, pages_folder, store_folder, trainings_of
from harness.plugin.prepare import PlannedTrainings
from harness.report.folder import ReportFolder
from harness.verdicts.verdict import Verdict

# Of a claim whose verdict was recalled: its figure's file, and the rows of its runs.
_recalled_key: pytest.StashKey[tuple[str, list[str]]] = pytest.StashKey()


def recall(item: pytest.Function, judge: Judge) -> bool:
    """Let a claim have the verdict that it had before, if nothing changed since; returns whether that is so.

    Raises
    ------
    Refuted, Inconclusive
        As the claim did.
    """
    __tracebackhide__ = True
    kept = recalled(item)
    rows = None if kept is None else rows_of(kept, trainings_of(item.config).store)
    if kept is None or rows is None:
        return False
    item.stash[_recalled_key] = (kept.figure, rows)
    judge.take(Verdict.from_plain(kept.verdict))
    return True


def look_around(item: pytest.Item, judge: Judge) -> None:
    """Find out what a claim says with neighbouring conventions, without its effect and, where asked, in each universe.

    Raises
    ------
    RegisterError
        If its band holds the placebo too.
    """
    claim, folder = claim_of(item), report_folder_of(item)
    if _recalled_key not in item.stash:
        judge_neighbours(claim, judge)
        if claim.reading.placebo is not None:
            evidence = judge.evidence.afresh(item.config.getoption("claims_seeds"))
            placebo = PlaceboEvidence(evidence, folder.grid, claim.reading.placebo)
            judge_placebo(claim, judge, placebo, folder.register.file)
    if everywhere(item.config) and claim.rests_on_runs and not is_timed(item):
        _ask_universes(item, claim, folder)


def _ask_universes(item: pytest.Item, claim: Claim, folder: ReportFolder) -> None:
    from harness.reconstruction.multiverse import open_multiverse

    trainings = trainings_of(item.config)
    # What a further look needs is planned once it is known. A source keeps what it reads: each claim has its own.
    further = PlannedTrainings(trainings.store, trainings.progress)
    seeds, settled_at = item.config.getoption("claims_seeds"), settled_alone_at(item)
    answers = open_multiverse(folder.path).verdicts(claim, seeds, trainings.store, settled_at, further)
    item.user_properties.append((UNIVERSES_PROPERTY, json.dumps(answers.to_plain())))


def tell(item: pytest.Item, report: pytest.TestReport, judge: Judge, table: RunTableWriter) -> None:
    """Attach verdict and figure of a claim that was judged to its report, and write down what it rests on.

    Parameters
    ----------
    table
        Of the runs of all claims of this process.
    """
    verdict = judge.verdict
    assert verdict is not None  # a claim that was judged has it
    if _recalled_key in item.stash:
        figure, rows = item.stash[_recalled_key]
        table.add_lines(rows)
    else:
        figure = _show(item, report, judge, table)
    # As JSON, so that pytest's JUnit XML, which writes every property as text, has it in a form that can be read.
    told = [(VERDICT_PROPERTY, json.dumps(verdict.to_plain())), (FIGURE_PROPERTY, figure)]
    if item.config.getoption("htmlpath", None):
        from pytest_html import extras

        report.extras = [extras.html(figure_html(figure, verdict))]  # type: ignore[attr-defined]
    report.user_properties += [
        *told,
        (FOLDER_PROPERTY, str(report_folder_of(item).path)),
        (TEST_PROPERTY, claim_id(item)),
    ]
    item.user_properties += told  # the XML takes them from the report on the teardown


def _show(item: pytest.Item, report: pytest.TestReport, judge: Judge, table: RunTableWriter) -> str:
    """Draw what a claim shows, write down what it rests on, and keep it all; returns the figure's file."""
    verdict, estimate = judge.verdict, judge.estimate
    assert verdict is not None  # a claim that was judged has both
    assert estimate is not None
    folder, pages = report_folder_of(item), pages_folder(item.config)
    rows = table.add(folder.name(item.config.rootpath), judge.runs)
    drawn = kept_figure(store_folder(item.config), judge.runs, estimate, (verdict.low, verdict.high), verdict.band)
    figure = write_figure(pages, claim_id(item), drawn)
    write_data(pages, figure, sample_csv(estimate))
    if not report.sections:  # what a claim has printed, it would not print again
        keep(item, claim_of(item), verdict, figure, rows)
    return figure
