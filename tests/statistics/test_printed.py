import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.special import logsumexp

from harness.statistics.estimate import Reported
from harness.statistics.printed import (
    batch_averages,
    floor_of_cross_entropy,
    loss_of_saturated_outputs,
    most_classes,
    possible_counts,
    rows_that_allow,
)

CLASSES = st.integers(2, 50)


def printed(text: str) -> Reported:
    """Build a number from its decimals: "0.50" has a half unit of 0.005."""
    return Reported(float(text), 0.5 * 10.0 ** -len(text.partition(".")[2]))


def cross_entropy_of_logits(logits: list[float], right: int) -> float:
    """Return the cross-entropy of one row, softmax applied once, with SciPy's arithmetic."""
    return float(logsumexp(logits) - logits[right])


# Softmax applied twice


@pytest.mark.parametrize(("classes", "floor"), [(2, 0.3133), (3, 0.5514), (4, 0.7437), (5, 0.9048)])
def test_floors_by_hand(classes: int, floor: float) -> None:
    """The floor is -ln(e / (e + K - 1)), with e = 2.7183."""
    assert floor_of_cross_entropy(classes) == pytest.approx(floor, abs=5e-5)


@given(CLASSES)
def test_the_floor_is_the_loss_of_a_perfect_answer(classes: int) -> None:
    """Taken for logits, an output of 1 for the right class and 0 for the others has the floor as its loss."""
    perfect = [1.0] + [0.0] * (classes - 1)
    assert floor_of_cross_entropy(classes) == pytest.approx(cross_entropy_of_logits(perfect, 0), rel=1e-12)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=20).filter(lambda weights: sum(weights) > 0.01))
def test_no_probabilities_go_below_the_floor(weights: list[float]) -> None:
    """Whatever the softmax outputs are, taken for logits their loss is at least the floor and at most 1 above it."""
    probabilities = [weight / sum(weights) for weight in weights]
    floor = floor_of_cross_entropy(len(weights))
    assert floor - 1e-12 <= cross_entropy_of_logits(probabilities, 0) <= floor + 1 + 1e-12


@given(CLASSES)
def test_saturated_and_all_right_is_the_floor(classes: int) -> None:
    """Outputs of 0 and 1 that are always right reach the floor, exactly."""
    assert loss_of_saturated_outputs(1.0, classes) == floor_of_cross_entropy(classes)


@given(CLASSES, st.integers(0, 40), st.integers(0, 40))
def test_saturated_loss_is_the_mean_over_rows(classes: int, right: int, wrong: int) -> None:
    """With outputs of 0 and 1, the loss of an accuracy is the mean over right and wrong rows in that proportion."""
    rows = right + wrong or 1
    output = [1.0] + [0.0] * (classes - 1)
    losses = [cross_entropy_of_logits(output, 0)] * (rows - wrong) + [cross_entropy_of_logits(output, 1)] * wrong
    assert loss_of_saturated_outputs((rows - wrong) / rows, classes) == pytest.approx(np.mean(losses), rel=1e-12)


def test_saturated_half_right_of_three() -> None:
    """Half of the rows right, three classes: 0.5514 and half of 1."""
    assert loss_of_saturated_outputs(0.5, 3) == pytest.approx(1.0514, abs=5e-5)


@pytest.mark.parametrize("classes", [1, 0, -3])
def test_fewer_than_two_classes_are_refused(classes: int) -> None:
    """One class has nothing to be wrong about; the message names the number."""
    with pytest.raises(ValueError, match=f"^{classes} classes; a classification has at least 2$"):
        floor_of_cross_entropy(classes)
    with pytest.raises(ValueError, match=f"^{classes} classes"):
        loss_of_saturated_outputs(0.5, classes)


@pytest.mark.parametrize("accuracy", [-0.01, 1.01, 99.0, math.nan])
def test_what_is_no_proportion_is_no_accuracy(accuracy: float) -> None:
    """An accuracy in percent, or none at all, is refused."""
    with pytest.raises(ValueError, match="a proportion lies between 0 and 1"):
        loss_of_saturated_outputs(accuracy, 3)


@pytest.mark.parametrize(
    ("loss", "classes"),
    [
        ("0.57", 3),
        ("0.74", 4),  # the floor of four classes is 0.7437
        ("0.73", 3),
        ("0.55", 3),  # 0.5514 is printed so
        ("0.54", 2),
        ("0.551", 3),
        ("0.550", 2),
        ("0.31", 2),
        ("0.30", 1),
        ("0.00", 1),
        ("1.08", 6),  # 1 + e (exp(1.085) - 1) = 6.3
    ],
)
def test_most_classes_by_hand(loss: str, classes: int) -> None:
    """A printed loss allows the classes whose floor is no more than half a unit above it; without any, one."""
    assert most_classes(printed(loss)) == classes


