"""Train what the selected claims need before the first of them is judged, and say how far all trainings are."""

from collections.abc import Iterable, Sequence

from harness.base.errors import ExecutorError
from harness.execution.engine import Block, Wanted, blocks_of, missing_blocks, train_blocks
from harness.execution.timing import machine
from harness.judging.evidence import TrainedRuns
from harness.plugin.live.progress import ProgressWriter
from harness.storage.elsewhere import stored_fingerprint
from harness.storage.store import Store
from harness.training.config import TrainingConfig, name_of
from harness.training.function.source import is_function, short_name
from harness.training.runs import Runs


class PlannedTrainings:
    """What one process of a session needs trained, said when it is first asked for and again when it is done.

    Claims need more at each later look than at their first, and those that ask for fixtures of their own need what
    nobody can know before their turn.

    Parameters
    ----------
    store
        Where finished runs are kept.
    progress
        Where to say what is needed, missing, and trained.
    """

    def __init__(self, store: Store, progress: ProgressWriter) -> None:
        self.store = store
        self.progress = progress
        self._source = TrainedRuns(store)
        self.grows, self.planned_seeds = self._source.grows, self._source.planned_seeds
        self._planned: set[tuple[Wanted, int]] = set()
        self._missing: list[Block] = []

    def plan(self, wanted: Iterable[Wanted], count: int) -> list[Block]:
        """Say that the first `count` seeds of these configs are needed, and return what the store lacks of them."""
        needed = {one for one in wanted if (one, count) not in self._planned}
        if not needed:
            return []
        self._planned.update((one, count) for one in needed)
        missing = missing_blocks(needed, count, self.store)
        blocks = [(config, seeds) for config, splits in needed for seeds in blocks_of(config, count, splits)]
        self.progress.planned(((_name(block), len(block[1])) for block in blocks), map(_name, missing))
        self._missing += missing
        for sentence in _edited({config for config, _ in missing}, self.store):
            self.progress.note(sentence)
        return missing

    def runs(self, wanted: Wanted, count: int) -> Runs:
        """Return runs as `harness.judging.evidence.TrainedRuns` does, and say what had to be trained for them."""
        missing = self.plan([wanted], count)
        try:
            return self._source.runs(wanted, count)
        finally:
            self._say_trained(missing)

    def say_trained(self) -> None:
        """Say what is trained of all that was missing, by whomever: another session may have done it."""
        self._say_trained(self._missing)

    def _say_trained(self, blocks: Sequence[Block]) -> None:
        for block in blocks:
            if self.store.has(*block):
                self.progress.trained(_name(block))


def prepare(
    wanted: Iterable[Wanted], count: int, trainings: PlannedTrainings, *, backwards: bool, dask: str | None = None
) -> None:
    """Train what the store lacks of the first `count` seeds of these configs, sharing the work with other processes.

    Parameters
    ----------
    trainings
        Of this process; it says what is needed, missing, and trained.
    backwards
        Begin at the other end: two workers then import one framework each, and meet in the middle.
    dask
        The address of a Dask scheduler whose workers are to train, instead of this process. If that has to be given
        up, it is said, and nothing more is trained: claims whose runs are not stored say why.
    """
    missing = trainings.plan(wanted, count)
    if not missing:
        return
    store, progress = trainings.store, trainings.progress
    with machine(store.folder, alone=False):
        ordered = missing[::-1] if backwards else missing
        if dask is None:
            train_blocks(
                ordered,
                store,
                done=lambda block: progress.trained(_name(block)),
                begins=lambda block: progress.begins(_in_words(block)),
            )
        else:
            _train_on_cluster(dask, ordered, store, progress)
    progress.rests()


def _train_on_cluster(address: str, blocks: Sequence[Block], store: Store, progress: ProgressWriter) -> None:
    from harness.execution.executors import pool_at
    from harness.execution.workers import train_blocks_with

    progress.begins(f"{len(blocks)} blocks on the workers of {address}")
    try:
        with pool_at(address) as pool:
            train_blocks_with(
                pool,
                store,
                lambda line: None,
                blocks,
                done=lambda block: progress.trained(_name(block)),
                gives_up=lambda reason: progress.failed(str(reason)),
            )
        _wait_for_others(blocks, store)
    except ExecutorError as problem:
        progress.failed(str(problem))
    for reason in progress.given_up():
        store.refuse_training(reason)


def _wait_for_others(blocks: Sequence[Block], store: Store) -> None:
    """Wait until nobody has the right to train one of these blocks: what is missing then was given up, or failed."""
    for block in blocks:
        if not store.has(*block):
            with store.reserve(*block, wait=True):
                pass


def _edited(configs: Iterable[TrainingConfig], store: Store) -> set[str]:
    """Return a sentence for each training function whose stored runs are of other source or versions than now."""
    found = set()
    for config in configs:
        if is_function(config.trainer) and (stored := stored_fingerprint(store.folder, config.to_plain())):
            now = store.fingerprint_of(config)
            changed = sorted(name for name in {*stored, *now} if stored.get(name) != now.get(name))
            if changed:
                trainer = short_name(config.trainer)
                found.add(f"{trainer} was trained again: {', '.join(changed)} changed since its stored runs were made.")
    return found


def _name(block: Block) -> str:
    config, seeds = block
    # Functions of two reports may have one name. The last seed tells splits apart that are many from one: the first is
    # (0, 0) in both.
    return f"{config.trainer} {config.digest} {seeds[-1].split} {seeds[-1].training}"


def _in_words(block: Block) -> str:
    """Return what tells a block from others that are trained beside it, for people."""
    config, seeds = block
    told = ", ".join(map(name_of, config.told().values()))
    first, last = seeds[0].training, seeds[-1].training
    return f"{short_name(config.trainer)}: {told}, {f'seeds {first} to {last}' if last > first else f'seed {first}'}"
