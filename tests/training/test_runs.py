import re
from copy import copy, deepcopy
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from harness.training.runs import SECONDS, Runs, concatenate, paired, predicted_classes
from harness.training.seeds import Seed
from tests.builders.runs import (
    EPOCHS,
    OUTPUTS,
    PROTOCOL,
    ROWS,
    SEEDS,
    array_shapes,
    arrays_of,
    random_runs,
    runs_with_one_value,
)

SHAPES = array_shapes(PROTOCOL)
CURVES = ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "weight_norm")


def small(**changed: object) -> Runs:
    """Build runs of one array of each kind, some of them changed."""
    kinds = {
        "curves": {"loss": np.ones((2, 3))},
        "scalars": {"score": np.ones(2)},
        "outputs": {"table": np.ones((2, 4, 5))},
    }
    return Runs(PROTOCOL, SEEDS, **{**kinds, **changed})  # type: ignore[arg-type]


# Shapes


@pytest.mark.parametrize("name", SHAPES)
def test_an_array_of_another_length_is_refused(name: str) -> None:
    """No array may hold another number of runs than there are seeds."""
    with pytest.raises(ValueError, match=f"^{name} has shape "):
        random_runs(**{name: np.zeros((3, *SHAPES[name]))})


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"curves": {"loss": np.zeros(2)}}, "loss has shape (2,); curves of 2 seeds have shape (2, steps)"),
        (
            {"curves": {"loss": np.zeros((2, 3, 1))}},
            "loss has shape (2, 3, 1); curves of 2 seeds have shape (2, steps)",
        ),
        ({"scalars": {"score": np.zeros((2, 1))}}, "score has shape (2, 1); scalars of 2 seeds have shape (2,)"),
        ({"scalars": {"score": 1.0}}, "score has shape (); scalars of 2 seeds have shape (2,)"),
        ({"outputs": {"table": np.zeros((5, 2))}}, "table has shape (5, 2); outputs of 2 seeds have shape (2, ...)"),
        ({"scalars": {"loss": np.zeros(2)}}, "two arrays have one name among: loss, loss, table"),
    ],
)
def test_a_wrong_shape_is_one_sentence(changed: dict[str, object], sentence: str) -> None:
    """With the array, its shape and the shape it should have."""
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        small(**changed)


def test_curves_may_have_steps_of_their_own() -> None:
    """An accuracy may be taken more rarely than a loss."""
    runs = small(curves={"loss": np.ones((2, 300)), "accuracy": np.ones((2, 3))})
    assert (runs.loss.shape, runs.accuracy.shape) == ((2, 300), (2, 3))


def test_no_seed_counts_twice() -> None:
    """A run that is there twice would make evidence of nothing."""
    with pytest.raises(ValueError, match=r"^1 of 2 seeds stand twice: no seed counts twice$"):
        Runs(PROTOCOL, (Seed(1, 1), Seed(1, 1)), {}, {}, {})


# Metrics by name


def test_a_metric_is_found_by_its_name() -> None:
    """Of any kind; of a curve also its last step."""
    runs = random_runs()
    for _, name, array in runs.arrays():
        assert getattr(runs, name) is array
    np.testing.assert_array_equal(runs.final_test_loss, [runs.test_loss[0, 3], runs.test_loss[1, 3]])
    np.testing.assert_array_equal(runs.final_test_accuracy, [runs.test_accuracy[0, 3], runs.test_accuracy[1, 3]])
    np.testing.assert_array_equal(runs.final_weight_norm, runs.weight_norm[:, -1])


@pytest.mark.parametrize("name", ["f1", "final_f1", "final_score", "final_table"])
def test_a_metric_that_is_missing_names_those_that_are_there(name: str) -> None:
    """In one sentence; what is no curve has no last step."""
    with pytest.raises(AttributeError) as caught:
        getattr(small(), name)
    assert str(caught.value) == (
        f"runs of torch have no metric {name!r}; there are: loss, score, table; of a curve final_... is the last step"
    )


