"""What a few seeds can decide at all, so that nobody finds out after hours of training."""

import math
import sys

import numpy as np
import scipy

from harness.base.text import counted
from harness.statistics.estimate import Estimate
from harness.statistics.estimators import median_over_seeds, proportion_of_seeds
from harness.verdicts.band import Band
from harness.verdicts.error_rate import settled_at
from harness.verdicts.look import at_look, confidence_of

MOST_SEEDS = Band(0.5, 1.0, "")


def in_reach(seeds: int, looks: int, findings: int) -> list[str]:
    """Return what a first look can decide of a claim and of a finding, and what follows it, in sentences.

    Parameters
    ----------
    seeds, looks
        As planned: over how many seeds the first look is, and how many looks there may be.
    findings
        Over which the error rate is held together.
    """
    confidence = confidence_of(1, looks)
    width = float(scipy.special.stdtrit(seeds - 1, (1 + confidence) / 2)) / math.sqrt(seeds)
    least = math.floor(100 * _all_agree(seeds).interval(confidence)[0]) / 100
    median = "and a median" if _tell_a_median(seeds, confidence) else "but no median"
    needed = settled_at(findings, 1)
    enough = next(count for count in range(seeds, sys.maxsize) if _p_value(count, looks) <= needed)
    more = "" if enough == seeds else f"; {enough} would do"
    sentences = [
        f"{seeds} seeds tell a mean to within {width:.2g} standard deviations of one seed, {median}. If all agree, "
        f"they support a proportion of seeds whose band begins at {least:.2f} or lower.",
        f"The first of {counted(findings, 'finding')} to be decided takes p = {needed:.2g} or less. {seeds} seeds that "
        f"all agree reach p = {_p_value(seeds, looks):.2g} for what most seeds should show{more}.",
    ]
    if looks > 1:
        later = " and ".join(", ".join(str(seeds * 2**look) for look in range(1, looks)).rsplit(", ", 1))
        sentences.append(f"What stays open is judged again over {later} seeds; --claims-looks 1 ends with {seeds}.")
    return sentences


def _all_agree(seeds: int) -> Estimate:
    return proportion_of_seeds(np.ones(seeds), (1.0, 1.0), "")


def _tell_a_median(seeds: int, confidence: float) -> bool:
    low, _ = median_over_seeds(np.arange(seeds), "").interval(confidence)
    return math.isfinite(low)


def _p_value(seeds: int, looks: int) -> float:
    return at_look(_all_agree(seeds), MOST_SEEDS, 1, looks).p_supported
