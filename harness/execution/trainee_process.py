"""A process that trains one block after the other, from its start to its end."""

import resource
import subprocess
import tempfile
import uuid
from contextlib import suppress
from pathlib import Path

from harness.base.errors import HarnessError
from harness.execution.room import Room
from harness.training.clean_start import clean_command, clean_environment


class TraineeProcess:
    """One process, from its start to its end; see `harness.execution.trainee` for what it does."""

    def __init__(self, room: Room) -> None:
        pipe = subprocess.PIPE
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        ready = uuid.uuid4().hex
        self._process = subprocess.Popen(
            clean_command("harness.execution.trainee", ready),
            stdin=pipe,
            stdout=pipe,
            stderr=self._errors,
            env=clean_environment(gpu=room.gpu),
        )
        self._unsaid = ready.encode() + b"\n"
        self._first_size: int | None = None

    @property
    def ended(self) -> bool:
        """Whether it has died."""
        return self._process.poll() is not None

    @property
    def grown(self) -> int:
        """By how many bytes its memory is larger than after its first answer; 0 where the system does not tell."""
        size = self._size()
        return 0 if size is None or self._first_size is None else size - self._first_size

    def _size(self) -> int | None:
        try:
            pages = Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()[1]
        except OSError:  # not a Linux
            return None
        return int(pages) * resource.getpagesize()

    def ask(self, task: str) -> bytes:
        """Return its answer to a task.

        Raises
        ------
        HarnessError
            If it ends before.
        """
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None
        assert answers is not None
        try:
            requests.write(task.encode() + b"\n")
            requests.flush()
            while self._unsaid and (line := answers.readline()):
                if line.endswith(self._unsaid):
                    self._unsaid = b""
            length = int(answers.readline())
            answer = answers.read(length)
        except (OSError, ValueError):
            raise self._death() from None
        if len(answer) < length:
            raise self._death()
        if self._first_size is None:
            self._first_size = self._size()
        return answer

    def _death(self) -> HarnessError:
        self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return HarnessError(f"its process ended ({lines[-1] if lines else f'status {self._process.returncode}'})")

    def kill(self) -> None:
        """Let it end, from another thread than that which asks it."""
        self._process.kill()

    def end(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._close()

    def forget(self) -> None:
        """Leave it to the process that started it, of which this one is a copy."""
        self._process.returncode = 0  # or Python would warn that it still runs
        self._close()

    def _close(self) -> None:
        for end in (self._process.stdin, self._process.stdout, self._errors):
            assert end is not None
            with suppress(OSError):  # of a task that could not be sent
                end.close()
