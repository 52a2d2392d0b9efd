import re

import numpy as np
import pytest
from matplotlib.figure import Figure

from harness.drawing.figures import BOTTOM, HEIGHT, LONGEST_LINE, MOST_CELLS, TOP, claim_figure, draw_curves
from harness.drawing.values import MOST_STOPS, panels_of
from harness.statistics.draws import plausible_draw
from harness.statistics.estimate import Estimate, Reported
from harness.statistics.estimators import exactly, mean_over_seeds, median_over_seeds, proportion_of_seeds
from harness.verdicts.band import Band
from tests.builders.figures import texts_of
from tests.builders.runs import random_runs

BAND = Band(0.9, 1.1, "a tenth either way")
SAMPLE = np.linspace(0.8, 1.2, 10)
NEVER = np.where(SAMPLE < 1.1, SAMPLE, np.inf)


@pytest.mark.parametrize(
    ("estimate", "diverged"),
    [
        (mean_over_seeds(SAMPLE, "ratio"), 0),
        (mean_over_seeds([1.0, np.nan, np.inf], "ratio"), 2),
        (mean_over_seeds([np.nan, np.nan], "ratio"), 2),
        (proportion_of_seeds(SAMPLE, (0.9, np.inf), "ratio"), 0),
        (plausible_draw(Reported(1.0, 0.05), SAMPLE, "ratio"), 0),
        (plausible_draw(Reported(1.0, 0.05), [1.0, 1.0, 1.0], "ratio"), 0),
        (median_over_seeds(SAMPLE, "ratio"), 0),
        (median_over_seeds(NEVER, "ratio"), 0),
        (median_over_seeds([np.inf] * 10, "ratio"), 0),
        (exactly(1.0, "ratio"), 0),
    ],
    ids=[
        "mean",
        "some diverged",
        "all diverged",
        "proportion",
        "draw",
        "no spread",
        "median",
        "some never",
        "all never",
        "exact",
    ],
)
@pytest.mark.parametrize("band", [BAND, Band(0.9, np.inf, "open"), Band(-np.inf, 1.1, "open")], ids=str)
def test_every_kind_of_estimate_is_drawn(estimate: Estimate, diverged: int, band: Band) -> None:
    """The figure is well-formed, names what a number of the sample is, and counts what diverged, not what was late."""
    texts = texts_of(claim_figure({}, estimate, estimate.interval(0.9), band))
    assert "ratio" in texts
    assert (f"{estimate.seeds} seeds, {diverged} diverged" in texts) == (diverged > 0)
    assert ("diverged" in texts) == (diverged > 0)


def test_curves_of_what_diverged() -> None:
    """A seed that diverged leaves its curve, a cell of which all did so at once says so in the legend."""
    some, all_of_them = random_runs().test_loss.copy(), np.full_like(random_runs().test_loss, np.nan)
    some[0, 2:] = np.nan
    runs = {"alive": random_runs(), "partly": random_runs(test_loss=some), "gone": random_runs(test_loss=all_of_them)}
    texts = texts_of(claim_figure(runs, mean_over_seeds(SAMPLE, "ratio"), (0.95, 1.05), BAND))
    assert "gone: all diverged" in texts
    assert "partly: " not in texts
    assert "alive: " not in texts


def test_seeds_that_lie_below_all_count() -> None:
    """In the proportion of those at or below, though they have no place on the axis."""
    estimate = proportion_of_seeds([-np.inf, 1.0, 2.0, np.inf], (0.0, np.inf), "ratio")
    values = panels_of(claim_figure({}, estimate, estimate.interval(0.9), BAND))[0].values
    assert values is not None
    assert list(values.at) == [1, 2]
    assert values.series == {"proportion of seeds at or below": [[0.5, 0.75]]}


