"""Which runs are missing, and who trains them."""

from collections.abc import Callable, Iterable
from pathlib import Path

from harness.base.errors import HarnessError, TrainingFailedError
from harness.data import registry
from harness.data.data_file import DataFile
from harness.execution.timing import silent
from harness.execution.training_process import train_there
from harness.storage.shared_store import SharedStore
from harness.storage.store import Store
from harness.training.config import TrainingConfig, name_of
from harness.training.fields import is_number
from harness.training.runs import Runs, concatenate
from harness.training.seeds import Seed, Splits, seed_blocks
from harness.training.trainers import trainer_named

Block = tuple[TrainingConfig, tuple[Seed, ...]]
Wanted = tuple[TrainingConfig, Splits]


def open_store(folder: Path, shared: str | None = None) -> Store:
    """Return the store at `folder`.

    Parameters
    ----------
    shared
        The URL of a place to keep it in step with.

    Raises
    ------
    StoreError
        If that place cannot be opened.
    """
    return Store(folder) if shared is None else SharedStore(folder, shared)


def blocks_of(config: TrainingConfig, count: int, splits: Splits = "many") -> list[tuple[Seed, ...]]:
    """Return the first `count` seeds of a config in whole blocks, as its trainer takes them.

    Parameters
    ----------
    splits
        As for `harness.training.seeds.seed_blocks`.
    """
    trainer = trainer_named(config.trainer)
    return seed_blocks(count, trainer.seeds_at_once, splits, trainer.most_at_once)


def runs_of(
    config: TrainingConfig, count: int, store: Store, splits: Splits = "many", known: Runs | None = None
) -> Runs:
    """Return the runs of the first `count` seeds of a config, training what the store does not have.

    Parameters
    ----------
    splits
        As for `harness.training.seeds.seed_blocks`.
    known
        Runs of the first seeds that were read already; only the others are read.

    Raises
    ------
    HarnessError
        If a training fails; naming config and seeds.
    """
    parts, reached = [], 0
    for seeds in blocks_of(config, count, splits):
        reached += len(seeds)
        if known is not None and reached <= len(known.seeds):
            parts = [known.first(reached)]
            continue
        runs = _load_or_train((config, seeds), store, wait=True)
        assert runs is not None  # whoever waits gets them
        parts.append(runs)
    return concatenate(parts).first(count)


def missing_blocks(wanted: Iterable[Wanted], count: int, store: Store) -> list[Block]:
    """Return what has to be trained for the first `count` seeds of these configs, one trainer after the other.

    Configs that differ in numbers alone stand together: a trainer may keep what it made for one of them.
    """
    blocks = [(config, seeds) for config, splits in set(wanted) for seeds in blocks_of(config, count, splits)]
    return sorted(
        (block for block in blocks if not store.has(*block)),
        key=lambda block: (block[0].trainer, len(block[1]), _without_numbers(block[0]), block[0].digest, block[1]),
    )


def _without_numbers(config: TrainingConfig) -> str:
    return " ".join(f"{name}={name_of(value)}" for name, value in config.pairs if not is_number(value))


def train_blocks(
    blocks: Iterable[Block],
    store: Store,
    done: Callable[[Block], None],
    begins: Callable[[Block], None] = silent,
) -> None:
    """Train blocks, leaving out those that another process is training or has trained in the meantime.

    Called in several processes at once with the same blocks, best in different orders, it shares the work: nobody
    waits while a block is left that nobody trains.

    Parameters
    ----------
    done
        Called after each block that was trained here.
    begins
        Called before each block that is trained here.
    """
    for block in blocks:
        if store.has(*block):
            continue
        try:
            if _load_or_train(block, store, wait=False, begins=begins) is not None:
                done(block)
        except HarnessError:
            continue  # the claim that needs it meets the same error, and says so


def train(config: TrainingConfig, seeds: tuple[Seed, ...]) -> Runs:
    """Train a block, whatever is stored, where the state of this process does not reach.

    Raises
    ------
    HarnessError
        If the training fails; naming config and seeds.
    """
    for value in config.values():
        if isinstance(value, DataFile):
            registry.load(value)  # a file that cannot be used is an error of its own
    try:
        return train_there(config, seeds)
    except HarnessError as reason:
        which = f"seeds {seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else f"seed {seeds[0]}"
        traceback = reason.traceback if isinstance(reason, TrainingFailedError) else ""
        raise TrainingFailedError(f"training failed: {which}, {config}: {reason}", traceback) from reason


def _load_or_train(block: Block, store: Store, *, wait: bool, begins: Callable[[Block], None] = silent) -> Runs | None:
    """Return the runs of a block, or None if another process is training them and we shall not wait."""
    stored = store.load(*block)
    if stored is not None:
        return stored
    if block in store.failed:
        raise store.failed[block]
    with store.reserve(*block, wait=wait) as reserved:
        if not reserved:
            return None
        # Whoever held the right before may have trained it in the meantime.
        stored = store.load(*block)
        if stored is not None:
            return stored
        begins(block)
        try:
            runs = train(*block)
        except TrainingFailedError as failure:
            store.failed[block] = failure
            raise
        store.save(runs)
        return runs
