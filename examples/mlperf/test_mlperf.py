"""Statements on logged runs as claims. Runs of two batches are no pairs, so they are compared as two samples."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from harness import (
    mean_over_seeds,
    paired,
    probability_of_larger,
    proportion_of_seeds,
    ratio_of_means,
    ratio_of_spreads,
)

BATCHES = {
    ("bert", "5.1.0"): [256, 448, 1536, 3072, 4096, 4608, 6144, 6912, 8192, 8704, 12288, 13056, 16384],
    ("dlrm_dcnv2", "6.0.0"): [32768, 55296, 65536, 102400, 135168, 160000],
    ("llama31_8b", "6.1.0"): [16, 32, 64, 96, 128],
    ("resnet", "4.0.0"): [1632, 3264, 4096, 8192, 13056, 32768, 49152, 58880, 65536, 67840],
    ("retinanet", "5.1.0"): [256, 320, 512, 768, 1024, 1280, 2048, 2560, 4096],
    ("unet3d", "4.0.0"): [28, 56, 64, 84],
}
STEPS = [(*name, small, large) for name, batches in BATCHES.items() for small, large in pairwise(batches)]
ENDS = [(*name, batches[0], batches[-1]) for name, batches in BATCHES.items()]
steps = pytest.mark.parametrize(("benchmark", "round_", "small", "large"), STEPS)
ends = pytest.mark.parametrize(("benchmark", "round_", "small", "large"), ENDS)


def epochs(evidence, benchmark, round_, batch):
    """Return the epochs, or samples, that each run needed."""
    return evidence(benchmark=benchmark, round=round_, batch=batch).epochs_to_converge


def mlperf_rule(faster, reference):
    """Say what MLPerf's rule says: a mean below the reference's fails if Student's one-sided t test is significant."""
    if np.ptp(faster) == np.ptp(reference) == 0:
        return "MLPerf's rule of means and t cannot be computed, since neither group has any spread"
    moments = [moment for group in (faster, reference) for moment in (group.mean(), group.std(ddof=1), len(group))]
    p_value = stats.ttest_ind_from_stats(*moments, alternative="less").pvalue
    return f"MLPerf's rule of means and t: {'faster' if p_value < 0.05 else 'not faster'} than the smaller batch"


@pytest.mark.finding("batch.needs-more", reading="largest")
@ends
def test_the_largest_batch_needs_more_than_the_smallest(evidence, judge, benchmark, round_, small, large):
    """More often than not, by far."""
    one, other = (epochs(evidence, benchmark, round_, batch) for batch in (large, small))
    judge(probability_of_larger(one, other, "epochs with the larger batch"))


@pytest.mark.finding("batch.needs-more", reading="steps")
@steps
def test_the_next_larger_batch_needs_more(evidence, judge, benchmark, round_, small, large):
    """Two of these groups have no spread at all, which no test of means can judge."""
    one, other = (epochs(evidence, benchmark, round_, batch) for batch in (large, small))
    judge(probability_of_larger(one, other, "epochs with the larger batch"))


@pytest.mark.finding("batch.never-fewer", reading="runs")
@steps
def test_a_larger_batch_never_needs_fewer(evidence, judge, benchmark, round_, small, large):
    """MLPerf's own rule stands beside the verdict."""
    one, other = (epochs(evidence, benchmark, round_, batch) for batch in (large, small))
    judge(probability_of_larger(one, other, "epochs with the larger batch"), mlperf_rule(one, other))


@pytest.mark.finding("batch.never-fewer", reading="means")
@steps
def test_a_larger_batch_has_no_smaller_mean(evidence, judge, benchmark, round_, small, large):
    """As MLPerf compares them; groups without spread cannot be."""
    one, other = (epochs(evidence, benchmark, round_, batch) for batch in (large, small))
    judge(ratio_of_means(one, other, "epochs, larger batch over smaller"), mlperf_rule(one, other))


@pytest.mark.finding("batch.samples-double", reading="ratio")
@pytest.mark.parametrize(
    ("benchmark", "round_", "small", "large"), [("llama31_8b", "6.1.0", 64, 128), ("resnet", "4.0.0", 32768, 65536)]
)
def test_twice_the_batch_is_half_as_much_work_again(evidence, judge, benchmark, round_, small, large):
    """Where both batches were run."""
    one, other = (epochs(evidence, benchmark, round_, batch) for batch in (large, small))
    judge(ratio_of_means(one, other, "epochs, larger batch over smaller"))


@pytest.mark.finding("batch.bert-flat", reading="ratio")
@pytest.mark.parametrize("batch", [256, 1536, 3072, 4096, 4608])
def test_bert_hardly_depends_on_the_batch(evidence, judge, batch):
    """Each against the batch that needs the fewest."""
    one, other = (epochs(evidence, "bert", "5.1.0", size) for size in (batch, 448))
    judge(ratio_of_means(one, other, "samples over those at batch 448"))


@pytest.mark.finding("batch.dlrm-within-an-epoch", reading="runs")
@pytest.mark.parametrize("batch", BATCHES["dlrm_dcnv2", "6.0.0"])
def test_dlrm_needs_at_most_one_epoch(evidence, judge, batch):
    """Counted over runs, since a mean below one would allow for many above."""
    judge(proportion_of_seeds(epochs(evidence, "dlrm_dcnv2", "6.0.0", batch), (0.0, 1.0), "epochs"))


@pytest.mark.finding("spread.grows", reading="ratio")
@ends
def test_the_spread_grows_with_the_batch(evidence, judge, benchmark, round_, small, large):
    """About the median, whatever the mean does."""
    one, other = (epochs(evidence, benchmark, round_, batch) for batch in (large, small))
    judge(ratio_of_spreads(one, other, "distance of a run from the median, larger batch over smaller"))


@pytest.mark.finding("spread.retinanet-none", reading="runs")
def test_retinanet_always_needs_four(evidence, judge):
    """Twenty runs, one number."""
    judge(proportion_of_seeds(epochs(evidence, "retinanet", "5.1.0", 256), (4.0, 4.0), "epochs"))


@pytest.mark.finding("spread.resnet-35", reading="mean")
def test_resnet_needs_35(evidence, judge, reported):
    """The smallest batch of the file."""
    judge(mean_over_seeds(epochs(evidence, "resnet", "4.0.0", 1632) - reported["epochs"].value, "epochs minus 35"))


@pytest.mark.finding("rounds.unet3d-copied", reading="runs")
def test_unet_at_batch_2_was_not_run_again(evidence, judge):
    """Runs of one number are a pair: only where they are the same runs will all differences be zero."""
    old, new = paired(*(evidence(benchmark="unet3d", round=round_, batch=2) for round_ in ("1.0.0", "3.0.0")))
    judge(proportion_of_seeds(new.epochs_to_converge - old.epochs_to_converge, (0.0, 0.0), "difference in epochs"))


@pytest.mark.finding("rounds.unet3d-equal", reading="ratio")
@pytest.mark.parametrize("batch", [32, 56])
def test_unet_needs_as_many_as_before(evidence, judge, batch):
    """Two samples: nothing says which run belongs to which."""
    new, old = (epochs(evidence, "unet3d", round_, batch) for round_ in ("3.0.0", "1.0.0"))
    judge(ratio_of_means(new, old, "epochs, round 3.0.0 over 1.0.0"))
