"""The spread over splits and the spread over trainings are told apart."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.execution.engine import Block, open_store
from harness.execution.engine import train as engine_train
from harness.judging.claim import Claim
from harness.reconstruction.spread import SEEDS, spread_over, spreads_of_facts
from harness.report.folder import open_folder
from harness.statistics.draws import plausible_draw
from harness.training.seeds import TRAININGS_PER_SPLIT, seed_blocks


def crossed(splits: float, trainings: float, repetitions: int) -> list[tuple[float, float]]:
    """Return estimates from samples whose two standard deviations are known."""
    generator = np.random.default_rng(0)
    found = []
    for _ in range(repetitions):
        of_splits = generator.normal(0, splits, SEEDS // TRAININGS_PER_SPLIT)
        sample = np.repeat(of_splits, TRAININGS_PER_SPLIT) + generator.normal(0, trainings, SEEDS)
        spread = spread_over(sample)
        found.append((spread.splits**2, spread.trainings**2))
    return found


@pytest.mark.parametrize(("splits", "trainings"), [(3.0, 1.0), (1.0, 1.0), (1.0, 0.1)])
def test_both_variances_are_found_on_average(splits: float, trainings: float) -> None:
    """Over many samples the mean of each estimated variance is the true one, where noise puts none below zero."""
    means = np.mean(crossed(splits, trainings, 4000), axis=0)
    assert means == pytest.approx([splits**2, trainings**2], rel=0.08)


def test_splits_that_do_not_matter_get_almost_nothing() -> None:
    """With no variance between splits, what is found for them is a small part of that of the trainings."""
    splits, trainings = np.mean(crossed(0.0, 1.0, 2000), axis=0)
    assert splits < 0.15
    assert trainings == pytest.approx(1.0, rel=0.05)


@given(
    st.lists(st.integers(-100, 100), min_size=SEEDS, max_size=SEEDS),
    st.integers(-50, 50),
    st.integers(1, 9),
)
def test_a_shift_changes_nothing_and_a_scale_scales(sample: list[int], shift: int, scale: int) -> None:
    """Both spreads are in the unit of the sample."""
    spread, moved = spread_over(sample), spread_over(scale * np.array(sample) + shift)
    assert moved.splits == pytest.approx(scale * spread.splits, abs=1e-6)
    assert moved.trainings == pytest.approx(scale * spread.trainings, abs=1e-6)


@pytest.mark.parametrize("count", [0, 4, 7, 19])
def test_half_a_group_is_refused(count: int) -> None:
    """A sample that is not made of whole groups over two splits or more has no spread over splits."""
    with pytest.raises(ValueError, match="crossed sample"):
        spread_over(np.zeros(count))


def test_crossed_seeds_stand_in_groups_of_one_split() -> None:
    """The groups that the estimate takes for splits are those of the seeds."""
    (block,) = seed_blocks(SEEDS, 20, "crossed")
    assert [seed.split for seed in block] == [number // TRAININGS_PER_SPLIT for number in range(SEEDS)]
    assert len(set(block)) == SEEDS


def test_each_reported_number_gets_its_spreads(small_report: Path, tmp_path: Path) -> None:
    """A claim that compares a reported number is trained over crossed seeds; one that does not is left out."""
    folder = open_folder(small_report)
    finding, reading = folder.register.find("speed.faster", "ratio", "here")

    def number(evidence, judge, reported):
        judge(plausible_draw(reported["ratio"], evidence(activation="relu").final_test_loss, "test loss"))

    def broken(evidence, judge):
        raise ValueError("no positive numbers")

    claims = [Claim("number", number, {}, finding, reading), Claim("broken", broken, {}, finding, reading)]
    store, trained = open_store(tmp_path / "store"), []

    def train(blocks: list[Block]) -> None:
        for block in blocks:
            trained.append(block)
            store.save(engine_train(*block))

    (found,) = spreads_of_facts(claims, folder.grid, next(iter(folder.grid.reconstruction)), store, train)
    assert [seeds for _, seeds in trained] == seed_blocks(SEEDS, 20, "crossed")
    assert (found.test, found.label, found.reported) == ("number", "test loss", 0.5)
    assert found.splits > 0 or found.trainings > 0
