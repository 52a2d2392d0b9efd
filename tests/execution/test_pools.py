import os
import subprocess
import sys
import time
from pathlib import Path

PARENT = """
import os, time
from harness.execution.pools import local_processes

if __name__ == "__main__":
    with local_processes(1) as processes:
        print(processes.submit(os.getpid).result(), flush=True)
        time.sleep(120)
"""


def is_alive(pid: int) -> bool:
    """Whether a process runs: one that has ended and was not fetched does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    """Also if it is killed: nobody would ever give them another task."""
    file = tmp_path / "parent.py"
    file.write_text(PARENT, encoding="utf-8")
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, str(file)], stdout=subprocess.PIPE, text=True, env=paths) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        parent.kill()
    ends = time.monotonic() + 30
    while is_alive(pid):
        assert time.monotonic() < ends, "it still runs"
        time.sleep(0.05)
