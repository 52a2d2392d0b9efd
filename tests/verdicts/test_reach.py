import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.statistics.estimators import mean_over_seeds, median_over_seeds, proportion_of_seeds
from harness.verdicts.band import Band
from harness.verdicts.error_rate import settled_at
from harness.verdicts.look import at_look, confidence_of
from harness.verdicts.reach import in_reach


def test_five_seeds_looked_at_once() -> None:
    """By hand: t is 2.132 with four degrees of freedom, 0.549**5 is 0.05, 0.5**5 is 0.031, half of 0.05 is 0.025."""
    assert in_reach(5, 1, 2) == [
        "5 seeds tell a mean to within 0.95 standard deviations of one seed, and a median. If all agree, they support "
        "a proportion of seeds whose band begins at 0.54 or lower.",
        "The first of 2 findings to be decided takes p = 0.025 or less. 5 seeds that all agree reach p = 0.031 for "
        "what most seeds should show; 6 would do.",
    ]


def test_of_six_looks_the_first_decides_less_and_the_others_follow() -> None:
    """The first has a tenth of the error rate."""
    claim, finding, later = in_reach(5, 6, 1)
    assert "seed, but no median." in claim
    assert claim.endswith("whose band begins at 0.34 or lower.")
    assert finding.endswith("reach p = 0.31 for what most seeds should show; 8 would do.")
    assert later == "What stays open is judged again over 10, 20, 40, 80 and 160 seeds; --claims-looks 1 ends with 5."
    assert in_reach(5, 2, 1)[-1] == "What stays open is judged again over 10 seeds; --claims-looks 1 ends with 5."


def test_where_the_seeds_are_enough_no_more_are_named() -> None:
    """Six for two findings."""
    assert in_reach(6, 1, 2)[1].endswith("reach p = 0.016 for what most seeds should show.")


@given(seeds=st.integers(2, 19), looks=st.integers(1, 6), findings=st.integers(1, 60))
def test_it_is_what_the_estimators_do(seeds: int, looks: int, findings: int) -> None:
    """At the confidence of the first look, and with the error rate over all findings."""
    said = in_reach(seeds, looks, findings)
    confidence = confidence_of(1, looks)
    begins = float(re.search(r"begins at (\S+) or", said[0])[1])  # type: ignore[index]
    agreed = proportion_of_seeds(np.ones(seeds), (1, 1), "")
    assert at_look(agreed, Band(begins, 1.0, ""), 1, looks).outcome == "supported"
    assert at_look(agreed, Band(begins + 0.01, 1.0, ""), 1, looks).outcome == "inconclusive"
    told = math.isfinite(median_over_seeds(np.arange(seeds), "").interval(confidence)[0])
    assert ("and a median" in said[0]) == told
    enough = int(found[1]) if (found := re.search(r"; (\d+) would do", said[1])) else seeds
    for count, decides in ((enough, True), (enough - 1, False)):
        if count >= seeds:
            p_value = at_look(proportion_of_seeds(np.ones(count), (1, 1), ""), Band(0.5, 1.0, ""), 1, looks).p_supported
            assert (p_value <= settled_at(findings, 1)) == decides


@pytest.mark.parametrize("seeds", [5, 12])
def test_so_wide_is_the_interval_of_a_mean(seeds: int) -> None:
    """Exactly, of a sample that is not lopsided."""
    sample = np.resize([-1.0, 1.0], 2 * (seeds // 2))
    sample = np.append(sample, np.zeros(seeds % 2))
    high = mean_over_seeds(sample / sample.std(ddof=1), "").interval(confidence_of(1, 1))[1]
    assert f"to within {high:.2g} " in in_reach(seeds, 1, 1)[0]
