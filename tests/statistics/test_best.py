import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from harness.base.arrays import Floats
from harness.statistics.best import best_of
from harness.statistics.draws import plausible_draw
from harness.statistics.estimate import Estimate, Reported
from harness.statistics.estimators import exactly, mean_over_seeds, median_over_seeds, proportion_of_seeds
from harness.statistics.larger import probability_of_larger
from harness.statistics.two_samples import difference_of_means

SEEDS, SIMULATIONS = 20, 2_000
LEADS = {"far": [3.0, 4.0, 5.0, 4.5], "near": [0.5, 1.5, 1.0, 1.2], "middle": [2.0, 2.5, 1.5, 2.2]}


def leads(samples: dict[str, list[float]]) -> dict[str, Estimate]:
    """Return an estimate of each lead, paired by seed."""
    return {name: mean_over_seeds(sample, name) for name, sample in samples.items()}


def test_the_lead_over_the_closest_counts() -> None:
    """Value and sample are those of the smallest lead; it is named."""
    found = best_of(leads(LEADS), "lead")
    assert found.value == pytest.approx(1.05)
    assert found.sample.tolist() == LEADS["near"]
    assert (found.sample_label, found.kind, found.grows) == ("lead", "mean", True)
    assert found.note.startswith("the least lead is that over near")
    assert found.method == (
        "least of 3 leads, each at the whole error rate below, all together above; "
        "mean over seeds, t interval widened for skewness"
    )


def test_each_may_err_below_and_all_together_above() -> None:
    """The lower end is the lowest at the confidence that was asked for; the upper one at a third of the error."""
    single, found = leads(LEADS), best_of(leads(LEADS), "lead")
    low, high = found.interval(0.9)
    assert low == min(one.interval(0.9)[0] for one in single.values()) == single["near"].interval(0.9)[0]
    assert high == pytest.approx(single["near"].interval(1 - 0.1 / 3)[1])
    outer = found.interval(0.99)
    assert outer[0] < low < found.value < high < outer[1]
    wide = {**LEADS, "wild": [-20.0, 30.0, 10.0, 1.0]}
    assert best_of(leads(wide), "lead").interval(0.9)[0] < -10  # the most uncertain one may be the one that is ahead


def test_of_two_methods_it_is_their_comparison() -> None:
    """Nothing is divided by one."""
    (one,) = single = list(leads({"near": LEADS["near"]}).values())
    found = best_of({"near": one}, "lead")
    assert found.interval(0.95) == one.interval(0.95)
    assert len(single) == 1


def test_what_cannot_grow_keeps_the_whole_from_growing() -> None:
    """Such as a comparison with what is logged."""
    one, other = leads({"a": LEADS["near"], "b": LEADS["far"]}).values()
    assert not best_of({"a": one, "b": replace(other, grows=False)}, "lead").grows


def test_a_proportion_has_no_region_of_one_seed() -> None:
    """That of the closest comparison alone would be told as if it were of all."""
    found = best_of({name: proportion_of_seeds(sample, (0.0, 9.0), name) for name, sample in LEADS.items()}, "lead")
    assert (found.value, found.kind, found.region) == (1.0, "proportion", None)


def test_a_comparison_that_says_nothing_leaves_it_open() -> None:
    """It is named, with its reason: the method might be behind there."""
    found = best_of(leads({**LEADS, "broken": [1.0, math.nan, 2.0, 3.0]}), "lead")
    assert math.isnan(found.value)
    assert found.interval(0.9) == (-math.inf, math.inf)
    assert found.note == "against broken: 1 of 4 seeds diverged: there is no mean to speak of"


@pytest.mark.parametrize(
    ("comparisons", "told"),
    [
        ({}, "none"),
        ({"a": exactly(1, "x"), "b": mean_over_seeds([1.0, 2.0], "x")}, "exact, mean"),
        ({"a": plausible_draw(Reported(1.0, 0.1), [1.0, 2.0, 3.0], "x")}, "draw"),
    ],
)
def test_what_cannot_be_put_together_is_refused(comparisons: dict[str, Estimate], told: str) -> None:
    """With the kinds that there are."""
    with pytest.raises(ValueError, match=f"of one kind, and of no draw, not: {told}$"):
        best_of(comparisons, "x")


def paired(runs: Floats) -> dict[str, Estimate]:
    """Compare the first method with each other, seed by seed."""
    return {str(place): mean_over_seeds(runs[0] - other, "lead") for place, other in enumerate(runs[1:])}


def apart(runs: Floats) -> dict[str, Estimate]:
    """Compare them as samples that are no pairs."""
    return {str(place): difference_of_means(runs[0], other, "lead") for place, other in enumerate(runs[1:])}


def by_rank(runs: Floats) -> dict[str, Estimate]:
    """Compare them by the probability of a larger number, which is one half where neither is ahead."""
    return {str(place): probability_of_larger(runs[0], other, "lead") for place, other in enumerate(runs[1:])}


def in_the_middle(runs: Floats) -> dict[str, Estimate]:
    """Compare them by the median of their differences."""
    return {str(place): median_over_seeds(runs[0] - other, "lead") for place, other in enumerate(runs[1:])}


@pytest.mark.parametrize("compare", [paired, apart, by_rank, in_the_middle])
@pytest.mark.parametrize(
    "means",
    [
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],  # all alike: the upper end has the most chances to err
        [0.0, 0.0, -9.0, -9.0, -9.0, -9.0],  # one as good, the others far behind: the lower end errs the most
        [0.0, 0.0, -0.5, -1.0, -0.2, -9.0],
    ],
)
def test_either_end_errs_no_more_often_than_it_may(
    compare: Callable[[Floats], dict[str, Estimate]], means: list[float]
) -> None:
    """Over 20 seeds of six methods, whose runs of one seed have something in common; other spreads for each."""
    rng, rate = np.random.default_rng(0), 0.05
    repetitions = SIMULATIONS if compare is not by_rank else SIMULATIONS // 4
    common, noise = rng.normal(size=(repetitions, 1, SEEDS)), rng.normal(size=(repetitions, len(means), SEEDS))
    runs = np.array(means)[:, None] + common + np.array([1.0, 1.0, 0.5, 2.0, 1.0, 1.0])[:, None] * noise
    truth = 0.5 if compare is by_rank else 0.0
    ends = np.array([best_of(compare(one), "lead").interval(1 - 2 * rate) for one in runs])
    allowed = rate + 3 * math.sqrt(rate * (1 - rate) / repetitions)
    assert (ends[:, 0] > truth).mean() < allowed
    assert (ends[:, 1] < truth).mean() < allowed


def test_full_level_below_wastes_nothing_and_bonferroni_above_is_needed() -> None:
    """With one rival the lower end errs as often as it may; at full level the upper one would err far too often."""
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(SIMULATIONS, 6, SEEDS))
    close = np.array([0.0, 0.0, -9.0, -9.0, -9.0, -9.0])[:, None] + noise
    below = np.mean([best_of(paired(one), "lead").interval(0.9)[0] > 0 for one in close])
    assert 0.03 < below < 0.065
    alike = [paired(one) for one in noise]
    at_full_level = [min(one.interval(0.9)[1] for one in leads.values()) < 0 for leads in alike]
    assert np.mean(at_full_level) > 0.1
    assert np.mean([best_of(one, "lead").interval(0.9)[1] < 0 for one in alike]) < 0.05
