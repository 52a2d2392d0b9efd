"""Configs, and blocks of work, that would be trained in no time."""

from typing import Any

from harness.execution.engine import Block
from harness.training.config import TrainingConfig
from harness.training.seeds import seed_blocks


def small_config(**changes: Any) -> TrainingConfig:
    """Build the config of a small network on the wines, some fields or the trainer (here PyTorch) changed."""
    fields: dict[str, Any] = {
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
    return TrainingConfig.make(changes.pop("trainer", "torch"), {**fields, **changes})


def trained_by(trainer: str, config: TrainingConfig) -> TrainingConfig:
    """Return the same config for another trainer."""
    return TrainingConfig.make(trainer, dict(config))


TORCH = small_config(dataset="iris", test_size=0.3, hidden_widths=(2,), batch_size=128, epochs=1)
TOO_LARGE = TORCH.changed(hidden_widths=(10**15,))  # for any memory
BLOCK = seed_blocks(1, 20)[0]


def blocks_of(count: int) -> list[Block]:
    """Build so many blocks, each of another config."""
    return [(TORCH.changed(epochs=epochs), BLOCK) for epochs in range(1, count + 1)]