@given(st.floats(0, 12), st.sampled_from([0.0, 0.005, 0.05, 0.5]))
@example(0.0, 0.0)
def test_most_classes_is_where_the_floor_passes_the_loss(value: float, half_unit: float) -> None:
    """The floor of that many classes is not above what the loss may have been, and that of one more is."""
    most = most_classes(Reported(value, half_unit))
    assert most == 1 or floor_of_cross_entropy(most) <= value + half_unit + 1e-11
    assert floor_of_cross_entropy(most + 1) > value + half_unit - 1e-11


@given(st.integers(2, 10**6))
def test_a_loss_at_the_floor_allows_its_classes(classes: int) -> None:
    """Without rounding, the floor of K classes allows exactly K."""
    assert most_classes(Reported(floor_of_cross_entropy(classes), 0.0)) == classes


def test_a_negative_loss_allows_no_classes() -> None:
    """No cross-entropy is below zero, so none could reach it."""
    assert most_classes(printed("-3.20")) == 1


@pytest.mark.parametrize("value", [math.inf, math.nan])
def test_a_loss_that_is_not_finite_bounds_nothing(value: float) -> None:
    """A diverged loss is refused in one sentence."""
    with pytest.raises(ValueError, match=f"^the loss is {value}; only a finite one bounds"):
        most_classes(Reported(value, 0.005))


# Proportions of whole rows


@pytest.mark.parametrize(
    ("proportion", "rows", "counts"),
    [
        ("0.93", 49, []),  # the mean 5.93 of 49 answers, The Economist, 18 June 2016: 45 / 49 = 0.92, 46 / 49 = 0.94
        ("0.92", 49, [45]),
        ("0.94", 49, [46]),
        ("0.48", 20, []),  # twentieths end in 0 or 5
        ("0.99", 100, [99]),
        ("0.99", 67, [66]),
        ("0.99", 66, []),  # 65 / 66 = 0.9848
        ("0.50", 99, []),  # 49 / 99 = 0.49, 50 / 99 = 0.51
        ("0.50", 101, [50, 51]),
        ("1.00", 100, [100]),
        ("1.00", 300, [299, 300]),
        ("0.00", 1, [0]),
        ("1.00", 1, [1]),
        ("1.20", 50, []),  # no proportion
        ("-0.10", 50, []),
        ("0.5", 10, [5]),
        ("1", 3, [2, 3]),
    ],
)
def test_counts_by_hand(proportion: str, rows: int, counts: list[int]) -> None:
    """Possible are the whole numbers of rows whose proportion has the printed decimals."""
    found = possible_counts(printed(proportion), rows)
    assert found.tolist() == counts
    assert found.dtype == np.int64


@pytest.mark.parametrize(("proportion", "count"), [("0.12", 1), ("0.13", 1), ("0.37", 3), ("0.38", 3)])
def test_a_half_rounds_either_way(proportion: str, count: int) -> None:
    """1 / 8 = 0.125 may be printed 0.12 or 0.13, and 3 / 8 either way too, whatever the binary forms are."""
    assert possible_counts(printed(proportion), 8).tolist() == [count]


@given(st.data(), st.integers(1, 2000), st.integers(1, 4))
def test_what_was_rounded_is_possible(data: st.DataObject, rows: int, decimals: int) -> None:
    """A proportion of any number of rows, rounded to any decimals, is possible, and that number is a count."""
    count = data.draw(st.integers(0, rows))
    proportion = Reported(round(count / rows, decimals), 0.5 * 10.0**-decimals)
    assert count in possible_counts(proportion, rows)


@given(st.integers(0, 100), st.integers(1, 400))
def test_possible_counts_are_those_of_exact_fractions(hundredths: int, rows: int) -> None:
    """In exact fractions, the counts are those whose proportion is within half a hundredth of the printed one."""
    proportion = Fraction(hundredths, 100)
    exact = [k for k in range(rows + 1) if abs(Fraction(k, rows) - proportion) <= Fraction(1, 200)]
    assert possible_counts(Reported(hundredths / 100, 0.005), rows).tolist() == exact


@pytest.mark.parametrize("rows", [0, -1])
def test_no_rows_are_refused(rows: int) -> None:
    """A proportion of nothing is refused, by name, wherever a number of rows is given."""
    for refused in (lambda: possible_counts(printed("0.5"), rows), lambda: batch_averages(printed("0.5"), rows, 4)):
        with pytest.raises(ValueError, match=f"^rows is {rows}; give at least 1$"):
            refused()
    with pytest.raises(ValueError, match=f"^up_to is {rows}; give at least 1$"):
        rows_that_allow([printed("0.5")], rows)
    with pytest.raises(ValueError, match=f"^batch_size is {rows}; give at least 1$"):
        batch_averages(printed("0.5"), 10, rows)