def test_copies_are_whole() -> None:
    """Nothing is looked up before there is anything."""
    for made in (copy(small()), deepcopy(small().curves["loss"])):
        assert made is not None


# Read-only


@pytest.mark.parametrize("name", SHAPES)
def test_arrays_are_read_only(name: str) -> None:
    """Neither an array nor an element of it can be replaced: claims share one copy of the runs."""
    runs = random_runs()
    with pytest.raises(ValueError, match="read-only"):
        getattr(runs, name)[0] = 0
    with pytest.raises(FrozenInstanceError):
        setattr(runs, name, np.zeros(2))
    for arrays in (runs.curves, runs.scalars, runs.outputs):
        with pytest.raises(TypeError):
            arrays[name] = np.zeros(2)  # type: ignore[index]


# Divergence


def test_finite_runs_did_not_diverge() -> None:
    """Nor do outputs that are not finite, or a time that was not taken, make a divergence."""
    runs = random_runs(test_predictions=np.full((2, ROWS, OUTPUTS), np.nan), **{SECONDS: np.full(2, np.nan)})
    np.testing.assert_array_equal(runs.diverged, [False, False])


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("epoch", [0, EPOCHS - 1])
def test_one_value_that_is_not_finite_is_a_divergence(name: str, value: float, epoch: int) -> None:
    """A curve that is not finite at any epoch marks its run, and no other, as diverged."""
    np.testing.assert_array_equal(runs_with_one_value(name, (1, epoch), value).diverged, [False, True])


def test_a_scalar_that_is_not_finite_is_a_divergence() -> None:
    """Of its run."""
    np.testing.assert_array_equal(small(scalars={"score": np.array([np.inf, 1.0])}).diverged, [True, False])


# Predicted classes


def test_the_most_probable_class_is_predicted() -> None:
    """The predicted class is the one with the largest probability."""
    predictions = np.zeros((2, ROWS, OUTPUTS))
    predictions[0, :, 2] = predictions[1, :, 1] = 0.9
    classes = predicted_classes(random_runs(test_predictions=predictions))
    np.testing.assert_array_equal(classes, [[2] * ROWS, [1] * ROWS])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_no_class_is_predicted_from_values_that_are_not_finite(value: float) -> None:
    """A row with a prediction that is not finite has class -1, never a class that it could have by accident."""
    predictions = np.zeros((2, ROWS, OUTPUTS))
    predictions[1, 2, 1] = value
    classes = predicted_classes(random_runs(test_predictions=predictions))
    np.testing.assert_array_equal(classes, [[0] * ROWS, [0, 0, -1, 0, 0]])


def test_a_diverged_run_predicts_no_class() -> None:
    """A run whose loss was not finite at some epoch predicts nothing, even if its last outputs are numbers."""
    classes = predicted_classes(runs_with_one_value("test_loss", (1, 0), np.nan))
    assert (classes[0] >= 0).all()
    np.testing.assert_array_equal(classes[1], [-1] * ROWS)


# Joining and choosing


def test_joined_runs_keep_order_and_values() -> None:
    """Runs are joined along the seeds, in the order given."""
    first, second = random_runs(), random_runs((Seed(7, 8),))
    joined = concatenate([second, first])
    assert joined.seeds == (Seed(7, 8), Seed(0, 0), Seed(1, 1))
    assert joined.config == PROTOCOL
    for name, array in arrays_of(joined).items():
        np.testing.assert_array_equal(array[:1], arrays_of(second)[name])
        np.testing.assert_array_equal(array[1:], arrays_of(first)[name])
        assert array.dtype == arrays_of(first)[name].dtype


def test_the_first_runs_keep_their_values() -> None:
    """The first runs of a block are those runs, unchanged; there are no more than there are."""
    runs = random_runs((Seed(0, 0), Seed(1, 1), Seed(2, 2)))
    first = runs.first(2)
    assert first.seeds == runs.seeds[:2]
    for name, array in arrays_of(first).items():
        np.testing.assert_array_equal(array, arrays_of(runs)[name][:2])
    assert runs.first(9).seeds == runs.seeds


