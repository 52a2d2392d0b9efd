from xml.etree import ElementTree

import numpy as np
import pytest

from harness.drawing.panels.caption import caption, spread_told
from harness.drawing.panels.data import Order, Part, class_proportions, prediction_bands
from harness.drawing.panels.figure import panel_figure
from harness.drawing.panels.layout import LEAST
from harness.drawing.style import CHARACTER, SERIES
from harness.drawing.values import panels_of
from harness.training.runs import predicted_classes
from tests.builders.configs import small_config
from tests.builders.figures import texts_of
from tests.builders.runs import random_runs


@pytest.mark.parametrize("order", ["beside", "below"])
@pytest.mark.parametrize("parts", [("predictions",), ("loss", "accuracy"), ("predictions", "loss", "accuracy")])
def test_every_part_of_every_panel_is_drawn(parts: tuple[Part, ...], order: Order) -> None:
    """The picture is an SVG document that names each panel, each axis and what the bands are."""
    drawn = panel_figure({"one": random_runs(), "other": random_runs()}, parts, order, {})
    ElementTree.fromstring(drawn)
    texts = drawn.replace("\n", " ")
    for word in ("one", "other", *(f"test {part}" for part in parts if part != "predictions")):
        assert f">{word}<" in texts or word in texts, word


@pytest.mark.parametrize("order", ["beside", "below"])
def test_each_panel_stands_by_itself(order: Order) -> None:
    """With its labels, in a place of its own that is no wider than a phone, which shows one below the other."""
    parts: tuple[Part, ...] = ("predictions", "loss", "accuracy")
    drawn = panel_figure({"one": random_runs(), "other": random_runs()}, parts, order, {})
    panels = panels_of(drawn)
    assert len(panels) == 6
    assert texts_of(drawn).count("test loss") == 2
    assert texts_of(drawn).count("epoch") == 4
    for number, panel in enumerate(panels):
        left, top, width, height = panel.place
        inner, upper, wide, tall = panel.area
        assert left < inner < inner + wide < left + width <= left + 300
        assert top < upper < upper + tall < top + height
        if number % 6 in ((2, 3, 4, 5) if order == "beside" else (1, 2, 4, 5)):  # histories, with names at their ends
            assert left + width - inner - wide > 72 * CHARACTER * len("other")
        others = [one.place for one in panels[number + 1 :]]
        assert all(x >= left + width - 0.2 or y >= top + height - 0.2 or x + w <= left + 0.2 for x, y, w, _ in others)


def test_long_names_leave_room_to_draw() -> None:
    """The panel then grows beyond what a phone shows."""
    drawn = panel_figure({"one": random_runs(), "other" * 12: random_runs()}, ("loss",), "beside", {})
    assert panels_of(drawn)[0].area[2] == pytest.approx(72 * LEAST, abs=0.2)


@pytest.mark.parametrize("parts", [("predictions",), ("loss",)])
def test_a_panel_has_one_colour(parts: tuple[Part, ...]) -> None:
    """Its own, in each figure of the same panels."""
    drawn = panel_figure({"one": random_runs(), "other": random_runs()}, parts, "beside", {})
    first, second = drawn.split('id="axes_2"')
    assert [SERIES[0] in first, SERIES[1] in first] == [True, False]
    assert [SERIES[0] in second, SERIES[1] in second] == [False, True]


def test_predictions_are_told_by_class() -> None:
    """The median and the central 90 % of the proportion of each true class that gets each class."""
    (panel,) = panels_of(panel_figure({"": random_runs()}, ("predictions",), "below", {}))
    assert panel.values is not None
    assert (panel.values.along, len(panel.values.at)) == ("y", len(panel.values.labels))
    assert panel.values.labels[0] == "of true class_0, predicted as class_0"
    assert panel.ends[0] < panel.values.at[0] < panel.values.at[-1] < panel.ends[1]
    runs = random_runs(rows=40, test_targets=np.tile(np.arange(40) % 3, (2, 1)))
    (panel,) = panels_of(panel_figure({"": runs}, ("predictions",), "below", {}))
    proportions = class_proportions(runs.test_targets, predicted_classes(runs), 3).reshape(2, 9)
    (told,) = panel.values.series.values()  # type: ignore[union-attr]
    expected = np.quantile(proportions, [0.05, 0.5, 0.95], axis=0)
    np.testing.assert_allclose(np.array(told, dtype=float), expected, atol=1e-4)


