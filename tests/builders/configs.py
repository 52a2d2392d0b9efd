"""Protocols, and blocks of work, that would be trained in no time."""

from dataclasses import replace
from typing import Any

from harness.execution.engine import Block
from harness.training.config import TrainingConfig
from harness.training.seeds import seed_blocks


def small_protocol(**changes: Any) -> TrainingConfig:
    """Build the config of a small network on the wines, with some fields changed."""
    fields: dict[str, Any] = {
        "framework": "torch",
        "dataset": "wine",
        "test_size": 0.25,
        "scaling": "standard",
        "hidden_widths": (8,),
        "activation": "relu",
        "optimizer": "sgd",
        "learning_rate": 0.1,
        "batch_size": 32,
        "epochs": 4,
        "loss": "cross_entropy",
    }
    return TrainingConfig(**{**fields, **changes})


TORCH = small_protocol(dataset="iris", test_size=0.3, hidden_widths=(2,), batch_size=128, epochs=1)
TOO_LARGE = replace(TORCH, hidden_widths=(10**15,))  # for any memory
BLOCK = seed_blocks(1)[0]


def blocks_of(count: int) -> list[Block]:
    """Build so many blocks, each of another config."""
    return [(replace(TORCH, epochs=epochs), BLOCK) for epochs in range(1, count + 1)]
