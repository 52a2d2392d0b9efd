"""What a worker does with a task: train its block, and answer."""

import base64
import json
import os
import platform
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.base.errors import HarnessError, MissingPackageError, TrainingFailedError
from harness.base.machine import processor
from harness.data import registry
from harness.execution.engine import Block, train
from harness.execution.messages import NOBODY, Answer, differing_versions
from harness.storage.store import Store
from harness.training.config import TrainingConfig
from harness.training.runs import Runs
from harness.training.seeds import Seed
from harness.training.trainers import fingerprint_of, register_trainers

# A process trains one block after the other, however many threads hand them to it.
_one_training_at_a_time = threading.Lock()


def train_record(task: str) -> bytes:
    """Train a block for a worker, and return an `Answer` as bytes; an error is an answer too.

    Parameters
    ----------
    task
        As `harness.execution.messages.task_of` returns it.
    """
    return answer_to(task, train)


def answer_to(task: str, train: Callable[[TrainingConfig, tuple[Seed, ...]], Runs]) -> bytes:
    """Return the `Answer` to a task as bytes, training its block in a given way."""
    answer, asked = Answer(_name(), processor(), {}), json.loads(task)
    try:
        register_trainers({asked["config"]["trainer"]: asked["place"]})
        with _one_training_at_a_time, _block_of(asked) as (config, seeds):
            answer = replace(answer, fingerprint=_fingerprint(config))
            if differing_versions(asked["fingerprint"], answer.fingerprint):
                return replace(answer, problem="other versions").to_bytes()
            return replace(answer, record=Store(NOBODY).record(train(config, seeds))).to_bytes()
    except TrainingFailedError as problem:
        return replace(answer, problem=str(problem), traceback=problem.traceback).to_bytes()
    except HarnessError as problem:
        return replace(answer, problem=str(problem)).to_bytes()
    except Exception as problem:  # an exception that travels would have to be unpickled
        return replace(answer, problem=repr(problem)).to_bytes()


def _fingerprint(config: TrainingConfig) -> Mapping[str, str]:
    try:
        return fingerprint_of(config)
    except MissingPackageError:
        return {}


def _name() -> str:
    if "distributed" in sys.modules:
        from distributed import get_worker

        try:
            return str(get_worker().address)
        except ValueError:  # not on a worker of Dask
            pass
    return f"process {os.getpid()} on {platform.node()}"


@contextmanager
def _block_of(task: dict[str, Any]) -> Iterator[Block]:
    """Give the block of a task; the data that came with it lie in a file of this machine meanwhile."""
    config = TrainingConfig.from_json(task["config"])
    seeds = tuple(Seed(*seed) for seed in task["seeds"])
    if not task["files"]:
        yield config, seeds
        return
    with tempfile.TemporaryDirectory(prefix="claims-data-") as folder:
        here = {}
        for name, contents in task["files"].items():
            files = [Path(folder) / f"{name}-{number}.csv" for number in range(len(contents))]
            for file, content in zip(files, contents, strict=True):
                file.write_bytes(base64.b64decode(content))
            here[name] = config[name].lying_in(list(map(str, files)))
        try:
            yield config.changed(**here), seeds
        finally:
            registry.load.cache_clear()
