"""Findings of the section Activations."""

import pytest

from harness.statistics import plausible_draw


@pytest.mark.finding("activations.loss-table", reading="draw")
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh"])
def test_reported_loss_is_a_plausible_draw(evidence, reported, judge, activation):
    """Each loss of the table could be that of one training of this network."""
    runs = evidence(framework="torch", task="regression", activation=activation)
    judge(plausible_draw(reported[activation], runs.final_test_loss, "test loss"))