def test_sizes_that_allow_the_accuracies() -> None:
    """0.50, 0.99 and 1.00 to two decimals need an even number of rows from 68 on, or any from 100 on."""
    expected = [*range(68, 100, 2), *range(100, 501)]
    assert rows_that_allow([printed("0.50"), printed("0.99"), printed("1.00")], 500).tolist() == expected
    assert rows_that_allow([printed("0.50"), printed("0.99")], 500).tolist() == expected


def test_sizes_that_allow_one_share() -> None:
    """0.99 alone needs 67 rows, since one of 66 is more than a hundredth and a half; 0.50 two, and not 3 to 99 odd."""
    assert rows_that_allow([printed("0.99")], 200).tolist() == list(range(67, 201))
    assert rows_that_allow([printed("0.50")], 104).tolist() == [*range(2, 100, 2), *range(100, 105)]


def test_no_proportions_allow_every_size() -> None:
    """Where nothing is printed, nothing is excluded; and where nothing is possible, the result is empty."""
    assert rows_that_allow([], 4).tolist() == [1, 2, 3, 4]
    nothing = rows_that_allow([printed("1.20")], 9)
    assert nothing.tolist() == []
    assert nothing.dtype == np.int64


@given(st.lists(st.integers(0, 100), min_size=1, max_size=3), st.integers(1, 150))
def test_sizes_are_those_with_a_count_for_each_share(hundredths: list[int], up_to: int) -> None:
    """A size is listed exactly if each proportion is the rounding of some whole number of its rows."""
    proportions = [Reported(number / 100, 0.005) for number in hundredths]
    sizes = rows_that_allow(proportions, up_to).tolist()
    for rows in range(1, up_to + 1):
        nearest = [min(abs(Fraction(k, rows) - Fraction(h, 100)) for k in range(rows + 1)) for h in hundredths]
        assert (rows in sizes) == (max(nearest) <= Fraction(1, 200))


# Means over batches


@pytest.mark.parametrize(
    ("proportion", "rows", "batch_size", "possible"),
    [
        ("0.06", 10, 8, True),  # one row of the first batch: (1 / 8 + 0 / 2) / 2 = 0.0625; tenths have no 0.06
        ("0.1", 10, 8, True),
        ("0.10", 10, 8, False),  # 1 / 16 = 0.06, then 2 / 16 = 0.125
        ("0.12", 10, 8, True),
        ("0.13", 10, 8, True),
        ("0.25", 10, 8, True),  # one row of the last batch
        ("1.00", 10, 8, True),
        ("0.99", 10, 8, False),
        ("0.99", 100, 16, True),  # (95 / 16 + 1) / 7 = 0.991
        ("0.99", 40, 32, False),  # a row of the full batch is 1 / 64, one of the last 1 / 16
        ("0.98", 40, 32, True),
        ("0.47", 9, 5, True),  # (1 / 5 + 3 / 4) / 2 = 0.475, which is printed either way
        ("0.48", 9, 5, True),
        ("1.10", 10, 8, False),
    ],
)
def test_batch_averages_by_hand(proportion: str, rows: int, batch_size: int, possible: bool) -> None:
    """A proportion can be a mean over batches if hits in full batches and in the last one can be found for it."""
    assert batch_averages(printed(proportion), rows, batch_size) is possible


@given(st.integers(1, 10), st.integers(1, 12), st.integers(-5, 105))
def test_batch_averages_are_those_of_all_outcomes(rows: int, batch_size: int, hundredths: int) -> None:
    """With few rows, the answer is that of going through all numbers of hits in every batch, in exact fractions."""
    sizes = [min(batch_size, rows - start) for start in range(0, rows, batch_size)]
    proportion, half = Fraction(hundredths, 100), Fraction(1, 200)
    outcomes = itertools.product(*(range(size + 1) for size in sizes))
    means = {sum(map(Fraction, hits, sizes), Fraction(0)) / len(sizes) for hits in outcomes}
    expected = any(abs(mean - proportion) <= half for mean in means)
    assert batch_averages(Reported(hundredths / 100, 0.005), rows, batch_size) is expected


@given(st.integers(1, 12), st.integers(1, 30), st.integers(0, 100))
def test_equal_batches_average_to_a_proportion_of_rows(batches: int, batch_size: int, hundredths: int) -> None:
    """Where the batch size divides the rows, or one batch holds all, the mean over batches is a plain proportion."""
    proportion, rows = Reported(hundredths / 100, 0.005), batches * batch_size
    plain = len(possible_counts(proportion, rows)) > 0
    assert batch_averages(proportion, rows, batch_size) is plain
    assert batch_averages(proportion, rows, rows + batch_size) is plain
