"""Check by simulation whether reconstructions can be believed: `make reconstruction-check`.

Candidates are drawn with equal priors; reports are made of each, and looked for among all. Facts that rest on more than
`MOST_CONFIGS` configs are left out, since each would double the time. Trainings are kept in the store, and a second run
takes the time of its arithmetic.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

from harness.execution.engine import missing_blocks, open_store
from harness.execution.executors import pool_at
from harness.execution.workers import train_blocks_with
from harness.judging.collected import collect_claims
from harness.judging.evidence import TrainedRuns
from harness.judging.plan import wanted_of
from harness.reconstruction.all_tasks import MOST_RANDOM
from harness.reconstruction.beginnings import Beginnings, longest_of
from harness.reconstruction.calibration import LEVELS, Calibration, calibration
from harness.reconstruction.facts import facts_of
from harness.reconstruction.other_ways import other_calibrations
from harness.reconstruction.scoring import SEEDS
from harness.reconstruction.search import Search
from harness.report.folder import open_folder

MOST_CONFIGS = 4
TEMPERINGS = (1.0, 0.9, 0.8, 0.7, 0.5)
BINS = 5


def main() -> None:
    """Make up reports of each task, and print how often what hid them was found, and how often it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("claims"))
    parser.add_argument("--candidates", type=int, default=120)
    parser.add_argument("--reports", type=int, default=2, help="made of each candidate, each of another seed")
    parser.add_argument("--tasks", nargs="*")
    parser.add_argument("--numbers-only", action="store_true", help="leave out facts on behaviours")
    parser.add_argument("--store", type=Path, default=Path(".claims-store"))
    options = parser.parse_args()
    folder = options.folder.resolve()
    grid, claims, store = open_folder(folder).grid, collect_claims(folder), open_store(options.store)
    with pool_at(None) as pool:
        train = partial(train_blocks_with, pool, store, partial(print, file=sys.stderr))
        for task in options.tasks or grid.reconstruction:
            facts = [
                fact
                for fact in facts_of(claims, grid, task)
                if len(wanted_of(fact.cells, grid)) <= MOST_CONFIGS
                and (fact.claims[0].finding.reported or not options.numbers_only)
            ]
            search = Search(grid, task, facts, store, train, lambda line: None)
            longest = longest_of(grid, search.candidates.choices)
            candidates = search.candidates.random(MOST_RANDOM)[: options.candidates]  # as a search begins
            grids = {one: made for one in candidates for made in search.grids([one]).values()}
            cells = [cell for fact in facts for cell in fact.cells]
            wanted = {longest.wanted(one) for made in grids.values() for one in wanted_of(cells, made)}
            train(missing_blocks(wanted, SEEDS, store))
            source = Beginnings(TrainedRuns(store), longest)
            found = calibration(facts, list(grids.values()), source, range(options.reports))
            answers = [list(map(str, search.candidates.answers(one).values())) for one in grids]
            names = ", ".join(fact.finding for fact in facts)
            print(f"{task}: {len(found.hidden)} reports of {len(grids)} protocols; facts: {names}")
            print("\n".join(f"  {line}" for line in told(found, answers)))
            numbers = [fact for fact in facts if fact.claims[0].finding.reported]
            for way, other in other_calibrations(numbers, list(grids.values()), source, range(options.reports)).items():
                print(f"  {way}, of numbers alone: {in_words(other, 1.0)}")


def in_words(found: Calibration, tempering: float) -> str:
    """Return how often sets hold what they should, and how often the best is right."""
    covered = ", ".join(f"{level:.0%}: {found.coverage(level, tempering):.3f}" for level in LEVELS)
    claimed, right = found.best(tempering)
    return f"coverage of sets {covered}; the best says {claimed:.3f} and is right in {right:.3f}"


def told(found: Calibration, answers: list[list[str]]) -> list[str]:
    """Return what came out, in lines."""
    lines = []
    for tempering in TEMPERINGS:
        outside = found.coverage_of_answers(answers, LEVELS[-1], tempering)
        lines.append(
            f"likelihood to the power {tempering:.1f}: {in_words(found, tempering)}; if the hidden one is no "
            f"candidate, a {LEVELS[-1]:.0%} set of answers to a choice holds its own in {outside:.3f}"
        )
    ranks = found.ranks()
    counts = [int(((ranks >= low / BINS) & (ranks < (low + 1) / BINS)).sum()) for low in range(BINS)]
    lines.append(f"ranks in {BINS} equal parts, which should hold alike: {counts}")
    return lines


if __name__ == "__main__":
    main()
