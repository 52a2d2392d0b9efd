"""The hook that other packages and conftests implement to bring trainers."""

from collections.abc import Mapping

import pytest


@pytest.hookspec
def pytest_claims_trainers() -> Mapping[str, str]:
    """Return trainers by the name that configs call them by, each as ``module:attribute``.

    What stands there is a `harness.Trainer`. Its module is imported when a report names it, not before.
    """
    raise NotImplementedError
