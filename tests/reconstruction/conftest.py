import pytest

from tests.builders.reconstructions import MadeUp, replace_trainers


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> MadeUp:
    """Let trainings be made up."""
    return replace_trainers(monkeypatch)
