"""Two machines, each with a folder of its own, and a place that both reach."""

import os
import pickle
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from harness.base.errors import StoreError, StoreWarning
from harness.execution.engine import open_store, runs_of
from harness.storage.shared_store import SharedStore
from harness.storage.store import Store
from harness.training.runs import Runs
from tests.builders import ROOT
from tests.builders.configs import TORCH
from tests.builders.reports import PROTOCOL
from tests.builders.runs import runs_for, same_bits, with_arrays
from tests.builders.stores import SEEDS, fingerprint, runs_hard_to_keep
from tests.builders.tasks import Trap

RUNS = runs_hard_to_keep(SEEDS)
BLOCK = (RUNS.config, RUNS.seeds)


@pytest.fixture(params=["file", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give an empty place: a real folder, and fsspec's file system in memory."""
    yield f"file://{tmp_path}/shared" if request.param == "file" else "memory://claims"
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]


@pytest.fixture
def machine(tmp_path: Path, url: str) -> Callable[[str], SharedStore]:
    """Open the store of a machine, by its name."""
    return lambda name: SharedStore(tmp_path / name, url, fingerprint)


Machine = Callable[[str], SharedStore]


def files_at(url: str) -> list[str]:
    """Return all files of a place."""
    files, root = fsspec.core.url_to_fs(url)
    return sorted(files.find(root))


def test_what_one_machine_trains_the_other_has(machine: Machine, url: str) -> None:
    """Bit by bit; in the place is one file, with the name that it has in a folder, and nothing unfinished."""
    here = machine("here")
    path = here.save(RUNS)
    assert [file.rpartition("runs/")[2] for file in files_at(url)] == [str(path.relative_to(here.folder / "runs"))]
    there = machine("there")
    assert there.has(*BLOCK)
    stored = there.load(*BLOCK)
    assert stored is not None
    assert same_bits(stored, RUNS)
    assert there.path(*BLOCK).read_bytes() == path.read_bytes()


def test_what_was_put_there_meanwhile_is_found_before_it_is_trained(machine: Machine) -> None:
    """A session that began earlier does not count on it, and looks once more before it trains."""
    here, there = machine("here"), machine("there")
    here.save(RUNS)
    assert not there.has(*BLOCK)
    assert there.load(*BLOCK) is not None
    assert there.has(*BLOCK)


def test_what_was_trained_alone_is_put_there_when_it_is_used(machine: Machine, tmp_path: Path, url: str) -> None:
    """So nothing is lost to an evening without a network."""
    Store(tmp_path / "here", fingerprint).save(RUNS)
    assert machine("here").load(*BLOCK) is not None
    assert len(files_at(url)) == 1
    assert machine("there").has(*BLOCK)


def test_a_record_is_written_once(machine: Machine, url: str) -> None:
    """Who comes second leaves it as it is, though he trained it too."""
    here, there = machine("here"), machine("there")
    here.save(RUNS)
    before = content(url)
    there.save(slower_runs())
    assert content(url) == before


def slower_runs() -> Runs:
    """Return the same runs from a slower machine: the bytes of its record differ."""
    return with_arrays(RUNS, seconds=RUNS.seconds * 2)


def content(url: str) -> bytes:
    """Return the bytes of the only file of a place."""
    (file,) = files_at(url)
    files, _ = fsspec.core.url_to_fs(url)
    return bytes(files.cat_file(file))


@pytest.mark.parametrize("damage", ["cut", "bit", "empty", "pickle"])
def test_what_is_damaged_there_is_not_taken_and_is_replaced(
    machine: Machine, url: str, tmp_path: Path, damage: str
) -> None:
    """With a warning; a pickle is not executed."""
    machine("here").save(RUNS)
    whole = content(url)
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    trap = tmp_path / "sprung"
    payload = {"cut": whole[:-9], "bit": bytes(flipped), "empty": b"", "pickle": pickle.dumps(Trap(str(trap)))}[damage]
    files, _ = fsspec.core.url_to_fs(url)
    files.pipe_file(files_at(url)[0], payload)
    there = machine("there")
    with pytest.warns(StoreWarning, match=r"shared store .+: [0-9a-f]{64}\.npz cannot be trusted \(.+\); made again"):
        assert not there.has(*BLOCK)
    assert there.load(*BLOCK) is None
    assert not trap.exists()
    assert not there.path(*BLOCK).exists()
    there.save(RUNS)
    assert content(url) == whole


def test_runs_of_another_name_are_not_taken(machine: Machine, url: str) -> None:
    """A record that was renamed is whole, and holds other runs than its name says."""
    here = machine("here")
    here.save(RUNS)
    files, root = fsspec.core.url_to_fs(url)
    other = (RUNS.config, tuple(reversed(RUNS.seeds)))
    place = f"{root}/{here.path(*other).relative_to(here.folder).as_posix()}"
    files.makedirs(place.rpartition("/")[0], exist_ok=True)
    files.pipe_file(place, content(url))
    with pytest.warns(StoreWarning, match="it holds other runs than its name says"):
        assert not machine("there").has(*other)


class Broken(MemoryFileSystem):
    """Reads or writes fail, as on storage whose network or rights are gone."""

    config = "broken"
    failing: frozenset[str] = frozenset()

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return str(super()._strip_protocol(path.removeprefix("broken://")))

    def cat_file(self, *arguments: Any, **more: Any) -> Any:
        """Read, unless that fails."""
        if "read" in self.failing:
            raise OSError(110, "Connection timed out")
        return super().cat_file(*arguments, **more)

    def pipe_file(self, *arguments: Any, **more: Any) -> Any:
        """Write, unless that fails."""
        if "write" in self.failing:
            raise PermissionError(13, "Access Denied")
        return super().pipe_file(*arguments, **more)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Register storage that fails in the way that it is told to."""
    fsspec.register_implementation("broken", Broken, clobber=True)
    yield lambda way: monkeypatch.setattr(Broken, "failing", frozenset([way]))
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]


def test_a_place_that_may_not_be_written_to_is_read(tmp_path: Path, broken: Callable[[str], None]) -> None:
    """It is said once; what is trained is kept here, and put there when that is possible again."""
    other = (RUNS.config, SEEDS[:1])
    SharedStore(tmp_path / "there", "broken://claims", fingerprint).save(RUNS)
    broken("write")
    store = SharedStore(tmp_path / "here", "broken://claims", fingerprint)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        store.save(RUNS.first(1))
        store.save(RUNS.first(1))
        assert store.load(*other) is not None
    assert [str(warning.message) for warning in said] == [
        "shared store broken://claims cannot be written to ([Errno 13] Access Denied); all is kept in "
        f"{tmp_path / 'here'}, from where a later session puts there what it uses"
    ]
    assert store.has(*BLOCK)
    broken("nothing")
    assert SharedStore(tmp_path / "here", "broken://claims", fingerprint).load(*other) is not None
    assert SharedStore(tmp_path / "third", "broken://claims", fingerprint).has(*other)


def test_a_place_that_is_lost_costs_nothing(tmp_path: Path, broken: Callable[[str], None]) -> None:
    """It is said once, and the folder serves alone."""
    SharedStore(tmp_path / "there", "broken://claims", fingerprint).save(RUNS)
    store = SharedStore(tmp_path / "here", "broken://claims", fingerprint)
    broken("read")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert not store.has(*BLOCK)
        assert store.load(*BLOCK) is None
        store.save(RUNS)
    assert [str(warning.message).partition(";")[0] for warning in said] == [
        "shared store broken://claims cannot be read ([Errno 110] Connection timed out)"
    ]
    assert store.load(*BLOCK) is not None


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("{folder}/missing/claims", "cannot be read ([Errno 2] No such file or directory: '{folder}/missing'); give"),
        ("nonsense://a", "cannot be opened (Protocol not known: nonsense"),
    ],
)
def test_a_place_that_cannot_be_read_is_refused_when_it_is_opened(tmp_path: Path, address: str, said: str) -> None:
    """Before anything is trained."""
    address = address.format(folder=tmp_path)
    with pytest.raises(StoreError) as error:
        open_store(tmp_path / "here", address)
    assert str(error.value).startswith(f"shared store {address}: {said.format(folder=tmp_path)}")


def test_a_training_is_made_on_one_machine_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the engine: the second machine trains nothing, and its folder holds the runs afterwards."""
    monkeypatch.setattr("harness.execution.engine.train", runs_for)
    runs_of(TORCH, 20, open_store(tmp_path / "here", str(tmp_path / "shared")))

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("harness.execution.engine.train", refuse)
    runs_of(TORCH, 20, open_store(tmp_path / "there", str(tmp_path / "shared")))
    assert runs_of(TORCH, 20, open_store(tmp_path / "there")).config == TORCH


def test_fsspec_is_needed_only_where_it_is_asked_for(tmp_path: Path) -> None:
    """Without it there is a sentence that says what to install; with it, nothing loads it unasked."""
    (tmp_path / "fsspec.py").write_text("raise ImportError('not here')\n", encoding="utf-8")
    code = "from harness.execution.engine import open_store\nfrom pathlib import Path\nopen_store(Path('a'), 'b')"
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert (
        "StoreError: a shared store needs fsspec, which is not installed (not here); "
        "run: pip install 'pytest-claims[shared]'"
    ) in result.stderr
    code = "import harness.execution.engine, harness.__main__, sys; print('fsspec' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


CLAIM = """
@finding
def test_accuracy(evidence, judge):
    judge(mean_over_seeds(evidence(activation="relu").final_test_accuracy, "ratio"))
"""


def test_a_session_shares_what_it_trains(pytester: pytest.Pytester, make_claims: Callable[..., None]) -> None:
    """The second, with a folder of its own, trains nothing; a place that cannot be read ends a session at once."""
    make_claims(CLAIM, protocol=PROTOCOL)
    pytester.mkdir("shared")
    for store, planned in (("one", "40 done now and 0 before"), ("other", "0 done now and 40 before")):
        result = pytester.runpytest_subprocess(
            "claims", "--claims-store", store, "--claims-shared-store", "shared", "-n", "2"
        )
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines([f"Planned trainings: 20, of which {planned.replace('40', '20')}.*"])
    result = pytester.runpytest_subprocess("claims", "--claims-shared-store", "missing/claims")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: shared store missing/claims: cannot be read (*); give another, or leave *"])
