import pytest

from benchmarks.determinism import CONDITIONS, broken, compared, page, process, sample, seeds_of, table
from harness.training.dense.fields import task_of
from harness.training.runs import Runs
from harness.training.seeds import Seed, seed_blocks
from tests.builders.runs import arrays_of, random_runs, runs_with_one_value

SAME = {"torch-a": [], "keras-b": []}
DIFFERS = {"torch-a": [], "keras-b": ["train_loss by up to 1e-07", "weight_norm by up to 2e-07"]}


def test_the_sample_has_both_frameworks_and_tasks() -> None:
    """And what is trained is a whole block, as in a session, but where the size of the block is the question."""
    assert {(one.trainer, task_of(one)) for one in sample().values()} == {
        (framework, task) for framework in ("keras", "torch") for task in ("classification", "regression")
    }
    assert seeds_of("first") == seed_blocks(1, 20)[0]
    assert seeds_of("half") == seed_blocks(1, 20)[0][: len(seeds_of("first")) // 2]


def test_seeds_that_both_have_are_compared_bit_for_bit() -> None:
    """Of a block half as large, its own seeds; a last bit is a difference, the seconds are none."""
    assert compared(random_runs(), random_runs(seeds=(Seed(0, 0),), **_first_of(random_runs()))) == []
    assert [one.split()[0] for one in compared(random_runs(), runs_with_one_value("test_loss", (1, 2), 0.5))] == [
        "test_loss"
    ]
    assert compared(random_runs(), random_runs(seconds=random_runs().seconds + 1)) == []


def _first_of(runs: Runs) -> dict[str, object]:
    return {name: array[:1].copy() for name, array in arrays_of(runs).items()}


def test_the_table_says_which_cells_differ() -> None:
    """The first array with how far it is off, and how many there are."""
    lines = table({"again": SAME, "two": DIFFERS})
    assert lines[0] == "| trained | torch-a | keras-b |"
    assert lines[2:] == [
        "| again in the same process | same bits | same bits |",
        "| two threads in fact | same bits | **differs**: train_loss by up to 1e-07, 2 arrays in all |",
    ]


@pytest.mark.parametrize(("condition", "fails"), [(name, one.relied_on) for name, one in CONDITIONS.items()])
def test_a_difference_fails_the_audit_where_the_harness_relies_on_the_same_bits(condition: str, fails: bool) -> None:
    """Not for two threads, or for another block: there it is only told."""
    found = {**dict.fromkeys(CONDITIONS, SAME), condition: DIFFERS}
    assert bool(broken(found)) == fails
    text = "\n".join(page(found, 1.0))
    assert ("Bits differ where the harness relies on them:" in text) == fails
    assert ("gives the same bits: in one process or another" in text) != fails


def test_a_process_that_fails_ends_the_audit(tmp_path: object) -> None:
    """Nothing is said of what was not trained."""
    from benchmarks.determinism import finish

    with pytest.raises(SystemExit, match="a process ended with status 2: nothing can be said"):
        finish(process(tmp_path, "first", "--no-such-option"))  # type: ignore[arg-type]
