import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness import datasets, engine
from harness.datasets import Split
from harness.errors import HarnessError, StoreWarning
from harness.protocol import Protocol, Seed, seed_block
from harness.runs import Runs
from harness.store import Store
from harness.training import TRAINING_VERSION

PROTOCOL = Protocol(
    framework="torch",
    dataset="wine",
    test_share=0.25,
    scaling="standard",
    hidden_widths=(4,),
    activation="relu",
    optimizer="sgd",
    learning_rate=0.1,
    batch_size=133,
    epochs=1,
    loss="cross_entropy",
)


def fake_run(protocol: Protocol, split: Split, seed: Seed) -> Runs:
    """Build the run of a seed without training: its losses tell the seed."""
    rows, epochs = len(split.test_rows), protocol.epochs
    curve = np.full((1, epochs), 100.0 * seed.split + seed.training)
    return Runs(
        protocol,
        (seed,),
        train_loss=curve,
        test_loss=curve + 0.5,
        train_accuracy=np.zeros((1, epochs)),
        test_accuracy=np.zeros((1, epochs)),
        weight_norm=np.zeros((1, epochs + 1)),
        test_predictions=np.zeros((1, rows, 3)),
        test_targets=split.test_target[None].astype(float),
        test_rows=split.test_rows[None],
        seconds=np.array([time.perf_counter()]),
    )


class FakeTrainer:
    """Stands in for the trainers; remembers what it trained, and fails where it is told to."""

    def __init__(self) -> None:
        self.trained: list[tuple[str, Seed]] = []
        self.failures: dict[Seed, BaseException] = {}

    def of(self, framework: str) -> Callable[[Protocol, Split, Seed], Runs]:
        """Return the trainer of a framework."""

        def train(protocol: Protocol, split: Split, seed: Seed) -> Runs:
            assert protocol.framework == framework
            self.trained.append((framework, seed))
            if seed in self.failures:
                raise self.failures[seed]
            return fake_run(protocol, split, seed)

        return train

    @property
    def seeds(self) -> list[Seed]:
        """The seeds trained, in order."""
        return [seed for _, seed in self.trained]


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch) -> FakeTrainer:
    """Replace the trainers of all frameworks."""
    fake = FakeTrainer()
    monkeypatch.setattr(engine, "reference_trainer", fake.of)
    return fake


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Open an empty store."""
    return engine.open_store(tmp_path / "store")


# What is trained


def test_nothing_is_trained_twice(trainer: FakeTrainer, store: Store, tmp_path: Path) -> None:
    """Asking again trains nothing, also through a store opened anew, and gives the same runs."""
    first = engine.runs_of(PROTOCOL, seed_block(3), store)
    assert trainer.seeds == list(seed_block(3))
    again = engine.runs_of(PROTOCOL, seed_block(3), store)
    anew = engine.runs_of(PROTOCOL, seed_block(3), engine.open_store(tmp_path / "store"))
    assert len(trainer.trained) == 3
    np.testing.assert_array_equal(first.seconds, again.seconds)
    np.testing.assert_array_equal(first.seconds, anew.seconds)


def test_only_what_is_missing_is_trained(trainer: FakeTrainer, store: Store) -> None:
    """A longer block trains only its new seeds."""
    engine.runs_of(PROTOCOL, seed_block(2), store)
    engine.runs_of(PROTOCOL, seed_block(5), store)
    assert trainer.seeds == list(seed_block(5))


def test_each_protocol_is_trained_with_its_framework(trainer: FakeTrainer, store: Store) -> None:
    """Runs of another protocol are not taken for those asked for."""
    engine.runs_of(PROTOCOL, seed_block(1), store)
    runs = engine.runs_of(replace(PROTOCOL, framework="keras"), seed_block(1), store)
    assert trainer.trained == [("torch", Seed(0, 0)), ("keras", Seed(0, 0))]
    assert runs.protocol.framework == "keras"


def test_runs_come_in_the_order_asked_for(trainer: FakeTrainer, store: Store) -> None:
    """The runs stand in the order of the seeds, each with the split of its own seed."""
    engine.runs_of(PROTOCOL, (Seed(2, 1),), store)
    seeds = (Seed(0, 0), Seed(2, 1), Seed(0, 3), Seed(0, 0))
    runs = engine.runs_of(PROTOCOL, seeds, store)
    assert runs.seeds == seeds
    np.testing.assert_array_equal(runs.train_loss[:, 0], [0, 201, 3, 0])
    np.testing.assert_array_equal(runs.test_rows[0], runs.test_rows[2])
    assert (runs.test_rows[0] != runs.test_rows[1]).any()
    assert trainer.seeds == [Seed(2, 1), Seed(0, 0), Seed(0, 3)]


def test_a_damaged_run_is_trained_again(trainer: FakeTrainer, store: Store) -> None:
    """A stored run that is damaged is trained again with a warning, the others are not."""
    engine.runs_of(PROTOCOL, seed_block(3), store)
    store.path(PROTOCOL, (Seed(1, 1),)).write_bytes(b"damaged")
    with pytest.warns(StoreWarning, match="trained again"):
        engine.runs_of(PROTOCOL, seed_block(3), store)
    assert trainer.seeds == [*seed_block(3), Seed(1, 1)]


def test_a_new_version_of_the_trainers_trains_again(
    trainer: FakeTrainer, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs of another version of the trainers are not used."""
    engine.runs_of(PROTOCOL, seed_block(1), store)
    monkeypatch.setattr(engine, "TRAINING_VERSION", TRAINING_VERSION + 1)
    engine.runs_of(PROTOCOL, seed_block(1), engine.open_store(tmp_path / "store"))
    assert trainer.seeds == [Seed(0, 0), Seed(0, 0)]


