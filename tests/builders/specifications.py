"""Specifications: what a reading comes to in one universe."""

from typing import Any

from harness.reconstruction.specification import Specification


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
