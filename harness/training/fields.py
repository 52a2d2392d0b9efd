"""What a config may hold: by the name of a field, how its value is read, what it means, and its default."""

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.data.data_file import DataFile

REQUIRED: Any = object()
"""The default of a field that has to be given."""


@dataclass(frozen=True)
class Field:
    """One field of a config.

    Attributes
    ----------
    parse
        From a value, as a file or a caller gives it, to the value that is kept: hashable, the same for values that mean
        the same. Raises `ValueError` with what would be right, such as ``give a whole number of at least 1``.
    meaning
        In one sentence.
    default
        What is taken where nothing is given; a field at its default is not in the digest, so that a new field gives no
        stored run another name.
    prolongs
        Whether a training with less of it is the beginning of one with more, step by step, as of epochs.
    """

    parse: Callable[[Any], Any]
    meaning: str
    default: Any = REQUIRED
    prolongs: bool = False


class AnyFields(Mapping[str, Field]):
    """The fields of a trainer that takes whatever a report gives: every name is a field, and none has to be given."""

    def __getitem__(self, name: str) -> Field:
        return Field(plain, "whatever the report gives")

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __contains__(self, name: object) -> bool:
        return True


def one_of(*valid: str) -> Callable[[Any], str]:
    """Return the parser of a name among some."""

    def parse(value: Any) -> str:
        if not isinstance(value, str) or value not in valid:
            raise ValueError(f"give one of: {', '.join(valid)}")
        return value

    return parse


def positive_whole(value: Any) -> int:
    """Return a whole number of at least 1."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("give a whole number of at least 1")
    return value


def positive_number(value: Any) -> float:
    """Return a finite number above 0; 1 and 1.0 are the same."""
    if not (is_number(value) and 0 < value <= sys.float_info.max):
        raise ValueError("give a finite number above 0")
    return float(value)


def proportion_between(value: Any) -> float:
    """Return a number between 0 and 1, both ends left out."""
    if not (is_number(value) and 0 < value < 1):
        raise ValueError("give a number between 0 and 1")
    return float(value)


def proportion_below_one(value: Any) -> float:
    """Return a number from 0 up to, but without, 1."""
    if not (is_number(value) and 0 <= value < 1):
        raise ValueError("give a number from 0 to below 1")
    return float(value)


def number_from_zero(value: Any) -> float:
    """Return a finite number of at least 0."""
    if not (is_number(value) and 0 <= value <= sys.float_info.max):
        raise ValueError("give a finite number of at least 0")
    return float(value)


def yes_or_no(value: Any) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise ValueError("give true or false")
    return value


def plain(value: Any) -> Any:
    """Return text, a number, true or false, a data file, or a list of these as a tuple."""
    if isinstance(value, list | tuple):
        return tuple(plain(one) for one in value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("give a finite number")
    if not isinstance(value, str | int | float | DataFile):
        raise ValueError("give text, a number, true or false, or a list of these")
    return value


def is_number(value: Any) -> bool:
    """Whether a value is a number; to Python, true is one."""
    return isinstance(value, int | float) and not isinstance(value, bool)
