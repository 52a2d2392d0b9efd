import itertools
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.base.errors import HarnessError, StoreWarning
from harness.data import registry, splitting
from harness.data.splitting import Split
from harness.execution import engine
from harness.storage.store import Store
from harness.training.config import TrainingConfig
from harness.training.dense.trainers import TRAINING_VERSION
from harness.training.runs import Runs
from harness.training.seeds import Seed, seed_blocks
from tests.builders.configs import small_config, trained_by
from tests.builders.runs import runs_for
from tests.builders.trainers import train_here_by

ROOT = Path(__file__).parents[2]
PROTOCOL = small_config(hidden_widths=(4,), batch_size=133, epochs=1)


def fake_runs(config: TrainingConfig, splits: Sequence[Split], seeds: Sequence[Seed]) -> Runs:
    """Build the runs of a block without training: their losses tell the seed."""
    curve = np.tile(np.array([[100.0 * seed.split + seed.training] for seed in seeds]), (1, config.epochs))
    rows = len(splits[0].test_rows)
    return runs_for(
        config,
        seeds,
        value=0.0,
        rows=rows,
        train_loss=curve,
        test_loss=curve + 0.5,
        test_targets=np.stack([split.test_target for split in splits]).astype(float),
        test_rows=np.stack([split.test_rows for split in splits]),
        seconds=np.full(len(seeds), time.perf_counter()),
    )


class FakeTrainer:
    """Stands in for the trainers; remembers which blocks it trained, and fails where it is told to."""

    def __init__(self) -> None:
        self.trained: list[tuple[str, int]] = []
        self.failures: dict[int, BaseException] = {}

    def train(self, config: TrainingConfig, splits: Sequence[Split], seeds: Sequence[Seed]) -> Runs:
        """Train a block."""
        first = seeds[0].split
        self.trained.append((config.trainer, first))
        if first in self.failures:
            raise self.failures[first]
        return fake_runs(config, splits, seeds)

    @property
    def blocks(self) -> list[int]:
        """The first seed of each block trained, in order."""
        return [first for _, first in self.trained]


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch) -> FakeTrainer:
    """Replace the trainers of all frameworks."""
    fake = FakeTrainer()
    train_here_by(monkeypatch, fake.train)
    return fake


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Open an empty store."""
    return engine.open_store(tmp_path / "store")


# What is trained


def test_nothing_is_trained_twice(trainer: FakeTrainer, store: Store, tmp_path: Path) -> None:
    """Asking again trains nothing, also through a store opened anew, and gives the same runs."""
    first = engine.runs_of(PROTOCOL, 3, store)
    assert trainer.blocks == [0]
    again = engine.runs_of(PROTOCOL, 3, store)
    anew = engine.runs_of(PROTOCOL, 3, engine.open_store(tmp_path / "store"))
    assert trainer.blocks == [0]
    np.testing.assert_array_equal(first.seconds, again.seconds)
    np.testing.assert_array_equal(first.seconds, anew.seconds)


def test_more_seeds_train_only_further_blocks(trainer: FakeTrainer, store: Store) -> None:
    """Within a block more seeds cost nothing; beyond it only what is missing is trained, and no run changes."""
    few = engine.runs_of(PROTOCOL, 2, store)
    all_of_block = engine.runs_of(PROTOCOL, 20, store)
    assert trainer.blocks == [0]
    more = engine.runs_of(PROTOCOL, 41, store)
    assert trainer.blocks == [0, 20, 40]
    assert [len(runs.seeds) for runs in (few, all_of_block, more)] == [2, 20, 41]
    np.testing.assert_array_equal(more.train_loss[:, 0], 101.0 * np.arange(41))
    np.testing.assert_array_equal(more.train_loss[:2], few.train_loss)
    assert more.seeds == tuple(Seed(number, number) for number in range(41))
    assert (more.test_rows[0] != more.test_rows[1]).any()


@pytest.mark.parametrize(("known", "read"), [(0, 3), (20, 2), (30, 2), (40, 1), (79, 1), (80, 0)])
def test_runs_that_are_known_are_not_read_again(
    trainer: FakeTrainer, store: Store, monkeypatch: pytest.MonkeyPatch, known: int, read: int
) -> None:
    """Only blocks of which a seed is missing are read, and the runs are those of a whole reading."""
    whole = engine.runs_of(PROTOCOL, 80, store)
    loaded: list[tuple[Seed, ...]] = []
    load = Store.load

    def counted(self: Store, config: TrainingConfig, seeds: tuple[Seed, ...]) -> Runs | None:
        loaded.append(seeds)
        return load(self, config, seeds)

    monkeypatch.setattr(Store, "load", counted)
    runs = engine.runs_of(PROTOCOL, 80, store, known=whole.first(known) if known else None)
    assert len(loaded) == read
    assert runs.seeds == whole.seeds
    np.testing.assert_array_equal(runs.test_loss, whole.test_loss)


def test_each_config_is_trained_with_its_framework(trainer: FakeTrainer, store: Store) -> None:
    """Runs of another config are not taken for those asked for."""
    engine.runs_of(PROTOCOL, 1, store)
    runs = engine.runs_of(trained_by("keras", PROTOCOL), 1, store)
    assert trainer.trained == [("torch", 0), ("keras", 0)]
    assert runs.config.trainer == "keras"


def test_missing_blocks_are_those_not_stored_one_framework_after_the_other(trainer: FakeTrainer, store: Store) -> None:
    """What is stored is not missing, what is asked for twice is missing once, and frameworks do not alternate."""
    configs = [trained_by(name, PROTOCOL.changed(epochs=epochs)) for epochs in (1, 2, 3) for name in ("keras", "torch")]
    engine.runs_of(configs[0], 20, store)
    wanted: list[engine.Wanted] = [(config, "many") for config in configs]
    missing = engine.missing_blocks([*wanted, *wanted], 21, store)
    assert len(missing) == len(set(missing)) == 2 * len(configs) - 1
    frameworks = [config.trainer for config, _ in missing]
    assert frameworks == sorted(frameworks)


def test_blocks_of_configs_that_differ_in_numbers_stand_together(trainer: FakeTrainer, store: Store) -> None:
    """As far as they have as many seeds, since what a trainer keeps for one may serve the next."""
    configs = [
        PROTOCOL.changed(activation=activation, learning_rate=rate)
        for rate in (0.1, 0.2, 0.3)
        for activation in ("relu", "tanh", "sigmoid")
    ]
    missing = engine.missing_blocks([(config, "many") for config in configs], 100, store)
    kinds = [(config.activation, len(seeds)) for config, seeds in missing]
    assert len(kinds) > len(set(kinds)) == len(list(itertools.groupby(kinds)))


def test_one_split_is_other_blocks_than_many(trainer: FakeTrainer, store: Store) -> None:
    """A config over one split is trained beside the same config over many, and neither is taken for the other."""
    engine.runs_of(PROTOCOL, 20, store)
    ((_, seeds),) = engine.missing_blocks([(PROTOCOL, "many"), (PROTOCOL, "one")], 20, store)
    assert {seed.split for seed in seeds} == {0}
    assert engine.runs_of(PROTOCOL, 20, store, "one").seeds == seeds


def test_a_damaged_block_is_trained_again(trainer: FakeTrainer, store: Store) -> None:
    """A stored block that is damaged is trained again with a warning, the others are not."""
    engine.runs_of(PROTOCOL, 60, store)
    store.path(PROTOCOL, seed_blocks(60, 20)[1]).write_bytes(b"damaged")
    with pytest.warns(StoreWarning, match="trained again"):
        engine.runs_of(PROTOCOL, 60, store)
    assert trainer.blocks == [0, 20, 40, 20]


def test_a_new_version_of_the_trainers_trains_again(
    trainer: FakeTrainer, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs of another version of the trainers are not used."""
    engine.runs_of(PROTOCOL, 1, store)
    monkeypatch.setattr("harness.training.dense.trainers.TRAINING_VERSION", TRAINING_VERSION + 1)
    engine.runs_of(PROTOCOL, 1, engine.open_store(tmp_path / "store"))
    assert trainer.blocks == [0, 0]


