import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from harness.figures import claim_figure
from harness.statistics import Estimate, Reported, mean_over_seeds, plausible_draw, share_of_seeds
from harness.verdict import Band

BAND = Band(0.9, 1.1, "a tenth either way")
SAMPLE = np.linspace(0.8, 1.2, 10)


@pytest.mark.parametrize(
    "estimate",
    [
        mean_over_seeds(SAMPLE, "ratio"),
        mean_over_seeds([1.0, np.nan, np.inf], "ratio"),
        mean_over_seeds([np.nan, np.nan], "ratio"),
        share_of_seeds(SAMPLE, (0.9, np.inf), "ratio"),
        plausible_draw(Reported(1.0, 0.05), SAMPLE, "ratio"),
        plausible_draw(Reported(1.0, 0.05), [1.0, 1.0, 1.0], "ratio"),
    ],
    ids=["mean", "some diverged", "all diverged", "share", "draw", "no spread"],
)
def test_every_kind_of_estimate_is_drawn(estimate: Estimate) -> None:
    """The figure is well-formed SVG and names what a number of the sample is."""
    svg = claim_figure({}, estimate, BAND)
    texts = "".join(ElementTree.fromstring(svg).itertext())
    assert "ratio" in texts
    assert ("diverged" in texts) == bool((~np.isfinite(estimate.sample)).any())


def test_same_input_same_bytes() -> None:
    """A figure that did not change does not change its file."""
    estimate = mean_over_seeds(SAMPLE, "ratio")
    assert claim_figure({}, estimate, BAND) == claim_figure({}, estimate, BAND)
    assert claim_figure({}, estimate, BAND) != claim_figure({}, mean_over_seeds(SAMPLE * 2, "ratio"), BAND)
