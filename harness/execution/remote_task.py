"""A training as a task for another process or machine: plain text goes out, plain bytes come back, nothing is pickled.

An answer is one line of JSON, followed by the bytes of a record as the store keeps it.
"""

import base64
import json
import logging
import os
import platform
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

from harness.base.errors import ExecutorError, HarnessError
from harness.base.machine import processor
from harness.data import registry
from harness.data.data_file import DataFile
from harness.execution.engine import Block, fingerprint_of, train
from harness.storage.store import Store
from harness.training.config import FRAMEWORKS, TrainingConfig
from harness.training.seeds import Seed

Versions = Mapping[str, Mapping[str, str]]
_NOBODY = Path(os.devnull)  # the folder of a store that only makes records
# Frameworks keep random generators and names that all threads of a process proportion.
_one_training_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Answer:
    """What a worker returns.

    Attributes
    ----------
    worker
        Its address, or host and process.
    processor
        Its kind of CPU.
    versions
        Of the trainers and frameworks there, by framework.
    problem
        Why nothing was trained, in words; empty if it was.
    record
        The runs, as the store keeps them; not checked yet.
    """

    worker: str
    processor: str
    versions: Versions
    problem: str = ""
    record: bytes = b""

    def to_bytes(self) -> bytes:
        """Return it as it travels."""
        header = {name: value for name, value in asdict(self).items() if name != "record"}
        return json.dumps(header).encode() + b"\n" + self.record

    @classmethod
    def from_bytes(cls, payload: object) -> "Answer":
        """Return the answer that travelled.

        Raises
        ------
        ExecutorError
            If it is none.
        """
        try:
            header, _, record = bytes(payload).partition(b"\n") if isinstance(payload, bytes) else (b"", b"", b"")
            fields = json.loads(header)
            texts = {name: fields[name] for name in ("worker", "processor", "problem")}
            versions = {
                str(framework): {str(library): str(version) for library, version in libraries.items()}
                for framework, libraries in fields["versions"].items()
            }
            if not all(isinstance(text, str) for text in texts.values()):
                raise TypeError("texts expected")
        except (ValueError, TypeError, KeyError, AttributeError) as reason:
            raise ExecutorError(f"what a worker returned is no answer to a task ({reason!r})") from reason
        return cls(**texts, versions=versions, record=record)


def task_of(block: Block, versions: Versions) -> str:
    """Return the task to train a block, as text; the file of a data set that is the report's own goes with it.

    Parameters
    ----------
    versions
        By framework: a worker with others trains nothing.
    """
    config, seeds = block
    wanted = {config.framework: dict(versions[config.framework])}
    dataset = config.dataset
    content = base64.b64encode(Path(dataset.file).read_bytes()).decode() if isinstance(dataset, DataFile) else None
    return json.dumps({"config": asdict(config), "seeds": seeds, "data": content, "versions": wanted})


def train_record(task: str) -> bytes:
    """Train a block, in the process of a worker, and return an `Answer` as bytes; an error is an answer too.

    Parameters
    ----------
    task
        As `task_of` returns it.
    """
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns of each config's program as traced anew
    answer, asked = _introduction(), json.loads(task)
    if differing_versions(asked["versions"], answer.versions):
        return replace(answer, problem="other versions").to_bytes()
    try:
        with _one_training_at_a_time, _block_of(asked) as (config, seeds):
            return replace(answer, record=Store(_NOBODY, answer.versions).record(train(config, seeds))).to_bytes()
    except HarnessError as problem:
        return replace(answer, problem=str(problem)).to_bytes()
    except Exception as problem:  # an exception that travels would have to be unpickled
        return replace(answer, problem=repr(problem)).to_bytes()


def differing_versions(here: Versions, there: Versions) -> list[tuple[str, str, str]]:
    """Return each library whose version differs, with the version here and the one there."""
    return sorted(
        {
            (library, version, there.get(framework, {}).get(library, "not installed"))
            for framework, libraries in here.items()
            for library, version in libraries.items()
            if there.get(framework, {}).get(library) != version
        }
    )


def other_versions(worker: str, differing: Sequence[tuple[str, str, str]]) -> ExecutorError:
    """Return the error for a worker whose libraries are not those of this machine.

    Parameters
    ----------
    differing
        As `differing_versions` returns it.
    """
    libraries = ", ".join(f"{library} {there} (here {here})" for library, here, there in differing)
    return ExecutorError(
        f"worker {worker} has other versions: {libraries}; install the same there and here, and run again"
    )


def _introduction() -> Answer:
    return Answer(_name(), processor(), {framework: _versions(framework) for framework in FRAMEWORKS})


def _versions(framework: str) -> Mapping[str, str]:
    try:
        return fingerprint_of(framework)
    except PackageNotFoundError:
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
    if not isinstance(config.dataset, DataFile):
        yield config, seeds
        return
    with tempfile.TemporaryDirectory(prefix="claims-data-") as folder:
        file = Path(folder) / "data.csv"
        file.write_bytes(base64.b64decode(task["data"]))
        dataset = replace(config.dataset, file=str(file))
        try:
            yield replace(config, dataset=dataset), seeds
        finally:
            registry.load.cache_clear()