@pytest.mark.parametrize("library", ["torch", "numpy", "scikit-learn"])
def test_a_new_version_of_a_library_trains_again(
    trainer: FakeTrainer, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    """Runs made with another version of a library that determines the result are not used."""
    engine.runs_of(PROTOCOL, seed_block(1), store)
    monkeypatch.setattr("harness.training.version", lambda name: "99" if name == library else version(name))
    engine.runs_of(PROTOCOL, seed_block(1), engine.open_store(tmp_path / "store"))
    assert trainer.seeds == [Seed(0, 0), Seed(0, 0)]


def test_a_run_that_another_process_has_just_finished_is_not_trained(
    trainer: FakeTrainer, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that was stored between the first look and the moment the right was obtained is used, not repeated."""
    split = datasets.split(datasets.load("wine"), 0.25, "standard", 0)
    finished = fake_run(PROTOCOL, split, Seed(0, 0))
    reserve = store.reserve

    @contextmanager
    def late(protocol: Protocol, seeds: tuple[Seed, ...], *, wait: bool) -> Iterator[bool]:
        store.save(finished)
        with reserve(protocol, seeds, wait=wait) as reserved:
            yield reserved

    monkeypatch.setattr(store, "reserve", late)
    runs = engine.runs_of(PROTOCOL, seed_block(1), store)
    assert trainer.trained == []
    np.testing.assert_array_equal(runs.seconds, finished.seconds)


# Interrupts and failures


def test_an_interrupt_keeps_what_is_finished(trainer: FakeTrainer, store: Store) -> None:
    """After an interrupt in the third training the first two are stored, and only the rest is trained."""
    trainer.failures[Seed(2, 2)] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        engine.runs_of(PROTOCOL, seed_block(5), store)
    assert trainer.seeds == list(seed_block(3))
    trainer.failures.clear()
    trainer.trained.clear()
    engine.runs_of(PROTOCOL, seed_block(5), store)
    assert trainer.seeds == [Seed(2, 2), Seed(3, 3), Seed(4, 4)]


@pytest.mark.parametrize("reason", [RuntimeError("out of cheese"), MemoryError("out of cheese")])
def test_a_failed_training_names_protocol_and_seed(trainer: FakeTrainer, store: Store, reason: Exception) -> None:
    """An exception of a trainer becomes a HarnessError with seed, protocol and reason, and nothing is stored."""
    trainer.failures[Seed(1, 1)] = reason
    with pytest.raises(HarnessError) as caught:
        engine.runs_of(PROTOCOL, seed_block(2), store)
    assert str(caught.value) == (
        "training failed: seed Seed(split=1, training=1), Protocol(framework='torch', dataset='wine', "
        "test_share=0.25, scaling='standard', hidden_widths=(4,), activation='relu', optimizer='sgd', "
        "learning_rate=0.1, batch_size=133, epochs=1, loss='cross_entropy'): out of cheese"
    )
    assert caught.value.__cause__ is reason
    assert store.load(PROTOCOL, (Seed(0, 0),)) is not None
    assert store.load(PROTOCOL, (Seed(1, 1),)) is None


def test_a_failed_training_gives_its_right_back(trainer: FakeTrainer, store: Store) -> None:
    """After a failure the same run can be trained at once, without waiting for anybody."""
    trainer.failures[Seed(0, 0)] = RuntimeError()
    with pytest.raises(HarnessError):
        engine.runs_of(PROTOCOL, seed_block(1), store)
    with store.reserve(PROTOCOL, seed_block(1), wait=False) as reserved:
        assert reserved


# Several processes

SHARE = """
import sys, time
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_engine import PROTOCOL, fake_run
from harness import engine
from harness.protocol import seed_block

def train(protocol, split, seed):
    time.sleep(0.1)
    with open({log!r}, "a") as log:
        log.write(f"{{sys.argv[1]}} {{seed.split}}\\n")
    return fake_run(protocol, split, seed)

engine.reference_trainer = lambda framework: train
import sklearn.model_selection
print("ready", flush=True)
sys.stdin.readline()
runs = engine.runs_of(PROTOCOL, seed_block(8), engine.open_store(Path({folder!r})))
print(runs.seconds.tolist(), flush=True)
"""


def test_processes_share_the_seeds(tmp_path: Path) -> None:
    """Two processes that ask for the same runs train each seed once in all, both train, both get all runs."""
    log = tmp_path / "log"
    program = SHARE.format(tests=str(Path(__file__).parent), log=str(log), folder=str(tmp_path / "store"))
    pipe: Any = subprocess.PIPE
    processes = [
        subprocess.Popen([sys.executable, "-c", program, name], stdin=pipe, stdout=pipe, text=True) for name in "ab"
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    results = [process.communicate(timeout=60)[0] for process in processes]
    lines = [line.split() for line in log.read_text().splitlines()]
    assert sorted(int(seed) for _, seed in lines) == list(range(8))
    assert {name for name, _ in lines} == {"a", "b"}
    assert results[0] == results[1]
    assert results[0].count(",") == 7


# Imports

ASK = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_engine import PROTOCOL
from harness import engine
from harness.protocol import seed_block
engine.runs_of(PROTOCOL, seed_block(2), engine.open_store(Path({folder!r})))
print(*sorted({{"torch", "tensorflow", "keras", "sklearn"}} & set(sys.modules)))
"""


@pytest.mark.parametrize(("stored", "imported"), [(2, []), (1, ["sklearn", "torch"])])
def test_no_framework_is_imported_when_all_is_stored(
    trainer: FakeTrainer, store: Store, stored: int, imported: list[str]
) -> None:
    """With every run stored neither framework nor scikit-learn is imported; with one missing, what trains it is."""
    engine.runs_of(PROTOCOL, seed_block(stored), store)
    program = ASK.format(tests=str(Path(__file__).parent), folder=str(store.folder))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == imported
