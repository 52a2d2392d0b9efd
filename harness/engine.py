"""Which runs are missing, and who trains them."""

from collections.abc import Mapping
from pathlib import Path

from harness import datasets
from harness.errors import HarnessError
from harness.protocol import FRAMEWORKS, Protocol, Seed
from harness.runs import Runs, concatenate
from harness.store import Store
from harness.training import TRAINING_VERSION, framework_versions, reference_trainer


def open_store(folder: Path) -> Store:
    """Return the store at `folder` for the trainers and frameworks that are installed."""
    origin: Mapping[str, Mapping[str, str]] = {
        framework: {**framework_versions(framework), "harness training": str(TRAINING_VERSION)}
        for framework in FRAMEWORKS
    }
    return Store(folder, origin)


def runs_of(protocol: Protocol, seeds: tuple[Seed, ...], store: Store) -> Runs:
    """Return the runs of a protocol, training those that the store does not have.

    Each run is stored as soon as it is trained. Several processes may ask for the same runs at once: each trains
    seeds that nobody else is training, and only then waits for the rest.
    """
    found: dict[Seed, Runs] = {}
    for wait in (False, True):
        for seed in seeds:
            if seed not in found:
                runs = _load_or_train(protocol, seed, store, wait=wait)
                if runs is not None:
                    found[seed] = runs
    return concatenate([found[seed] for seed in seeds])


def _load_or_train(protocol: Protocol, seed: Seed, store: Store, *, wait: bool) -> Runs | None:
    stored = store.load(protocol, (seed,))
    if stored is not None:
        return stored
    with store.reserve(protocol, (seed,), wait=wait) as reserved:
        if not reserved:
            return None
        # Whoever held the right before may have trained it in the meantime.
        stored = store.load(protocol, (seed,))
        if stored is not None:
            return stored
        runs = _train(protocol, seed)
        store.save(runs)
        return runs


def _train(protocol: Protocol, seed: Seed) -> Runs:
    data = datasets.split(datasets.load(protocol.dataset), protocol.test_share, protocol.scaling, seed.split)
    train = reference_trainer(protocol.framework)
    try:
        return train(protocol, data, seed)
    except Exception as reason:
        raise HarnessError(f"training failed: seed {seed}, {protocol}: {reason}") from reason