@pytest.mark.parametrize("library", ["torch", "numpy", "scikit-learn"])
def test_a_new_version_of_a_library_trains_again(
    trainer: FakeTrainer, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    """Runs made with another version of a library that determines the result are not used."""
    engine.runs_of(PROTOCOL, 1, store)
    monkeypatch.setattr(
        "harness.training.dense.trainers._version", lambda name: "99" if name == library else version(name)
    )
    engine.runs_of(PROTOCOL, 1, engine.open_store(tmp_path / "store"))
    assert trainer.blocks == [0, 0]


def test_a_block_that_another_process_has_just_finished_is_not_trained(
    trainer: FakeTrainer, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A block that was stored between the first look and the moment the right was obtained is used, not repeated."""
    block = seed_blocks(1, 20)[0]
    splits = [splitting.split(registry.load("wine"), 0.25, "standard", seed.split) for seed in block]
    finished = fake_runs(PROTOCOL, splits, block)
    reserve = store.reserve

    @contextmanager
    def late(config: TrainingConfig, seeds: tuple[Seed, ...], *, wait: bool) -> Iterator[bool]:
        store.save(finished)
        with reserve(config, seeds, wait=wait) as reserved:
            yield reserved

    monkeypatch.setattr(store, "reserve", late)
    runs = engine.runs_of(PROTOCOL, 1, store)
    assert trainer.trained == []
    np.testing.assert_array_equal(runs.seconds, finished.seconds[:1])


# Interrupts and failures


def test_an_interrupt_keeps_what_is_finished(trainer: FakeTrainer, store: Store) -> None:
    """After an interrupt in the second block the first is stored, and only the rest is trained."""
    trainer.failures[20] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        engine.runs_of(PROTOCOL, 60, store)
    assert trainer.blocks == [0, 20]
    trainer.failures.clear()
    engine.runs_of(PROTOCOL, 60, store)
    assert trainer.blocks == [0, 20, 20, 40]


@pytest.mark.parametrize("reason", [RuntimeError("out of cheese"), MemoryError("out of cheese")])
def test_a_failed_training_names_config_and_seeds(trainer: FakeTrainer, store: Store, reason: Exception) -> None:
    """An exception of a trainer becomes a HarnessError with seeds, config and reason, and nothing is stored."""
    trainer.failures[20] = reason
    with pytest.raises(HarnessError) as caught:
        engine.runs_of(PROTOCOL, 21, store)
    assert str(caught.value) == (
        "training failed: seeds Seed(split=20, training=20) to Seed(split=39, training=39), "
        "torch(dataset=wine, test_size=0.25, scaling=standard, hidden_widths=4, activation=relu, optimizer=sgd, "
        "learning_rate=0.1, batch_size=133, epochs=1, loss=cross_entropy): out of cheese"
    )
    assert caught.value.__cause__ is not None
    assert caught.value.__cause__.__cause__ is reason
    first, second = seed_blocks(21, 20)
    assert store.load(PROTOCOL, first) is not None
    assert store.load(PROTOCOL, second) is None


def test_a_failed_training_gives_its_right_back(trainer: FakeTrainer, store: Store) -> None:
    """After a failure the same block can be trained at once, without waiting for anybody."""
    trainer.failures[0] = RuntimeError()
    with pytest.raises(HarnessError):
        engine.runs_of(PROTOCOL, 1, store)
    with store.reserve(PROTOCOL, seed_blocks(1, 20)[0], wait=False) as reserved:
        assert reserved


def test_training_ahead_goes_on_after_a_failure_and_leaves_it_to_the_claim(trainer: FakeTrainer, store: Store) -> None:
    """Of several blocks the one that fails is left out; whoever asks for it meets the error."""
    trainer.failures[20] = RuntimeError("out of cheese")
    done = []
    engine.train_blocks(engine.missing_blocks([(PROTOCOL, "many")], 60, store), store, done.append)
    assert [seeds[0].split for _, seeds in done] == [0, 40]
    with pytest.raises(HarnessError, match="out of cheese"):
        engine.runs_of(PROTOCOL, 60, store)


def test_training_ahead_leaves_out_what_another_process_trains(trainer: FakeTrainer, store: Store) -> None:
    """A block that is reserved elsewhere is neither trained nor waited for."""
    with store.reserve(PROTOCOL, seed_blocks(21, 20)[1], wait=False):
        engine.train_blocks(engine.missing_blocks([(PROTOCOL, "many")], 60, store), store, lambda block: None)
    assert trainer.blocks == [0, 40]


# Several processes

SHARE = """
import sys, time
from pathlib import Path
from tests.execution.test_engine import PROTOCOL, fake_runs
from harness.execution import engine
from harness.data import registry, splitting

def train(config, splits, seeds):
    time.sleep(0.1)
    with open({log!r}, "a") as log:
        log.write(f"{{sys.argv[1]}} {{seeds[0].split}}\\n")
    return fake_runs(config, splits, seeds)

def train_here(config, seeds):
    dataset = registry.load(config.dataset)
    splits = [splitting.split(dataset, config.test_size, config.scaling, seed.split) for seed in seeds]
    return train(config, splits, seeds)

engine.train_there = train_here
import sklearn.model_selection
print("ready", flush=True)
sys.stdin.readline()
store = engine.open_store(Path({folder!r}))
missing = engine.missing_blocks([(PROTOCOL, "many")], 640, store)
engine.train_blocks(missing[::-1] if sys.argv[1] == "b" else missing, store, lambda block: None)
print(engine.runs_of(PROTOCOL, 640, store).seconds.tolist(), flush=True)
"""


def test_processes_share_the_blocks(tmp_path: Path) -> None:
    """Two processes that need the same blocks train each once in all, both train, both get all runs."""
    log = tmp_path / "log"
    program = SHARE.format(log=str(log), folder=str(tmp_path / "store"))
    pipe: Any = subprocess.PIPE
    processes = [
        subprocess.Popen([sys.executable, "-c", program, name], stdin=pipe, stdout=pipe, text=True, cwd=ROOT)
        for name in "ab"
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    results = [process.communicate(timeout=60)[0] for process in processes]
    lines = [line.split() for line in log.read_text().splitlines()]
    assert sorted(int(first) for _, first in lines) == [0, 20, 40, 80, 160, 320, 480]
    assert {name for name, _ in lines} == {"a", "b"}
    assert results[0] == results[1]
    assert results[0].count(",") == 639


# Imports

ASK = """
import sys
from pathlib import Path
from tests.execution.test_engine import PROTOCOL
from harness.execution import engine
engine.runs_of(PROTOCOL, 21, engine.open_store(Path({folder!r})))
print(*sorted({{"torch", "tensorflow", "keras", "sklearn"}} & set(sys.modules)))
"""


@pytest.mark.parametrize("stored", [21, 20])
def test_no_framework_is_imported(trainer: FakeTrainer, store: Store, stored: int) -> None:
    """Neither a framework nor scikit-learn, also where something is missing: another process trains it."""
    engine.runs_of(PROTOCOL, stored, store)
    program = ASK.format(folder=str(store.folder))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == []
