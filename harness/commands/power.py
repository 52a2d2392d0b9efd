"""``power``: how many seeds each claim of a report needs, from a pilot over a few, or from a spread that is known."""

import argparse
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from harness.base.errors import ConfigError, HarnessError, on_one_line
from harness.report.folder import open_folder

if TYPE_CHECKING:
    from harness.judging.claim import Claim
    from harness.statistics.estimate import Estimate

HELP = "say how many seeds each claim of a report needs"
HEADER = ("claim", "seeds", "estimate", "band", "needs if true", "needs if as estimated")
EXPLAINED = """
How many seeds come to a verdict with a probability of 0.8: to support the claim, with the truth in the middle of the
band; and to decide it either way, with the truth where these seeds put it. Estimates of few seeds are rough."""


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("folder", type=Path, nargs="?", help="of a report, whose claims are tried over a few seeds")
    parser.add_argument("--seeds", type=int, default=20, metavar="N", help="of the pilot (default: 20)")
    parser.add_argument("--store", type=Path, default=Path(".claims-store"), metavar="FOLDER")
    known = parser.add_argument_group("without a report")
    known.add_argument("--deviation", type=float, metavar="S", help="the standard deviation of one seed")
    known.add_argument("--low", type=float, default=-math.inf, help="lower end of the band of a mean")
    known.add_argument("--high", type=float, default=math.inf, help="upper end of the band of a mean")


def run(options: argparse.Namespace) -> int:
    """Print a line for each claim.

    Raises
    ------
    HarnessError
        If the options are none of the two kinds, or the report cannot be read.
    """
    if options.deviation is not None:
        print(_of_deviation(options.deviation, options.low, options.high))
        return 0
    if options.folder is None:
        raise ConfigError("give the folder of a report, or --deviation with --low and --high")
    if options.seeds < 2:
        raise ConfigError(f"--seeds is {options.seeds}; give a whole number of at least 2")
    grows = open_folder(options.folder).grid.logged is None
    rows = [HEADER, *(_row(claim, estimate, grows) for claim, estimate in _pilots(options))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    print(EXPLAINED)
    return 0


def _pilots(options: argparse.Namespace) -> Iterator[tuple["Claim", "Estimate"]]:
    """Yield each claim that rests on runs with what it estimates over a few seeds; what stops one is said."""
    from harness.execution.engine import open_store
    from harness.judging.collected import collect_claims
    from harness.judging.evidence import Evidence, TrainedRuns

    grid = open_folder(options.folder).grid
    source = grid.logged or TrainedRuns(open_store(options.store))
    for claim in collect_claims(options.folder):
        if not claim.rests_on_runs:
            continue
        try:
            for estimate in claim.estimates(Evidence(grid, options.seeds, source)):
                yield claim, estimate
        except HarnessError as problem:
            print(on_one_line(f"{claim.test}: {problem}"), file=sys.stderr)


def _row(claim: "Claim", estimate: "Estimate", grows: bool) -> tuple[str, ...]:
    from harness.judging.claim import case_of
    from harness.verdicts.error_rate import MOST_LOOKS
    from harness.verdicts.look import confidence_of
    from harness.verdicts.seeds_needed import seeds_to_decide, seeds_to_support

    confidence = confidence_of(MOST_LOOKS, MOST_LOOKS) if grows and estimate.grows else confidence_of(1, 1)
    band, case = claim.reading.band, case_of(claim.test)
    needed = (count(estimate, band, confidence) for count in (seeds_to_support, seeds_to_decide))
    name = f"{claim.finding.id} ({claim.reading.name}) {case}".rstrip()
    return name, str(estimate.seeds), f"{estimate.value:.4g}", str(band), *map(_in_words, needed)


def _of_deviation(deviation: float, low: float, high: float) -> str:
    """Return how many seeds the mean of a quantity needs whose spread is known."""
    import numpy as np

    from harness.statistics.estimate import Estimate
    from harness.verdicts.band import Band
    from harness.verdicts.look import confidence_of
    from harness.verdicts.seeds_needed import seeds_to_support

    if not (0 < deviation < math.inf) or not low < high or (math.isinf(low) and math.isinf(high)):
        raise ConfigError("give a --deviation above 0, and a --low below a --high, one of which may be left out")
    estimate = Estimate(0.0, lambda _: (0.0, 0.0), "", np.zeros(2), "", "mean", deviation=deviation)
    needed = seeds_to_support(estimate, Band(low, high, ""), confidence_of(1, 1))
    return f"{_in_words(needed)} seeds, looked at once, support a true finding with a probability of 0.8"


def _in_words(seeds: float) -> str:
    if math.isnan(seeds):
        return "not known"
    return "no number" if math.isinf(seeds) else f"{seeds:.0f}"