def test_a_long_name_of_a_cell_takes_several_lines() -> None:
    """So that the legend stays within its panel; what is told has it in one."""
    name = "keras-classification-sigmoid-sgd-net1 (regime=matched, loss=cross_entropy)"
    svg = claim_figure({name: random_runs()}, mean_over_seeds(SAMPLE, "ratio"), (0.95, 1.05), BAND)
    assert max(map(len, re.findall(r">([^<>\n]+)</(?:text|tspan)>", svg))) <= LONGEST_LINE
    assert list(panels_of(svg)[0].values.series) == [name]  # type: ignore[union-attr]


@pytest.mark.parametrize(("cells", "shown"), [(MOST_CELLS, True), (MOST_CELLS + 1, False)])
def test_curves_of_many_cells_are_left_out(cells: int, shown: bool) -> None:
    """Nobody can tell them apart; the sample is drawn all the same."""
    runs = {f"cell {number}": random_runs() for number in range(cells)}
    texts = texts_of(claim_figure(runs, mean_over_seeds(SAMPLE, "ratio"), (0.95, 1.05), BAND))
    assert (("epoch" in texts), ("cell 0" in texts)) == (shown, shown)
    assert "estimate and interval" in texts


@pytest.mark.parametrize(("epochs", "points"), [(1, 1), (4, 4), (MOST_STOPS, MOST_STOPS), (5000, MOST_STOPS)])
def test_a_long_curve_has_no_more_points_than_can_be_seen(epochs: int, points: int) -> None:
    """The first and the last epoch are always drawn, in their places, and of a short curve all."""
    axis = Figure().subplots()
    draw_curves(axis, {"cell": np.tile(np.arange(1.0, epochs + 1), (3, 1))}, "loss")
    line = np.array(axis.lines[0].get_xydata())
    assert len(line) == points
    assert (line[0, 0], line[-1, 0]) == (1, epochs)
    np.testing.assert_array_equal(line[:, 0], line[:, 1])


def test_a_figure_tells_its_numbers() -> None:
    """Median and central 90 % of each cell at each epoch; of the sample each seed, estimate, interval and band."""
    estimate = plausible_draw(Reported(1.0, 0.05), SAMPLE, "ratio")
    panels = panels_of(claim_figure({"cell": random_runs()}, estimate, (0.95, 1.05), BAND))
    assert [panel.name for panel in panels] == ["test loss", "test accuracy", "ratio"]
    loss, _, sample = (panel.values for panel in panels)
    assert loss is not None
    assert sample is not None
    assert (loss.step, list(loss.at), list(loss.series)) == ("epoch", [1, 2, 3, 4], ["cell"])
    expected = np.quantile(random_runs().test_loss, [0.05, 0.5, 0.95], axis=0)
    np.testing.assert_allclose(np.array(loss.series["cell"], dtype=float), expected, rtol=1e-3)
    assert list(sample.at) == [float(f"{one:.4g}") for one in SAMPLE]
    assert sample.series["proportion of seeds at or below"][0][-1] == 1
    assert [note.partition(":")[0] for note in sample.notes][2] == "95 % prediction interval"
    assert sample.notes[0].startswith("estimate ")
    assert sample.notes[0].endswith(" [0.95, 1.05]")
    assert (sample.notes[1], sample.notes[3]) == ("band 0.9 to 1.1", "reported 1")
    left, upper, width, tall = panels[0].area
    assert upper == pytest.approx(72 * TOP, abs=0.1)
    assert upper + tall == pytest.approx(72 * (HEIGHT - BOTTOM), abs=0.1)
    assert panels[1].area[0] == pytest.approx(left + panels[1].place[0], abs=0.2)
    assert panels[0].ends[0] < 1 < 4 < panels[0].ends[1]
    assert 0 < left < left + width < panels[0].place[2]


def test_same_input_same_bytes() -> None:
    """A figure that did not change does not change its file; another interval is another picture."""
    estimate = mean_over_seeds(SAMPLE, "ratio")
    one, same, wider = (claim_figure({}, estimate, estimate.interval(at), BAND) for at in (0.9, 0.9, 0.99))
    assert one == same
    assert one != wider
    other = mean_over_seeds(SAMPLE * 2, "ratio")
    assert one != claim_figure({}, other, other.interval(0.9), BAND)
