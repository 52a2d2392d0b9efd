"""Whether one method is the best of several: its comparisons with the others, put together as one estimate."""

import math
from collections.abc import Mapping
from dataclasses import replace

from harness.statistics.estimate import Estimate, Interval
from harness.statistics.sample import no_interval


def best_of(comparisons: Mapping[str, Estimate], label: str) -> Estimate:
    """Estimate by how much one method is ahead of the best of several others: the least of its leads over them.

    A method is the best if it is ahead of each other one, so that each comparison has to show it, and each may spend
    the whole error rate (intersection-union test, Berger 1982, Technometrics 24, 295-300): the lower end is the lowest
    of theirs. It is not the best if it is behind any, and the more there are, the sooner one is ahead by chance: the
    upper end is the lowest of theirs at an error rate divided by their number (Bonferroni). These are the two ends of
    multiple comparisons with the best (Hsu 1981, Ann. Stat. 9, 1026-1034) for one method that was named beforehand.
    Nothing is assumed on how the comparisons depend on each other; each holds for what its own estimate holds for.

    Parameters
    ----------
    comparisons
        By the name of the other method, an estimate of the lead over it, all of one kind: such as `mean_over_seeds` of
        paired differences, `difference_of_means`, or `probability_of_larger`. Where less is better, the other one comes
        first in them.
    label
        What a lead is.

    Raises
    ------
    ValueError
        If there is none, if they are of several kinds, or of a printed number.
    """
    kinds = {one.kind for one in comparisons.values()}
    if len(kinds) != 1 or "draw" in kinds:
        found = ", ".join(sorted(kinds)) or "none"
        raise ValueError(f"comparisons with the other methods are estimates of one kind, and of no draw, not: {found}")
    method = f"least of {len(comparisons)} leads, each at the whole error rate below, all together above"
    silent = {name: one for name, one in comparisons.items() if math.isnan(one.value)}
    if silent:
        name, one = next(iter(silent.items()))
        return no_interval(one.sample, method, label, one.kind, f"against {name}: {one.note}")
    closest, least = min(comparisons.items(), key=lambda item: item[1].value)

    def interval(confidence: float) -> Interval:
        together = 1 - (1 - confidence) / len(comparisons)
        low = min(one.interval(confidence)[0] for one in comparisons.values())
        return low, min(one.interval(together)[1] for one in comparisons.values())

    return replace(
        least,
        interval=interval,
        method=f"{method}; {least.method}",
        sample_label=label,
        region=None,
        note="; ".join(text for text in (f"the least lead is that over {closest}", least.note) if text),
        grows=all(one.grows for one in comparisons.values()),
    )
