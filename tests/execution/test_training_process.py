import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from harness.base.errors import ExecutorError, HarnessError, TrainingFailedError
from harness.execution import engine, training_process
from harness.execution.agreement import differences_of
from harness.execution.pools import WorkerPool, local_processes
from harness.execution.training_process import train_there
from harness.execution.workers import train_blocks_with
from harness.training.config import TrainingConfig
from harness.training.function.trainer import Rules, set_rules
from harness.training.seeds import seed_blocks
from harness.training.trainers import trainer_named
from tests.builders.clusters import say_nothing, wait_until
from tests.builders.configs import BLOCK, TOO_LARGE, TORCH, trained_by
from tests.builders.functions import function_config
from tests.builders.trainers import TRAINER

SEED = BLOCK[1:2]
# Trains at once, or for long; without a framework, since how a process ends does not depend on one.
SLEEPS = """
import time


def run(config, seed):
    time.sleep(600 if config.epochs > 3 else 0)
    return {"x": 1.0}
"""
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def own_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[training_process._Kept]:
    """Give a training process that no other test has."""
    kept = training_process._Kept()
    monkeypatch.setattr(training_process, "_kept", kept)
    yield kept
    kept.end()


@pytest.fixture
def coin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TrainingConfig]:
    """Return a config of a trainer that is no function and needs no framework."""
    (tmp_path / "coins.py").write_text(TRAINER, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield TrainingConfig.make("coins:COIN", {"bias": 0.5})
    trainer_named.cache_clear()
    del sys.modules["coins"]


@pytest.fixture
def quick(tmp_path: Path) -> TrainingConfig:
    """Return a config that is trained at once."""
    return function_config(tmp_path, SLEEPS)


def long(config: TrainingConfig) -> TrainingConfig:
    """Return one that is trained for long, by the same process."""
    return config.changed(epochs=1000)


def pid_of(kept: training_process._Kept) -> int:
    """Return the process in which it trains now."""
    assert kept._process is not None
    return kept._process._process.pid


def lives(pid: int) -> bool:
    """Whether a process runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


# What it trains


def test_it_trains_what_would_be_trained_here() -> None:
    """To the last bit, times aside, of both types and all shapes."""
    there, here = train_there(TORCH, BLOCK), trainer_named("torch").train(TORCH, BLOCK)
    assert differences_of(there, here) == []
    assert [array.dtype for _, _, array in there.arrays()] == [array.dtype for _, _, array in here.arrays()]


def test_what_fails_there_is_said_here_with_config_and_seeds() -> None:
    """And the process goes on."""
    with pytest.raises(HarnessError, match=r"^training failed: seeds Seed\(.+\) to Seed\(.+\), torch\(.+\): .*alloc"):
        engine.train(TOO_LARGE, BLOCK)
    pid = pid_of(training_process._kept)
    assert train_there(TORCH, BLOCK).seeds == BLOCK
    assert pid_of(training_process._kept) == pid


def test_one_process_trains_all(own_process: training_process._Kept, tmp_path: Path) -> None:
    """It is started when something is first trained, and kept; threads take turns."""
    assert not training_process.is_there()
    config = function_config(tmp_path)
    blocks = [seed_blocks(16, 4)[number] for number in range(4)]
    first = train_there(config, blocks[0])
    pid = pid_of(own_process)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda seeds: train_there(config, seeds), blocks))
    assert [runs.seeds for runs in found] == blocks
    assert differences_of(found[0], first) == []
    assert pid_of(own_process) == pid


def test_one_that_has_grown_is_replaced(
    own_process: training_process._Kept, monkeypatch: pytest.MonkeyPatch, coin: TrainingConfig, quick: TrainingConfig
) -> None:
    """Between two trainings, once it keeps more than it should; a training function's is its own matter."""
    train_there(coin, BLOCK)
    pid = pid_of(own_process)
    monkeypatch.setattr(training_process, "MOST_GROWN", -(10**12))
    first = train_there(coin, BLOCK)
    assert pid_of(own_process) != pid
    assert differences_of(first, train_there(coin, BLOCK)) == []
    train_there(quick, SEED)
    pid = pid_of(own_process)
    train_there(quick, SEED)
    assert pid_of(own_process) == pid


def test_growth_is_told_from_the_first_answer_on(own_process: training_process._Kept, coin: TrainingConfig) -> None:
    """A process that answers the same again has hardly grown; before, there is nothing to tell."""
    train_there(coin, BLOCK)
    assert own_process._process is not None
    assert abs(own_process._process.grown) < 10**8
    assert own_process._process._first_size is not None
    assert own_process._process._first_size > 10**7


def test_other_versions_there_are_refused(own_process: training_process._Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """With both named."""
    monkeypatch.setattr(training_process, "fingerprint_of", lambda config: {"torch": "0.1"})
    with pytest.raises(ExecutorError, match=r"has other versions: torch 2.* \(here 0\.1\)"):
        train_there(TORCH, BLOCK)


def test_processes_of_an_executor_are_as_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting of the session's environment does not reach them."""
    keras = trained_by("keras", TORCH)
    store = engine.open_store(tmp_path)
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    with local_processes(1) as processes:
        train_blocks_with(WorkerPool(processes, 1), store, say_nothing, [(keras, BLOCK)])
    stored = store.load(keras, BLOCK)
    assert stored is not None
    assert differences_of(stored, train_there(keras, BLOCK)) == []


# Training functions


def test_a_training_function_has_a_process_of_its_own(
    own_process: training_process._Kept, coin: TrainingConfig, tmp_path: Path
) -> None:
    """What one report's files did there cannot reach another's trainings, nor those of the harness."""
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    one = function_config(tmp_path / "one", "X = []\n" + RETURNS_COUNT)
    other = function_config(tmp_path / "other", "X = [0, 0]\n" + RETURNS_COUNT)
    assert train_there(one, BLOCK[1:2]).count.tolist() == [1.0]
    pid = pid_of(own_process)
    assert train_there(one, BLOCK[2:3]).count.tolist() == [2.0]
    assert pid_of(own_process) == pid
    assert train_there(other, BLOCK[1:2]).count.tolist() == [3.0]
    assert pid_of(own_process) != pid
    pid = pid_of(own_process)
    assert train_there(coin, BLOCK).seeds == BLOCK
    assert pid_of(own_process) != pid


RETURNS_COUNT = (
    "def run(config, seed):\n    print('a line', flush=True)\n    X.append(1)\n    return {'count': len(X)}\n"
)


def test_a_function_that_hangs_is_ended(own_process: training_process._Kept, tmp_path: Path) -> None:
    """After its limit; the next training begins anew."""
    train = "import time\ndef run(config, seed):\n    time.sleep(100 * (seed.training == 1))\n    return {'x': 1}\n"
    config = function_config(tmp_path, train)
    set_rules(config.trainer, Rules(time_limit=3.0))
    with pytest.raises(TrainingFailedError, match=r"\): it was ended after 3 s, which is all that time_limit allows$"):
        engine.train(config, BLOCK[1:2])
    assert train_there(config, BLOCK[2:3]).x.tolist() == [1.0]


def test_what_a_function_raises_comes_with_its_traceback(own_process: training_process._Kept, tmp_path: Path) -> None:
    """And with config and seed."""
    config = function_config(tmp_path, "def run(config, seed):\n    raise ValueError('too hot')\n")
    with pytest.raises(TrainingFailedError) as caught:
        engine.train(config, BLOCK[1:2])
    assert str(caught.value) == f"training failed: seed {BLOCK[1]}, {config}: ValueError: too hot"
    assert 'train.py", line 2, in run' in caught.value.traceback


SEES = """
import os

def run(config, seed):
    return {"device": int(os.environ["CUDA_VISIBLE_DEVICES"]), "threads": int(os.environ["OMP_NUM_THREADS"])}
"""


def test_a_function_sees_gpus_only_where_the_protocol_says_so(
    own_process: training_process._Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that the session sees; what else trains here sees none."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    config = function_config(tmp_path, SEES)
    assert train_there(config, BLOCK[1:2]).device.tolist() == [-1]
    set_rules(config.trainer, Rules(gpu=True))
    runs = train_there(config, BLOCK[1:2])
    assert (runs.device.tolist(), runs.threads.tolist()) == ([3], [1])
    set_rules(config.trainer, Rules())
    assert train_there(config, BLOCK[1:2]).device.tolist() == [-1]


FORKS = """
import os

def run(config, seed):
    child = os.fork()
    if child:
        os.waitpid(child, 0)
    return {"x": 1 if child else 2}
"""


def test_a_copy_that_a_function_makes_of_the_process_does_not_answer(
    own_process: training_process._Kept, tmp_path: Path
) -> None:
    """Only the process that was asked does."""
    config = function_config(tmp_path, FORKS)
    assert [train_there(config, (seed,)).x.tolist() for seed in BLOCK[1:3]] == [[1.0], [1.0]]


# How it ends


def test_one_that_dies_is_named_with_the_last_it_said_and_another_is_started(
    own_process: training_process._Kept, monkeypatch: pytest.MonkeyPatch, coin: TrainingConfig
) -> None:
    """Here of a task that is none."""
    with monkeypatch.context() as patch:
        patch.setattr(training_process, "task_of", lambda *_: "no task")
        with pytest.raises(HarnessError) as caught:
            engine.train(coin, BLOCK)
    who = f"training failed: seeds {BLOCK[0]} to {BLOCK[-1]}, {coin}: "
    assert str(caught.value).startswith(f"{who}its process ended (json.decoder.JSONDecodeError: ")
    assert train_there(coin, BLOCK).seeds == BLOCK


def test_one_that_is_killed_is_named_with_its_status(
    own_process: training_process._Kept, quick: TrainingConfig
) -> None:
    """As the system does when memory runs out; while it trains that is an error, between two trainings none."""
    train_there(quick, SEED)
    first = pid_of(own_process)
    threading.Timer(0.5, os.kill, (first, signal.SIGKILL)).start()
    with pytest.raises(HarnessError, match=r": its process ended \(status -9\)$"):
        engine.train(long(quick), SEED)
    train_there(quick, SEED)
    second = pid_of(own_process)
    os.kill(second, signal.SIGKILL)
    os.waitid(os.P_PID, second, os.WEXITED | os.WNOWAIT)  # all its threads
    assert train_there(quick, SEED).seeds == SEED
    assert len({first, second, pid_of(own_process)}) == 3


# Trains for long after it said in which process; after an interrupt it trains something short, and says so.
SESSION = """
import os, sys
from harness.execution import engine
from harness.execution import training_process
from pathlib import Path
from tests.execution.test_training_process import SEED, SLEEPS, function_config, long, pid_of

quick = function_config(Path(sys.argv[1]), SLEEPS)
engine.train(quick, SEED)
print(pid_of(training_process._kept), flush=True)
try:
    engine.train(long(quick), SEED)
except KeyboardInterrupt:
    print(engine.train(quick, SEED).config == quick, pid_of(training_process._kept), flush=True)
"""


@pytest.fixture
def session(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Start a session in a process group of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", SESSION, str(tmp_path)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        yield process
        process.kill()


def test_it_does_not_outlive_a_session_that_is_killed(session: "subprocess.Popen[str]") -> None:
    """Though it is in the middle of a training."""
    assert session.stdout is not None
    trains = int(session.stdout.readline())
    time.sleep(0.5)
    assert lives(trains)
    session.kill()
    wait_until(lambda: not lives(trains))


def test_an_interrupt_ends_the_training_and_no_answer_is_taken_for_another(session: "subprocess.Popen[str]") -> None:
    """Ctrl-C, which all of the group get; the training process of before is gone, and the new one goes with the end."""
    assert session.stdout is not None
    before = int(session.stdout.readline())
    time.sleep(0.5)
    os.killpg(session.pid, signal.SIGINT)
    right, after = session.stdout.readline().split()
    assert right == "True"
    assert session.wait() == 0
    assert before != int(after)
    assert not lives(before)
    assert not lives(int(after))


def test_a_fork_has_a_process_of_its_own(
    own_process: training_process._Kept, quick: TrainingConfig, tmp_path: Path
) -> None:
    """Two processes that write into one pipe would be given each other's answers."""
    train_there(quick, SEED)
    pid = pid_of(own_process)
    code = f"{FORK}\nassert pid_of(training_process._kept) == first\n"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["True", "True"]
    assert pid_of(own_process) == pid


FORK = """
import os, sys
from pathlib import Path
from harness.execution import training_process
from harness.execution.training_process import train_there
from tests.execution.test_training_process import SEED, SLEEPS, function_config, pid_of

quick = function_config(Path(sys.argv[1]), SLEEPS)
train_there(quick, SEED)
first = pid_of(training_process._kept)
child = os.fork()
if child == 0:
    train_there(quick, SEED)
    print(pid_of(training_process._kept) != first, flush=True)
    training_process.end()
    os._exit(0)
os.waitpid(child, 0)
print(train_there(quick, SEED).config == quick, flush=True)
"""


# What reaches it


@pytest.mark.parametrize(
    ("framework", "code", "said"),
    [
        (
            "torch",
            "import torch; torch.set_default_dtype(torch.float64)",
            "sets torch.get_default_dtype to torch.float64, and trainings are made with torch.float32",
        ),
        (
            "keras",
            "import tensorflow as tf; tf.constant(1.0) + 1",
            "uses keras before trainings can set it up (Intra op",
        ),
        ("", "import os; print('noise', flush=True); os.system('echo more noise')", ""),
        ("", "import sys; sys.stdout.write('12'); sys.stdout.flush()", ""),
    ],
)
def test_what_python_runs_as_it_starts_is_refused_where_it_changes_numbers(
    tmp_path: Path,
    own_process: training_process._Kept,
    quick: TrainingConfig,
    monkeypatch: pytest.MonkeyPatch,
    framework: Any,
    code: str,
    said: str,
) -> None:
    """In one sentence; what it prints is not taken for an answer."""
    (tmp_path / "sitecustomize.py").write_text(code, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{ROOT}")
    if not said:
        assert engine.train(quick, SEED).config == quick
        return
    config = trained_by(framework, TORCH)
    with pytest.raises(HarnessError) as caught:
        engine.train(config, BLOCK)
    refusal = f"code that {sys.executable} runs whenever it starts (sitecustomize, usercustomize or a .pth file) {said}"
    assert refusal in str(caught.value)
    assert str(caught.value).endswith("; take it out there")


def test_it_finds_the_harness_that_asks_and_packages_of_the_user(tmp_path: Path) -> None:
    """Also where only the path of the running process leads to them; modules named as others have no turn."""
    mine = "import harness, queue\n\ndef main():\n    print(harness.__file__)\n"
    (tmp_path / "mine.py").write_text(mine, encoding="utf-8")
    (tmp_path / "queue.py").write_text("raise SystemExit('the wrong module')", encoding="utf-8")
    code = (
        "import queue, subprocess, sys\n"
        f"sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]\n"
        "from harness.training.clean_start import clean_command, clean_environment\n"
        "subprocess.run(clean_command('mine'), env=clean_environment(), check=True)\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    # With -P the working folder does not hide Python's own module from the session either.
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (f"{ROOT / 'harness' / '__init__.py'}\n", "")
