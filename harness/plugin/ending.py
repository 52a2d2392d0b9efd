"""What a process of a session of claims spares at its end."""

import sys

import pytest


def leave_out_hypothesis(config: pytest.Config) -> None:
    """Take Hypothesis's plugin out of a session that has not loaded Hypothesis.

    Its terminal summary loads all of it, for over a second, to say that nothing used it.
    """
    if "hypothesis" not in sys.modules:
        config.pluginmanager.unregister(name="hypothesispytest")
