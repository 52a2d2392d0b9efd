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
from harness.training.function.source import FILE
from harness.training.seeds import Seed
from harness.training.trainers import place_of

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
    fingerprint
        Of the config there: versions, source and data.
    problem
        Why nothing was trained, in words; empty if it was.
    traceback
        Of a training function that failed; empty for any other problem.
    record
        The runs, as the store keeps them; not checked yet.
    """

    worker: str
    processor: str
    fingerprint: Mapping[str, str]
    problem: str = ""
    traceback: str = ""
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
            texts = {name: fields[name] for name in ("worker", "processor", "problem", "traceback")}
            fingerprint = {str(name): str(value) for name, value in fields["fingerprint"].items()}
            if not all(isinstance(text, str) for text in texts.values()):
                raise TypeError("texts expected")
        except (ValueError, TypeError, KeyError, AttributeError) as reason:
            raise ExecutorError(f"what a worker returned is no answer to a task ({reason!r})") from reason
        return cls(**texts, fingerprint=fingerprint, record=record)


def task_of(block: tuple[TrainingConfig, tuple[Seed, ...]], fingerprint: Mapping[str, str]) -> str:
    """Return the task to train a block, as text; the file of a data set that is the report's own goes with it.

    Parameters
    ----------
    fingerprint
        Of the config here: a worker with another one trains nothing.
    """
    config, seeds = block
    task = {
        "config": config.to_json(),
        "place": place_of(config.trainer),
        "seeds": seeds,
        "fingerprint": dict(fingerprint),
        "files": {
            name: [base64.b64encode(Path(file).read_bytes()).decode() for file in value.files]
            for name, value in config.items()
            if isinstance(value, DataFile)
        },
    }
    return json.dumps(task)


def differing_versions(here: Mapping[str, str], there: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return each part of a fingerprint that differs, with what it is here and what there."""
    return sorted(
        (name, value, there.get(name, "not installed")) for name, value in here.items() if there.get(name) != value
    )


def other_versions(worker: str, differing: Sequence[tuple[str, str, str]]) -> ExecutorError:
    """Return the error for a worker whose libraries, or files of a training function, are not those of this session.

    Parameters
    ----------
    differing
        As `differing_versions` returns it.
    """
    sources = [name for name, _, _ in differing if name.endswith(FILE)]
    if sources:
        return ExecutorError(
            f"{', '.join(sources)} at {worker} is other source than this session began with, as after an edit; "
            "run again: what is trained is kept"
        )
    libraries = ", ".join(f"{library} {there} (here {here})" for library, here, there in differing)
    return ExecutorError(
        f"worker {worker} has other versions: {libraries}; install the same there and here, and run again"
    )
