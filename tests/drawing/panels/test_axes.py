import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harness.drawing.panels.axes import NEAREST, spaced


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_names_lie_apart_in_their_order(heights: list[float]) -> None:
    """None leaves the panel as long as there is room, and none changes place with another."""
    placed = spaced(heights, NEAREST)
    order = np.argsort(heights, kind="stable")
    assert (np.diff(np.array(placed)[order]) >= NEAREST - 1e-9).all()
    assert min(placed) >= 0
    assert max(placed) <= 1 + 1e-9


@given(st.integers(1, 8))
def test_names_that_lie_apart_stay_where_they_are(count: int) -> None:
    """Only what would overlap is moved."""
    heights = list(np.linspace(0, 1, count)) if count > 1 else [0.4]
    np.testing.assert_allclose(spaced(heights, NEAREST), heights)
