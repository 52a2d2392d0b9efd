"""Findings of the section Increased neurons."""

import pytest

from harness.statistics import ratio_over_seeds


@pytest.mark.timed
@pytest.mark.finding("width.training-time", reading="total")
@pytest.mark.parametrize("framework", ["keras", "torch"])
def test_more_neurons_take_longer(classification_timings, judge, framework):
    """A whole training of the wide network takes noticeably longer than one of the narrow network."""
    wide, narrow = classification_timings[f"{framework} net2"], classification_timings[framework]
    ratios = ratio_over_seeds(wide.seconds, narrow.seconds, "seconds a training, 128 over 10 neurons")
    judge(ratios, note=f"128 neurons: {wide}; 10 neurons: {narrow}")
