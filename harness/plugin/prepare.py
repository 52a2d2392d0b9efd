"""Train what the selected claims need before the first of them is judged, and say how far that is."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from harness.base.errors import ExecutorError
from harness.execution.engine import Block, Wanted, missing_blocks, train_blocks
from harness.execution.executors import pool_at
from harness.execution.timing import machine
from harness.execution.workers import train_blocks_with
from harness.plugin.live.progress import ProgressWriter
from harness.storage.store import Store
from harness.training.config import dataset_name
from harness.training.seeds import BLOCK_SIZE, seed_blocks


def prepare(
    wanted: Iterable[Wanted],
    count: int,
    store: Store,
    progress_file: Path,
    *,
    backwards: bool,
    dask: str | None = None,
) -> Callable[[], None]:
    """Train what the store lacks of the first `count` seeds of these configs, sharing the work with other processes.

    Parameters
    ----------
    progress_file
        Where to say what is needed, missing, and trained.
    backwards
        Begin at the other end: two workers then import one framework each, and meet in the middle.
    dask
        The address of a Dask scheduler whose workers are to train, instead of this process. If that has to be given
        up, it is said in `progress_file`, and nothing more is trained: claims whose runs are not stored say why.

    Returns
    -------
    Callable
        To be called when all claims were judged: says which trainings another session did in the meantime.
    """
    needed = set(wanted)
    if not needed:
        return lambda: None
    missing = missing_blocks(needed, count, store)
    progress = ProgressWriter(progress_file)
    progress.planned(
        ((_name((config, seeds)), BLOCK_SIZE) for config, splits in needed for seeds in seed_blocks(count, splits)),
        (_name(block) for block in missing),
    )
    with machine(store.folder, alone=False):
        ordered = missing[::-1] if backwards else missing
        if dask is None:
            train_blocks(
                ordered,
                store,
                done=lambda block: progress.trained(_name(block)),
                begins=lambda block: progress.begins(_in_words(block)),
            )
        elif ordered:
            _train_on_cluster(dask, ordered, store, progress)
    progress.rests()

    def say_what_others_trained() -> None:
        for block in missing:
            if store.has(*block):
                progress.trained(_name(block))

    return say_what_others_trained


def _train_on_cluster(address: str, blocks: Sequence[Block], store: Store, progress: ProgressWriter) -> None:
    progress.begins(f"{len(blocks)} blocks on the workers of {address}")
    try:
        with pool_at(address) as pool:
            train_blocks_with(pool, store, lambda line: None, blocks, done=lambda block: progress.trained(_name(block)))
    except ExecutorError as problem:
        progress.failed(str(problem))
        store.refuse_training(str(problem))


def _name(block: Block) -> str:
    config, seeds = block
    # The last seed tells splits apart that are many from one: the first is (0, 0) in both.
    return f"{config.digest} {seeds[-1].split} {seeds[-1].training}"


def _in_words(block: Block) -> str:
    """Return what tells a block from others that are trained beside it, for people."""
    config, seeds = block
    widths = "-".join(map(str, config.hidden_widths))
    return (
        f"{config.framework} on {dataset_name(config.dataset)}, {widths} {config.activation}, "
        f"{config.optimizer} {config.learning_rate:g}, {config.epochs} epochs, "
        f"seeds {seeds[0].training} to {seeds[-1].training}"
    )
