"""Scalars that were logged for TensorBoard, one event file after the other."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from harness.base.errors import DataError, MissingPackageError

NAMES = ("metric", "step", "value", "wall_time")


def records_in(place: Path) -> Iterator[Mapping[str, Any]]:
    """Yield a row for each step of each scalar, all of them.

    Raises
    ------
    MissingPackageError
        If TensorBoard is not installed.
    DataError
        If the file is no event file.
    """
    sys.modules.setdefault("tensorboard.compat.notf", ModuleType("notf"))  # it reads without TensorFlow then
    try:
        from tensorboard.backend.event_processing.event_accumulator import SCALARS, TENSORS, EventAccumulator
        from tensorboard.util.tensor_util import make_ndarray
    except ImportError as missing:
        raise MissingPackageError(
            f"{place}: TensorBoard is not installed; run: pip install 'pytest-claims[tensorboard]'"
        ) from missing
    events = EventAccumulator(str(place), size_guidance={SCALARS: 0, TENSORS: 0})  # 0 is all, otherwise it samples
    try:
        events.Reload()
    except Exception as reason:  # of damaged bytes, it raises errors of many kinds
        raise DataError(f"{place}: TensorBoard cannot read it ({reason})") from reason
    for tag in events.Tags()["scalars"]:
        for event in events.Scalars(tag):
            yield _row(tag, event, event.value)
    for tag in events.Tags()["tensors"]:  # TensorFlow 2 writes scalars as these
        for event in events.Tensors(tag):
            array = make_ndarray(event.tensor_proto)
            if array.ndim == 0 and array.dtype.kind in "biuf":
                yield _row(tag, event, float(array))


def _row(tag: str, event: Any, value: float) -> dict[str, Any]:
    return {"metric": tag, "step": event.step, "value": value, "wall_time": event.wall_time}
