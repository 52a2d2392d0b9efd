"""A store on a full disk, in a folder that may not be written or entered, and shared by two users.

The trouble is real: a small file system of its own, and processes that give up their rights. As another user than root,
or where no file system may be mounted, these tests are skipped.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.commands.store_verify import verify
from harness.storage.store import Store
from harness.training.seeds import Seed
from tests.builders.stores import fingerprint, runs_hard_to_keep

USERS, GROUP = (65533, 65532), 65531
FIRST = (Seed(0, 0),)

PREAMBLE = """
import os, sys
from contextlib import suppress
from pathlib import Path
from harness.base.errors import StoreError
from harness.commands.store_prune import remove, useless
from harness.commands.store_verify import verify
from harness.execution.timing import machine
from harness.training.seeds import Seed
from harness.storage.store import Store
from tests.builders.runs import same_bits
from tests.builders.stores import fingerprint, PROTOCOL, runs_hard_to_keep
BLOCKS = [(Seed(number, number),) for number in range(200)]
folder = Path(sys.argv[1])
store = Store(folder, fingerprint)

def blocks_there():
    there = [seeds for seeds in BLOCKS if store.has(PROTOCOL, seeds)]
    return sum(same_bits(store.load(PROTOCOL, seeds), runs_hard_to_keep(seeds)) for seeds in there)

def said(act):
    try:
        act()
    except StoreError as problem:
        print(problem, flush=True)
    else:
        print("no error", flush=True)

def reserve(seeds=BLOCKS[0]):
    with store.reserve(PROTOCOL, seeds, wait=False):
        pass

def use_machine(alone=False):
    with machine(folder, alone=alone):
        pass
"""
AS_USER = """
import tempfile
with tempfile.TemporaryDirectory() as warm:  # a user without rights may not read what Python imports when it needs it
    other = Store(Path(warm), fingerprint)
    other.save(runs_hard_to_keep())
    other.load(PROTOCOL, runs_hard_to_keep().seeds)
    assert not list(useless(other))
    assert len(verify(Path(warm)).whole) == 1
