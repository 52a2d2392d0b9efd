"""What tests of trainings by the frameworks share."""

import pytest


@pytest.fixture(autouse=True)
def no_collection_at_each_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keras collects garbage whenever a model is built, which takes longer the more a process of many tests has loaded.

    Python's own collections go on.
    """
    monkeypatch.setattr("gc.collect", lambda *_: 0)
