import io
import os
import pickle
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
from distributed import KilledWorker
from distributed.protocol.pickle import dumps

from harness.base.errors import ExecutorError
from harness.execution.unpickling import error_in, refusing_pickles
from tests.builders.tasks import Trap

ALLOWED = ("collections", "OrderedDict")


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """Give the folder that a trap would make."""
    return tmp_path / "sprung"


@pytest.mark.parametrize("config", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_that_runs_code_is_refused(trap: Path, config: int) -> None:
    """In each format of pickles; outside, it would have run."""
    payload = pickle.dumps(Trap(str(trap)), config)
    with refusing_pickles(ALLOWED), pytest.raises(ExecutorError, match=r"refused to unpickle posix\.mkdir: results"):
        pickle.loads(payload)
    assert not trap.exists()
    pickle.loads(payload)
    assert trap.exists()


def load_in_python(payload: bytes) -> Any:
    """Unpickle with the module that is written in Python."""
    return pickle._Unpickler(io.BytesIO(payload)).load()  # type: ignore[attr-defined]


def load_with_own_lookup(payload: bytes) -> Any:
    """Unpickle with a class that looks objects up by the way of its parent, as many libraries do."""

    class Own(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            return super().find_class(module, name)

    return Own(io.BytesIO(payload)).load()


@pytest.mark.parametrize("load", [load_in_python, load_with_own_lookup])
def test_it_is_refused_whichever_module_unpickles(trap: Path, load: Any) -> None:
    """Python itself tells of each object that is looked up."""
    with refusing_pickles(ALLOWED), pytest.raises(ExecutorError):
        load(pickle.dumps(Trap(str(trap))))
    assert not trap.exists()


def test_it_is_refused_in_every_thread(trap: Path) -> None:
    """Dask unpickles in threads of its own."""
    refused = []

    def load() -> None:
        try:
            pickle.loads(pickle.dumps(Trap(str(trap))))
        except ExecutorError as reason:
            refused.append(reason)

    with refusing_pickles(ALLOWED):
        thread = threading.Thread(target=load)
        thread.start()
        thread.join()
    assert len(refused) == 1
    assert not trap.exists()


def test_what_is_allowed_and_what_names_nothing_is_loaded() -> None:
    """Numbers, texts, bytes, lists and dictionaries name no object; afterwards all is as it was."""
    plain = {"a": [1, 2.5, None, True], "b": b"bytes", "c": ("x", {3})}
    named = OrderedDict(a=1)
    with refusing_pickles(ALLOWED):
        assert pickle.loads(pickle.dumps(plain)) == plain
        assert pickle.loads(pickle.dumps(named)) == named
        with pytest.raises(ExecutorError):
            pickle.loads(pickle.dumps(Path("/")))
    assert pickle.loads(pickle.dumps(Path("/"))) == Path("/")


def test_two_that_refuse_allow_what_both_allow() -> None:
    """The end of one does not open the door that the other keeps shut."""
    payload = pickle.dumps(OrderedDict(a=1))
    with refusing_pickles(ALLOWED):
        with refusing_pickles(), pytest.raises(ExecutorError):
            pickle.loads(payload)
        assert pickle.loads(payload) == {"a": 1}
        with pytest.raises(ExecutorError):
            pickle.loads(pickle.dumps(os.getcwd))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(5, "the disk is broken"), "OSError: the disk is broken"),
        (ValueError("no such number"), "ValueError: no such number"),
        (KeyError(), "KeyError"),
        (KilledWorker("a", "b", 3), "KilledWorker: a, b"),
    ],
)
def test_an_error_is_read_without_unpickling_it(error: Exception, words: str) -> None:
    """Its kind and its texts, as Python writes them and as Dask does."""
    with refusing_pickles():
        assert error_in(pickle.dumps(error)) == words
        assert error_in(dumps(error)) == words


def test_of_bytes_that_are_no_pickle_little_is_said() -> None:
    """Nothing breaks."""
    assert error_in(b"\x80\x04 no pickle") == "an error that cannot be read"
    assert error_in(pickle.dumps(["a text"])) == "an error of unknown kind"
