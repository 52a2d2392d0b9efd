import math

import numpy as np
import pytest

from harness.drawing.specification_figure import specification_curve
from harness.drawing.specification_scale import scale_of
from harness.verdicts.band import Band
from tests.builders.figures import texts_of
from tests.builders.specifications import BAND, BANDS, estimated


@pytest.mark.parametrize(
    ("values", "band", "logarithmic"),
    [
        ([1.0, 17.0], BAND, False),
        ([1.0, 21.0], BAND, True),
        ([-1.0, 21.0], BAND, False),
        ([0.0, 21.0], BAND, False),
        ([1.0, 2.0], Band(30, math.inf, ""), True),
        ([1.0, 21.0], Band(-math.inf, 0, ""), False),
        ([1.0, 21.0], Band(0, 2, ""), True),
        ([math.nan], BAND, False),
    ],
)
def test_a_wide_span_of_positive_estimates_is_drawn_to_scale(
    values: list[float], band: Band, logarithmic: bool
) -> None:
    """Logarithmic where estimates and ends of the band span more than a factor of 20, all of them on one side."""
    assert scale_of(estimated(values), band).logarithmic == logarithmic


@pytest.mark.parametrize("values", [[0.5, 0.7, 1.2], [1.0, 30.0, 70.0], [1.0], [0.0, 0.0]], ids=str)
@pytest.mark.parametrize("band", BANDS, ids=str)
def test_estimates_and_ends_of_the_band_are_in_sight(values: list[float], band: Band) -> None:
    """Within the axis, not on its end."""
    scale = scale_of(estimated(values), band)
    shown = [number for number in (*values, band.low, band.high) if math.isfinite(number)]
    assert scale.low < min(shown) <= max(shown) < scale.high


def test_one_universe_that_went_astray_hides_no_other() -> None:
    """The axis is that of the others, and it lies at the end."""
    usual = list(np.linspace(0.5, 1.5, 20))
    scale = scale_of(estimated([*usual, 1e9, -1e9]), BAND)
    assert -1 < scale.low < 0.5
    assert 1.5 < scale.high < 3
    assert "reaches further" in texts_of(specification_curve(estimated([*usual, 1e9]), BAND, "growth"))
