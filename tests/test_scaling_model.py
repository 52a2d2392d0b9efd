"""The model of many workers, where its answer is known."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.scaling import lengths_table, model_table, pairs_table
from benchmarks.scaling_model import Costs, efficiency, makespan, suggested

FREE = Costs(start=1.0, seed=0.5, serial=0.0, travel=0.0, spread=(1.0,))


def probability() -> np.random.Generator:
    """Return the same probability every time."""
    return np.random.default_rng(0)


@pytest.mark.parametrize(("workers", "seconds"), [(1, 1100.0), (10, 110.0), (100, 11.0), (1000, 11.0)])
def test_without_overheads_workers_divide_the_work(workers: int, seconds: float) -> None:
    """100 blocks of 20 seeds, 11 s each; more workers than blocks bring no more."""
    assert makespan(FREE, 2000, 20, workers, probability()) == pytest.approx(seconds)


def test_whoever_hands_out_bounds_what_many_workers_bring() -> None:
    """At 50 ms a block, 100 blocks take 5 s, however short they are and however many take part."""
    costs = replace(FREE, start=0.001, seed=0.0, serial=0.05)
    assert makespan(costs, 2000, 20, 1000, probability()) == pytest.approx(5.0, rel=0.01)


def test_no_simulation_beats_its_bounds() -> None:
    """Neither the serial part, nor the workers' time, nor the longest block."""
    costs = Costs(start=0.2, seed=0.01, serial=0.004, travel=0.005, spread=(0.5, 1.0, 1.5))
    for workers in (1, 7, 60, 500):
        for seeds in (5, 20, 80):
            count, mean = 4000 // seeds, costs.block(seeds)
            span = makespan(costs, 4000, seeds, workers, probability())
            assert span > 0.999 * max(count * costs.serial, count * mean / workers, 1.4 * mean)
            assert span <= count * costs.serial + count * mean / workers + 2 * mean + 1
            assert 0 < efficiency(costs, 4000, seeds, workers, probability()) <= 1


def test_small_blocks_are_suggested_where_there_are_few_runs_and_large_ones_where_handing_out_is_slow() -> None:
    """With as many workers as runs, each trains one small block; with one worker the start counts."""
    even = replace(FREE, start=0.0)
    assert suggested(even, 400, 80, probability()) == 5
    assert suggested(FREE, 400, 1, probability()) == 80
    assert suggested(replace(even, serial=10.0), 400, 80, probability()) == 80


def test_the_tables_have_a_row_for_each_number_of_workers() -> None:
    """And are tables."""
    costs = replace(FREE, serial=0.001)
    for table, rows in ((model_table(costs), 5), (lengths_table(costs), 3)):
        assert len(table) == 2 + rows
        assert {line.count("|") for line in table} == {table[0].count("|")}


def test_pairs_show_what_the_machine_did_and_what_handing_out_costs() -> None:
    """Two workers that are slowed down by others train all the time, and are not twice as fast."""
    *_, row, _, said = pairs_table([{1: (10.0, 9.5), 2: (8.0, 15.2)}], 20)
    assert row == "| 1 | 10.0 s | 95% | 8.0 s | 95% | 0.62 |"
    assert said == (
        "20 blocks of 20 seeds; medians: efficiency 0.62; one worker trained during 95% of the time, two during 95%."
    )
