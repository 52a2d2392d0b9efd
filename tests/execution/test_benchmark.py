import numpy as np
import pytest

from harness.base.errors import ConfigError
from harness.execution.benchmark import BenchmarkEntry, Timing
from tests.builders.configs import small_config

PROTOCOL = small_config(hidden_widths=(4,), batch_size=64, epochs=3)


def test_total_steady_epoch_and_startup_are_apart() -> None:
    """The total is the sum, a steady epoch the median after the first, the startup what the first took beyond."""
    one = Timing(np.array([[2.0, 0.5, 0.4, 9.0], [1.0, 1.0, 1.0, 1.0]]))
    np.testing.assert_allclose(one.seconds, [11.9, 4.0])
    np.testing.assert_allclose(one.steady_epoch_seconds, [0.5, 1.0])
    np.testing.assert_allclose(one.startup_seconds, [1.5, 0.0])


def test_an_unknown_mode_is_refused_before_anything_starts() -> None:
    """The sentence names the mode and those of the framework."""
    with pytest.raises(ConfigError, match=r"^mode is 'no-jit'; torch is timed in one of: default, compile$"):
        BenchmarkEntry(PROTOCOL, "no-jit")