def test_predicted_values_are_told_by_true_value() -> None:
    """Median and central 90 % of the predictions among neighbouring true values."""
    config = small_config(dataset="boston", loss="squared_error")
    runs = random_runs(config=config, test_targets=np.tile(np.arange(5.0), (2, 1)))
    (panel,) = panels_of(panel_figure({"": runs}, ("predictions",), "below", {}))
    values, bands = panel.values, prediction_bands(runs.test_targets, runs.test_predictions[:, :, 0])
    assert values is not None
    assert (values.step, values.along, values.told) == ("MEDV, true", "x", "median (central 90 %)")
    np.testing.assert_allclose(np.array(values.at), bands.places)
    told = np.array(values.series["MEDV, predicted"], dtype=float)
    np.testing.assert_allclose(told, bands.quantiles[[0, 2, 4]], rtol=1e-3)


def test_a_name_is_no_formula_and_no_markup() -> None:
    """Dollars and angle brackets in a name stand as they are."""
    drawn = panel_figure({"<b> $x$": random_runs(), "b": random_runs()}, ("loss",), "beside", {})
    ElementTree.fromstring(drawn)
    assert "&lt;b&gt; $x$" in drawn


def test_what_diverged_is_counted_and_not_drawn() -> None:
    """A panel of which nothing is left says so."""
    loss = random_runs().test_loss.copy()
    loss[:, -1] = np.nan
    drawn = panel_figure({"one": random_runs(test_loss=loss), "other": random_runs()}, ("loss",), "beside", {})
    assert "all diverged" in drawn
    assert "Diverged and not drawn: 2 of one." in caption(
        {"one": random_runs(test_loss=loss), "b": random_runs()}, ("loss",), marked=False
    )


def test_the_same_runs_give_the_same_picture() -> None:
    """So that it can be kept, and a difference means something."""
    assert panel_figure({"": random_runs()}, ("loss",), "below", {}) == panel_figure(
        {"": random_runs()}, ("loss",), "below", {}
    )


def test_what_the_report_gives_is_a_dotted_line() -> None:
    """At a level in the history of that metric, at an epoch in both, in its own panel; and the caption says so."""
    panels = {"one": random_runs(), "other": random_runs()}
    parts: tuple[Part, ...] = ("loss", "accuracy")
    dotted = "stroke-dasharray: 1.1,1.6"

    def drawn(**marks: dict[str, tuple[float, ...]]) -> str:
        return panel_figure(panels, parts, "beside", marks).replace("\n", " ")

    assert dotted not in drawn()
    assert drawn(one={"loss": (0.5,)}).count(dotted) == 1
    assert drawn(one={"epochs": (1.0, 2.0)}, other={"accuracy": (0.5,)}).count(dotted) == 5
    told = [
        panel.values.notes for panel in panels_of(drawn(one={"loss": (0.5,), "epochs": (1.0, 2.0)})) if panel.values
    ]
    assert told == [
        ["the report says: test loss 0.5", "the report says: epoch 1, 2"],
        [],
        ["the report says: epoch 1, 2"],
        [],
    ]
    assert caption(panels, parts, marked=True).endswith(" Dotted: what the report says.")


def test_a_spread_is_median_and_central_ninety_percent() -> None:
    """With three significant digits, of which at most three are decimals."""
    assert spread_told(np.arange(101)) == "50.0 (5.00 to 95.0)"
    assert spread_told(np.arange(101) / 1000) == "0.050 (0.005 to 0.095)"