os.setgroups([])
os.setgid({group})
os.umask(0o077)
os.setuid({user})
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Make a folder that every user can reach; pytest's own are only for who runs it."""
    made = Path(tempfile.mkdtemp(prefix="store-in-trouble-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def started(program: str, folder: Path, user: int | None = None) -> "subprocess.Popen[str]":
    """Start a program on a store, as a user without rights if one is given."""
    text = PREAMBLE + ("" if user is None else AS_USER.format(user=user, group=GROUP)) + program
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", text, str(folder)]
    root = Path(__file__).parents[2]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=root)


def lines_of(program: str, folder: Path, user: int | None = None) -> list[str]:
    """Return what such a program prints."""
    process = started(program, folder, user)
    said, errors = process.communicate(timeout=100)
    assert process.returncode == 0, errors
    return said.splitlines()


def mounted(program: str, folder: Path) -> list[str]:
    """Return what a program prints that has a small disk at `folder`, seen by itself only."""
    script = 'mount -t tmpfs -o size=256k none "$1" && exec "$2" -c "$3" "$1"'
    command = ["unshare", "--mount", "sh", "-c", script, "sh", str(folder), sys.executable, PREAMBLE + program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def may_mount() -> bool:
    """Tell whether a file system can be mounted for one process."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", folder]
        return shutil.which("unshare") is not None and subprocess.run(command, capture_output=True).returncode == 0


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
needs_mount = pytest.mark.skipif(not may_mount(), reason="no file system can be mounted here")
NO_SPACE = "[Errno 28] No space left on device"


# A full disk


@needs_mount
def test_a_full_disk_is_one_sentence_and_loses_nothing(folder: Path) -> None:
    """What was kept before is there, nothing is left of what did not fit, and it fits once there is room."""
    first, whole, second, after, left = mounted(
        """
(folder / "filler").write_bytes(bytes(100_000))
def fill():
    for seeds in BLOCKS:
        store.save(runs_hard_to_keep(seeds))
said(fill)
before = blocks_there()
print(0 < before < len(BLOCKS) and len(verify(folder).whole) == before and not list(folder.rglob("*.part")))
said(lambda: store.save(runs_hard_to_keep(BLOCKS[before])))
(folder / "filler").unlink()
said(lambda: store.save(runs_hard_to_keep(BLOCKS[before])))
print(blocks_there() - before)
""",
        folder,
    )
    assert first.startswith(f"store {folder} cannot be written to ({NO_SPACE}")
    assert first.endswith("); free space there or give another folder for the store")
    assert second == first
    assert (whole, after, left) == ("True", "no error", "1")


@needs_mount
def test_on_a_full_disk_locks_are_held_all_the_same(folder: Path) -> None:
    """They are empty files: a session that finds everything stored goes on."""
    said = mounted(
        """
store.save(runs_hard_to_keep(BLOCKS[0]))
with suppress(OSError), (folder / "filler").open("wb", buffering=0) as filler:
    while True:
        filler.write(bytes(4096))
said(lambda: store.save(runs_hard_to_keep(BLOCKS[1])))
said(use_machine)
said(lambda: reserve(BLOCKS[1]))
print(blocks_there())
""",
        folder,
    )
    assert NO_SPACE in said[0]
    assert said[1:] == ["no error", "no error", "1"]


@pytest.mark.parametrize("limit", [100, 1_000])
def test_a_limit_on_the_size_of_files_is_one_sentence(folder: Path, limit: int) -> None:
    """As a disk that is full in the middle of a file, wherever no disk can be mounted."""
    said, left = lines_of(
        f"""
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
said(lambda: store.save(runs_hard_to_keep(BLOCKS[0])))
print(list(folder.rglob("*.*")))
""",
        folder,
    )
    assert said.startswith(f"store {folder} cannot be written to ([Errno 27] File too large")
    assert left == "[]"


SESSIONS = """
import subprocess
from benchmarks.fire_report import write_report
report = folder.with_name(folder.name + "-report")
write_report(report)
(folder / "store").mkdir()
command = [sys.executable, "-m", "pytest", "claims", "-p", "no:cacheprovider", "-p", "no:xdist", "--claims-looks=1"]
def session():
    done = subprocess.run([*command, f"--claims-store={folder}/store"], cwd=report, capture_output=True, text=True)
    print(done.stdout)
    print(done.returncode)
session()
print("THEN")
assert os.system(f"mount -o remount,size=10m {folder}") == 0
session()
"""


@needs_mount
def test_a_session_on_a_full_disk_judges_what_it_can_and_goes_on_when_there_is_room(folder: Path) -> None:
    """Claims whose runs cannot be kept say so in one sentence each; the others have their verdicts."""
    report = folder.with_name(folder.name + "-report")
    try:
        said = "\n".join(mounted('(folder / "filler").write_bytes(bytes(130_000))\n' + SESSIONS, folder))
    finally:
        shutil.rmtree(report, ignore_errors=True)
    full, _, free = said.partition("THEN")
    sentences = [line for line in full.splitlines() if line.startswith(f"store {folder}/store cannot be written to (")]
    assert sentences
    assert set(sentences) == {
        f"store {folder}/store cannot be written to ({NO_SPACE}); free space there or give another folder for the store"
    }
    assert re.search(r"estimate  [0-9.]+ \[", full)
    missing = re.search(r"Planned but not done: (\d+) trainings", full)
    assert missing is not None
    assert not re.search("INTERNALERROR|Traceback|OSError", full)
    assert f"of which {missing[1]} done now and {180 - int(missing[1])} before" in free
    assert "Planned but not done" not in free
    assert "cannot be written" not in free


# Folders that may not be written or entered


ACTS = """
print(blocks_there())
said(lambda: store.save(runs_hard_to_keep(BLOCKS[1])))
said(reserve)
said(use_machine)
"""
LOADED = """
said(lambda: store.load(PROTOCOL, BLOCKS[0]))
said(lambda: store.has(PROTOCOL, BLOCKS[0]))
said(lambda: verify(folder))
"""


@needs_root
def test_a_folder_that_may_not_be_written_is_read(folder: Path) -> None:
    """Its runs are there for everybody; what would write says so in one sentence."""
    Store(folder, fingerprint).save(runs_hard_to_keep(FIRST))
    there, save, reserve, machine = lines_of(ACTS, folder, USERS[0])
    assert there == "1"
    assert save.startswith(f"store {folder} cannot be written to ([Errno 13] Permission denied: ")
    assert save.endswith("); free space there or give another folder for the store")
    sentence = (
        f"store {folder} cannot be made ([Errno 13] Permission denied: '{folder}/locks'); "
        "give a folder for it that can be written to"
    )
    assert (reserve, machine) == (sentence, sentence)
    assert len(verify(folder).whole) == 1


@needs_mount
def test_a_disk_that_may_not_be_written_is_read(folder: Path) -> None:
    """As a folder that may not."""
    there, save, reserve, machine = mounted(
        'store.save(runs_hard_to_keep(BLOCKS[0]))\nassert os.system(f"mount -o remount,ro {folder}") == 0\n' + ACTS,
        folder,
    )
    assert there == "1"
    assert "cannot be written to ([Errno 30] Read-only file system: " in save
    assert "cannot be made ([Errno 30] Read-only file system: " in reserve
    assert reserve == machine


@needs_root
@pytest.mark.parametrize("closed", [".", "runs"])
def test_a_folder_that_may_not_be_entered_is_one_sentence(folder: Path, closed: str) -> None:
    """What is stored there is not taken for missing: it would be trained and not kept."""
    path = Store(folder, fingerprint).save(runs_hard_to_keep(FIRST))
    (folder / closed).chmod(0o700)
    load, has, checked = lines_of(LOADED, folder, USERS[0])
    assert load == has
    assert load.startswith(f"stored runs {path} cannot be read ([Errno 13] Permission denied: ")
    assert load.endswith("); give another folder for the store")
    assert checked.startswith(f"store {folder} cannot be read ([Errno 13] Permission denied: ")


@needs_root
def test_a_file_that_may_not_be_read_is_one_sentence(folder: Path) -> None:
    """And neither set aside nor removed."""
    path = Store(folder, fingerprint).save(runs_hard_to_keep(FIRST))
    path.chmod(0o600)
    load, _, checked = lines_of(LOADED + "\nassert not list(useless(store))", folder, USERS[0])
    assert load.startswith(f"stored runs {path} cannot be read ([Errno 13] Permission denied: ")
    assert checked.startswith(f"{path} cannot be read ([Errno 13] Permission denied: ")
    assert path.exists()


# Two users


@pytest.fixture
def shared(folder: Path) -> Path:
    """Make a folder that a group proportions: ``chgrp group folder; chmod g+ws folder``."""
    os.chown(folder, 0, GROUP)
    folder.chmod(0o2775)
    return folder


HOLD = """
store.save(runs_hard_to_keep(BLOCKS[0]))
with store.reserve(PROTOCOL, BLOCKS[1], wait=False) as reserved, machine(folder, alone=False):
    print(reserved, flush=True)
    sys.stdin.readline()
store.save(runs_hard_to_keep(BLOCKS[2]))
"""
BESIDE = """
print(blocks_there())
with store.reserve(PROTOCOL, BLOCKS[1], wait=False) as reserved:
    print(reserved)
said(use_machine)
said(lambda: store.save(runs_hard_to_keep(BLOCKS[3])))
said(lambda: reserve(BLOCKS[0]))
"""


@needs_root
def test_two_users_share_a_store(shared: Path) -> None:
    """Each reads what the other kept, writes beside it, and waits for the other's locks, whatever their umasks."""
    first = started(HOLD, shared, USERS[0])
    assert first.stdout is not None
    assert first.stdout.readline() == "True\n"
    assert lines_of(BESIDE, shared, USERS[1]) == ["1", "False", "no error", "no error", "no error"]
    _, errors = first.communicate("\n", timeout=60)
    assert first.returncode == 0, errors
    everything = """
print(blocks_there())
with store.reserve(PROTOCOL, BLOCKS[1], wait=False) as reserved:
    print(reserved)
said(lambda: use_machine(alone=True))
"""
    for user in USERS:
        assert lines_of(everything, shared, user) == ["3", "True", "no error"]


@needs_root
def test_one_user_cleans_up_after_the_other_was_killed(shared: Path) -> None:
    """Locks and unfinished files that the other left behind, but not those that the other holds."""
    killed = """
from harness.base.files import whole_file
with store.reserve(PROTOCOL, BLOCKS[1], wait=False), whole_file(store.path(PROTOCOL, BLOCKS[1])) as part:
    part.write(b"half")
    print("writing", flush=True)
    sys.stdin.readline()
"""
    clean = """
flaws = list(useless(store))
for flaw in flaws:
    remove(flaw)
print(*sorted(flaw.file.kind for flaw in flaws))
"""
    other = started(killed, shared, USERS[0])
    assert other.stdout is not None
    assert other.stdout.readline() == "writing\n"
    assert lines_of(clean, shared, USERS[1]) == [""]
    other.kill()
    other.communicate()
    assert lines_of(clean, shared, USERS[1]) == ["locks unfinished"]
