import json
import os
import platform
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.base.errors import ExecutorError
from harness.data import registry
from harness.data.data_file import DataFile
from harness.execution import remote_task
from harness.execution.engine import Block, open_store
from harness.execution.messages import Answer, differing_versions, other_versions, task_of
from harness.execution.remote_task import train_record
from harness.report.protocol_file import read_grid
from harness.training.trainers import fingerprint_of
from tests.builders.configs import BLOCK, TORCH
from tests.builders.reports import FLOWERS, OWN, data_file_of
from tests.builders.runs import runs_for

VERSIONS = dict(fingerprint_of(TORCH))


@pytest.fixture(autouse=True)
def made_up(monkeypatch: pytest.MonkeyPatch) -> list[Block]:
    """Let nothing be trained; give what would have been."""
    asked: list[Block] = []

    def train(*block: Any) -> Any:
        asked.append(block)
        registry.load(block[0].dataset)
        return runs_for(*block)

    monkeypatch.setattr(remote_task, "train", train)
    return asked


def test_a_task_is_plain_text_and_its_answer_plain_bytes(tmp_path: Path, made_up: list[Block]) -> None:
    """What is trained is what was asked for, and the record is the one that the store would keep."""
    task = task_of((TORCH, BLOCK), VERSIONS)
    assert set(json.loads(task)) == {"config", "place", "seeds", "files", "fingerprint"}
    answer = Answer.from_bytes(train_record(task))
    assert made_up == [(TORCH, BLOCK)]
    assert (answer.problem, answer.fingerprint) == ("", VERSIONS)
    assert answer.worker == f"process {os.getpid()} on {platform.node()}"
    store = open_store(tmp_path)
    assert answer.record == store.record(runs_for(TORCH, BLOCK))
    assert store.read_record(TORCH, BLOCK, answer.record, "here").seeds == BLOCK


def test_a_worker_with_other_versions_trains_nothing(made_up: list[Block]) -> None:
    """It says which it has."""
    other = {**VERSIONS, "torch": "99.0"}
    answer = Answer.from_bytes(train_record(task_of((TORCH, BLOCK), other)))
    assert made_up == []
    assert (answer.record, answer.problem) == (b"", "other versions")
    assert answer.fingerprint["torch"] == VERSIONS["torch"]


@pytest.mark.parametrize(
    ("there", "found"),
    [
        ({"torch": "2.6", "numpy": "2.0", "keras": "3.9"}, []),
        ({"torch": "2.5", "numpy": "2.0"}, [("torch", "2.6", "2.5")]),
        ({"torch": "2.6"}, [("numpy", "2.0", "not installed")]),
        ({}, [("numpy", "2.0", "not installed"), ("torch", "2.6", "not installed")]),
    ],
)
def test_each_library_that_differs_is_named(there: Mapping[str, str], found: list[tuple[str, str, str]]) -> None:
    """With the version here and there; what is not asked for does not matter."""
    assert differing_versions({"torch": "2.6", "numpy": "2.0"}, there) == found


def test_both_versions_are_said() -> None:
    """In one sentence, with the remedy."""
    assert str(other_versions("tcp://a:1", [("torch", "2.6", "2.5"), ("numpy", "2.0", "1.9")])) == (
        "worker tcp://a:1 has other versions: torch 2.5 (here 2.6), numpy 1.9 (here 2.0); "
        "install the same there and here, and run again"
    )


def test_source_that_differs_is_named_with_what_happened() -> None:
    """Nothing can be installed against that."""
    assert str(other_versions("process 3 on a", [("helper.py", "1", "2"), ("numpy", "2.0", "1.9")])) == (
        "helper.py at process 3 on a is other source than this session began with, as after an edit; "
        "run again: what is trained is kept"
    )


def test_an_error_is_an_answer_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of whatever kind: an exception that travels would have to be unpickled."""

    def train(*_: object) -> None:
        raise MemoryError("3 TB")

    monkeypatch.setattr(remote_task, "train", train)
    answer = Answer.from_bytes(train_record(task_of((TORCH, BLOCK), VERSIONS)))
    assert (answer.problem, answer.record) == ("MemoryError('3 TB')", b"")


def test_a_data_file_goes_with_its_task(tmp_path: Path, made_up: list[Block]) -> None:
    """A worker needs no folder of ours: it reads a copy that is gone afterwards, and the digest is the file's own."""
    (tmp_path / "flowers.csv").write_text(FLOWERS, encoding="utf-8")
    (tmp_path / "protocol.toml").write_text(OWN, encoding="utf-8")
    data = data_file_of(read_grid(tmp_path / "protocol.toml"))
    config = TORCH.changed(dataset=data, test_size=0.5)
    task = task_of((config, BLOCK), fingerprint_of(config))
    Path(data.file).rename(tmp_path / "elsewhere.csv")
    answer = Answer.from_bytes(train_record(task))
    assert answer.problem == ""
    ((trained, _),) = made_up
    assert isinstance(trained.dataset, DataFile)
    assert (trained.digest, trained.dataset.file == data.file) == (config.digest, False)
    assert not Path(trained.dataset.file).exists()
    (tmp_path / "elsewhere.csv").rename(data.file)
    assert open_store(tmp_path).read_record(config, BLOCK, answer.record, "here").config == config


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\n",
        b"[]\nrecord",
        b"{}\nrecord",
        b'{"worker": 1, "processor": "", "problem": "", "fingerprint": {}}\n',
        b'{"worker": "", "processor": "", "problem": "", "fingerprint": 3}\n',
        b"\xff\n",
        "text",
        None,
        7,
    ],
)
def test_what_is_no_answer_is_said_to_be_none(payload: object) -> None:
    """Whatever a worker returns, of whatever type."""
    with pytest.raises(ExecutorError, match=re.escape("what a worker returned is no answer to a task (")):
        Answer.from_bytes(payload)


def test_an_answer_comes_back_as_it_was_sent() -> None:
    """A record may hold ends of lines."""
    answer = Answer("tcp://a", "a processor", VERSIONS, "a problem\nof two lines", "a traceback", b"\x00\n\n\xff")
    assert Answer.from_bytes(answer.to_bytes()) == answer
