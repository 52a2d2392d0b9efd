"""What a training may come near: files of a report, and GPUs."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.base.locks import locked


@dataclass(frozen=True)
class Room:
    """What a process may come near; one that has been in another is not asked.

    Attributes
    ----------
    home
        The folder from which it imports a report's own files; None for none.
    gpu
        Whether it may use GPUs.
    """

    home: Path | None = None
    gpu: bool = False


ANYWHERE = Room()


@contextmanager
def one_at_a_time(gpu: bool) -> Iterator[None]:
    """Hold the GPUs of this machine against other trainings of this user, if they are needed."""
    if not gpu:
        yield
        return
    with locked(Path(tempfile.gettempdir()) / f"claims-gpu-{os.getuid()}.lock"):
        yield
