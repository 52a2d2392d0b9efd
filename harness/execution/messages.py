"""A training as a task for another process or machine: plain text goes out, plain bytes come back, nothing is pickled.

An answer is one line of JSON, followed by the bytes of a record as the store keeps it.
"""

import base64
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from harness.base.errors import ExecutorError
from harness.data.data_file import DataFile
from harness.training.config import TrainingConfig
from harness.training.seeds import Seed

Versions = Mapping[str, Mapping[str, str]]
NOBODY = Path(os.devnull)  # the folder of a store that only makes and reads records


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


def task_of(block: tuple[TrainingConfig, tuple[Seed, ...]], versions: Versions) -> str:
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