def test_runs_are_chosen_by_their_places() -> None:
    """In the order of the places."""
    runs = random_runs((Seed(0, 0), Seed(1, 1), Seed(2, 2)))
    chosen = runs.at(np.array([2, 0]))
    assert chosen.seeds == (Seed(2, 2), Seed(0, 0))
    for name, array in arrays_of(chosen).items():
        np.testing.assert_array_equal(array, arrays_of(runs)[name][[2, 0]])


def test_runs_of_two_configs_are_not_joined() -> None:
    """Only runs of one config can be joined."""
    other = random_runs(config=PROTOCOL.changed(batch_size=1))
    with pytest.raises(ValueError, match=r"^runs of 2 configs cannot be joined$"):
        concatenate([random_runs(), other])


def test_runs_with_other_metrics_are_not_joined() -> None:
    """A metric that only some have would be there for some seeds only."""
    with pytest.raises(ValueError, match=r"^runs of torch\(.*\) do not all have the same metrics$"):
        concatenate([small(), Runs(PROTOCOL, (Seed(7, 7),), {}, {}, {})])


def test_no_runs_are_not_joined() -> None:
    """Joining nothing is an error, not an empty result."""
    with pytest.raises(ValueError, match=r"^runs of 0 configs cannot be joined$"):
        concatenate([])


def test_a_curve_that_ends_earlier_keeps_its_last_value() -> None:
    """As the model does that stopped early; what else is joined has to have one shape."""
    short = Runs(PROTOCOL, SEEDS[:1], {"loss": np.array([[3.0, 2.0]])}, {}, {})
    long = Runs(PROTOCOL, SEEDS[1:], {"loss": np.array([[3.0, 2.5, 1.0, 0.5]])}, {}, {})
    both = concatenate([short, long])
    assert both.loss.tolist() == [[3.0, 2.0, 2.0, 2.0], [3.0, 2.5, 1.0, 0.5]]
    assert both.final_loss.tolist() == [2.0, 0.5]


def test_a_diverged_curve_that_ends_earlier_stays_diverged() -> None:
    """Its last value is no number."""
    short = Runs(PROTOCOL, SEEDS[:1], {"loss": np.array([[3.0, np.nan]])}, {}, {})
    long = Runs(PROTOCOL, SEEDS[1:], {"loss": np.ones((1, 4))}, {}, {})
    assert concatenate([short, long]).diverged.tolist() == [True, False]


def test_notes_go_along() -> None:
    """Each once, whoever has it."""
    parts = [replace(small().at(np.array([place])), note=note) for place, note in enumerate(("one", "one"))]
    assert concatenate(parts).note == "one"
    assert concatenate([parts[0], replace(parts[1], note="other")]).note == "one; other"
    assert concatenate([parts[0], replace(parts[1], note="")]).first(1).note == "one"
    assert small().note == ""


def of_seeds(*numbers: int) -> Runs:
    """Build runs of some seeds, each with its number as score."""
    seeds = tuple(Seed(number, number) for number in numbers)
    return Runs(PROTOCOL, seeds, {}, {"score": np.array(numbers, dtype=float)}, {})


def test_only_runs_of_one_seed_are_a_pair() -> None:
    """Whatever their places; the others are left out."""
    first, second = paired(of_seeds(3, 1, 2), of_seeds(2, 5, 3))
    assert first.seeds == second.seeds == (Seed(2, 2), Seed(3, 3))
    assert first.score.tolist() == second.score.tolist() == [2.0, 3.0]


def test_runs_without_seeds_in_common_are_no_pairs() -> None:
    """It is said what compares them."""
    with pytest.raises(ValueError, match=r"^1 of 3 and 2 seeds are the same: these runs are no pairs; compare "):
        paired(of_seeds(1, 2, 3), of_seeds(3, 4))
