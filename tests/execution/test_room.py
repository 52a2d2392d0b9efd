import threading
import time
from pathlib import Path

import pytest

from harness.execution import room


def test_one_run_at_a_time_has_the_gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all sessions of this user on this machine; other runs do not wait."""
    monkeypatch.setattr(room.tempfile, "gettempdir", lambda: str(tmp_path))
    entered: list[str] = []

    def enter() -> None:
        with room.one_at_a_time(True):
            entered.append("second")

    waiting = threading.Thread(target=enter)
    with room.one_at_a_time(True):
        waiting.start()
        time.sleep(0.3)
        with room.one_at_a_time(False):
            entered.append("first")
    waiting.join(10)
    assert entered == ["first", "second"]
