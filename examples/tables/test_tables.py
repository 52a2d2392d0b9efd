"""Common knowledge as claims over several tables at once."""

import numpy as np
import pytest

from harness import (
    best_of,
    interquartile_mean,
    mean_over_seeds,
    probability_of_improvement,
    proportion_of_seeds,
    rank_difference,
)

MODELS = ["tree", "forest", "boosting", "logistic", "svm", "neighbours"]
TABLES = ["iris", "wine", "cancer", "digits", "moons"]


def over_tables(evidence, metric, **chosen):
    """Return the runs of a model on each table."""
    return [getattr(evidence(data=data, **chosen), metric) for data in TABLES]


@pytest.mark.finding("families.forest-beats-tree", reading="improvement")
def test_a_forest_beats_a_tree(evidence, judge):
    """Over all tables."""
    forest, tree = (over_tables(evidence, "accuracy", model=model) for model in ("forest", "tree"))
    judge(probability_of_improvement(forest, tree, "accuracy of a forest against a tree"))


@pytest.mark.finding("families.forest-beats-tree", reading="table")
@pytest.mark.parametrize("data", TABLES)
def test_a_forest_is_no_worse_than_a_tree(evidence, judge, data):
    """On the same split."""
    forest, tree = (evidence(data=data, model=model).accuracy for model in ("forest", "tree"))
    judge(proportion_of_seeds(forest - tree, (0.0, 1.0), "accuracy of the forest minus that of the tree"))


@pytest.mark.finding("families.forest-beats-boosting", reading="improvement")
def test_a_forest_is_as_good_as_boosting(evidence, judge):
    """Both as they come."""
    forest, boosting = (over_tables(evidence, "accuracy", model=model) for model in ("forest", "boosting"))
    judge(probability_of_improvement(forest, boosting, "accuracy of a forest against boosting"))


@pytest.mark.finding("families.forest-first", reading="rank")
@pytest.mark.parametrize("other", [model for model in MODELS if model != "forest"])
def test_the_forest_has_the_best_rank(evidence, judge, other):
    """Five tables are few: Nemenyi's interval is wide, since it holds for all pairs."""
    means = [[one.mean() for one in over_tables(evidence, "accuracy", model=model)] for model in MODELS]
    judge(rank_difference(np.transpose(means), MODELS.index("forest"), MODELS.index(other), "accuracy"))


@pytest.mark.finding("families.forest-best", reading="digits")
def test_the_forest_is_the_best_on_digits(evidence, judge):
    """Ahead of each of the five others, paired by seed."""
    accuracy = {model: evidence(data="digits", model=model).accuracy for model in MODELS}
    forest = accuracy.pop("forest")
    label = "accuracy of the forest minus that of another"
    judge(best_of({model: mean_over_seeds(forest - other, label) for model, other in accuracy.items()}, label))


@pytest.mark.finding("families.middle", reading="iqm")
def test_the_middle_of_all_runs_is_good(evidence, judge):
    """Accuracies need no other scale."""
    judge(interquartile_mean(over_tables(evidence, "accuracy", model="logistic"), "accuracy"))


@pytest.mark.finding("scaling.svm", reading="improvement")
def test_a_support_vector_machine_needs_scaling(evidence, judge):
    """By the area under the curve."""
    scaled, plain = (over_tables(evidence, "auc", model="svm", scaled=scaled) for scaled in (True, False))
    judge(probability_of_improvement(scaled, plain, "area under the curve, scaled against not"))


@pytest.mark.finding("scaling.trees", reading="difference")
def test_a_tree_does_not_care(evidence, judge):
    """Paired: the same split, and the same random choices among equal cuts."""
    scaled, plain = (evidence(data="digits", model="tree", scaled=scaled).accuracy for scaled in (True, False))
    judge(mean_over_seeds(scaled - plain, "accuracy, scaled minus not"))
