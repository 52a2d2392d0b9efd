"""Whether two workers agree: which blocks are trained twice, and in what their numbers differ."""

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.base.errors import ExecutorError, WorkersDifferWarning
from harness.base.hashing import content_digest
from harness.execution.engine import Block
from harness.execution.messages import Answer
from harness.training.runs import SECONDS, Runs


def checked_twice(blocks: Sequence[Block], proportion: float) -> frozenset[Block]:
    """Return the blocks that are trained twice: of each trainer this proportion, rounded up, always the same ones."""
    chosen: set[Block] = set()
    for trainer in {config.trainer for config, _ in blocks}:
        its = [block for block in blocks if block[0].trainer == trainer]
        its.sort(key=lambda block: content_digest([block[0].digest, block[1]]))
        chosen.update(its[: math.ceil(proportion * len(its))])
    return frozenset(chosen)


def refuse_disagreement(block: Block, first: tuple[Answer, Runs], second: tuple[Answer, Runs]) -> None:
    """Compare what two workers made of a block; seconds aside, it has to be the same to the last bit.

    Raises
    ------
    ExecutorError
        If it is not, though both have the same kind of processor.

    Warns
    -----
    WorkersDifferWarning
        If it is not, and their processors differ.
    """
    (one, its_runs), (other, other_runs) = first, second
    differences = differences_of(its_runs, other_runs)
    if not differences:
        return
    config, seeds = block
    text = (
        f"workers {one.worker} ({one.processor}) and {other.worker} ({other.processor}) trained the same "
        f"block to other numbers: {', '.join(differences)}; seeds {seeds[0]} to {seeds[-1]}, {config}"
    )
    if one.processor == other.processor:
        raise ExecutorError(f"{text}; find out which is right, and delete what the other has trained")
    warnings.warn(f"{text}; the first are kept", WorkersDifferWarning, stacklevel=2)


def differences_of(one: Runs, other: Runs) -> list[str]:
    """Return in which arrays two trainings of a block are not the same to the last bit, and by how much; time aside."""
    differing = []
    for kind, name, a in one.arrays():
        b = getattr(other, kind).get(name)
        if b is None or a.shape != b.shape:
            differing.append(f"{name} in shape")
        elif name != SECONDS and a.tobytes() != b.tobytes():
            differing.append(f"{name} by up to {_farthest(a, b):.2g}")
    return differing


def _farthest(a: "np.ndarray[Any, Any]", b: "np.ndarray[Any, Any]") -> float:
    with np.errstate(invalid="ignore"):
        apart = np.abs(a.astype(float) - b.astype(float))
    return float(np.max(np.where(np.isnan(a.astype(float)) & np.isnan(b.astype(float)), 0.0, apart)))
