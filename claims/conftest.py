"""What several modules of claims share."""

import pytest

# Who is timed on the classification, all in turn: every mode that a user would choose, and the wide network.
CLASSIFICATION_FIELD = {
    "keras": {"framework": "keras"},
    "keras no-jit": {"framework": "keras", "mode": "no-jit"},
    "keras on-torch": {"framework": "keras", "mode": "on-torch"},
    "torch": {"framework": "torch"},
    "torch compile": {"framework": "torch", "mode": "compile"},
    "keras net2": {"framework": "keras", "network": "net2"},
    "torch net2": {"framework": "torch", "network": "net2"},
}


@pytest.fixture
def classification_timings(evidence):
    """Give the timing of everyone in the field, by name."""
    cells = [{"task": "classification", **cell} for cell in CLASSIFICATION_FIELD.values()]
    return dict(zip(CLASSIFICATION_FIELD, evidence.race(cells), strict=True))
