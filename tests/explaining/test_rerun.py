import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from harness.base.errors import RerunError
from harness.explaining.rerun import Run, call


def run_of(path: Path, *tests: str) -> Run:
    """Return a run of tests in a folder."""
    return Run(
        code=path,
        interpreter=Path(sys.executable),
        tests=tests,
        seeds=3,
        looks=1,
        workers="0",
        store=path / "store",
        pages=path / "pages",
    )


def test_a_run_without_a_session_says_what_pytest_said(tmp_path: Path) -> None:
    """With the exit status and the file that has all of it."""
    with pytest.raises(RerunError) as problem:
        run_of(tmp_path, "test_nowhere.py").session()
    assert str(problem.value) == (
        "pytest ended with exit status 4 and no claims.json (ERROR: file or directory not found: test_nowhere.py; "
        f"see {tmp_path / 'pages' / 'output.txt'})"
    )


def test_a_session_of_yesterday_is_not_taken_for_that_of_today(tmp_path: Path) -> None:
    """What stands there is removed before the run."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "claims.json").write_text("{}", encoding="utf-8")
    with pytest.raises(RerunError, match=r"no claims\.json"):
        run_of(tmp_path, "test_nowhere.py").session()


ENDS_IN_ORDER = """
import signal, sys, time
def end(*_):
    print("ended in order", flush=True)
    sys.exit(0)
signal.signal(signal.SIGINT, end)
print("began", flush=True)
time.sleep(60)
"""


def test_an_interrupt_lets_the_command_end_in_order(tmp_path: Path) -> None:
    """It is passed on, since it may have reached this process alone, and then goes on."""
    output = tmp_path / "output.txt"

    def interrupt_once_it_began() -> None:
        while "began" not in output.read_text(encoding="utf-8"):
            pass
        os.kill(os.getpid(), signal.SIGINT)

    with output.open("w", encoding="utf-8") as stream:
        threading.Thread(target=interrupt_once_it_began).start()
        with pytest.raises(KeyboardInterrupt):
            call([sys.executable, "-c", ENDS_IN_ORDER], cwd=tmp_path, stream=stream.fileno())
    assert output.read_text(encoding="utf-8").splitlines()[-1] == "ended in order"


def test_what_runs_is_the_code_that_is_meant(tmp_path: Path) -> None:
    """A harness that stands in the folder is imported, and not the installed one."""
    (tmp_path / "harness").mkdir()
    (tmp_path / "harness" / "__init__.py").write_text("raise SystemExit('the harness of the folder')")
    with pytest.raises(RerunError):
        run_of(tmp_path, "test_nowhere.py").session()
    assert "the harness of the folder" in (tmp_path / "pages" / "output.txt").read_text(encoding="utf-8")
    environment = {"PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-c", "import harness"], env=environment, cwd="/", check=True)


@pytest.mark.parametrize(("knows", "prefix"), [("--seeds", "--"), ("--claims-seeds", "--claims-")])
def test_code_of_any_time_gets_the_options_that_it_knows(tmp_path: Path, knows: str, prefix: str) -> None:
    """Those of pytest had no prefix once; claims without a harness of their own are judged by the one at hand."""
    assert f"--claims-store={tmp_path / 'store'}" in run_of(tmp_path)._command()
    (tmp_path / "harness").mkdir()
    (tmp_path / "harness" / "options.py").write_text(f'group.addoption("{knows}")\n', encoding="utf-8")
    command = run_of(tmp_path)._command()
    assert {f"{prefix}seeds=3", f"{prefix}looks=1", f"{prefix}store={tmp_path / 'store'}"} <= set(command)
