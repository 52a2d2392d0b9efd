"""Specifications: what a reading comes to in one universe."""

import math
from collections.abc import Sequence
from typing import Any

from harness.reconstruction.specification import Specification
from harness.verdicts.band import Band, decide

BAND = Band(0.9, 1.1, "a tenth either way")
BANDS = [BAND, Band(0.9, math.inf, "open"), Band(-math.inf, 1.1, "open"), Band(-math.inf, math.inf, "open")]


def specification_with(**changes: Any) -> Specification:
    """Build what one universe says; by itself it supports the reading."""
    fields: dict[str, Any] = {
        "universe": "default",
        "choices": {"batch_size": "16"},
        "outcome": "supported",
        "value": 1.0,
        "low": 0.95,
        "high": 1.05,
        "weight": 1.0,
    }
    return Specification(**{**fields, **changes})


def estimated(values: Sequence[float], half_width: float = 0.02) -> list[Specification]:
    """Build one universe for each estimate, with a choice that tells them apart, judged against the band."""
    return [
        specification_with(
            universe=f"universe {number}",
            choices={"dataset": f"number {number % 3}", "batch_size": "16"},
            outcome=decide((value - half_width, value + half_width), BAND),
            value=value,
            low=value - half_width,
            high=value + half_width,
        )
        for number, value in enumerate(values)
    ]
