"""What a report leaves open, and what is taken for it: one choice for each field, with what might be taken instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from harness.base.tables import Table

Origin = Literal["stated", "inferred", "assumed"]
ORIGINS = ("stated", "inferred", "assumed")
Axes = Mapping[str, tuple[str, ...]]


def axis_text(value: Any) -> str:
    """Return how a cell's name writes a value of an axis: text as it is, true and false as TOML does."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class Choice:
    """What is taken for one field of a config, and why.

    Attributes
    ----------
    value
        The value; with `by`, a table from each value of that axis to the field's value.
    by
        The axis that decides, or None.
    origin
        Whether the report states it, its numbers suggest it, or nothing speaks for or against it.
    reason
        In one sentence.
    alternatives
        What might plausibly be taken instead: a value, or a table by the values of an axis.
    """

    value: Any
    by: str | None
    origin: Origin
    reason: str
    alternatives: tuple[Any, ...] = ()

    def at(self, cell: Mapping[str, str]) -> Any:
        """Return the field's value in a cell; a list becomes a tuple."""
        single = self.value if self.by is None else self.value[cell[self.by]]
        return tuple(single) if isinstance(single, list) else single

    def text(self, value: Any) -> str:
        """Return an answer as a reader sees it; of a table by an axis, what is not the same in all answers."""
        if not isinstance(value, dict):
            return _short(value)
        answers = (self.value, *self.alternatives)
        told = [
            f"{name}: {_short(one)}"
            for name, one in value.items()
            if any((answer.get(name) if isinstance(answer, dict) else answer) != one for answer in answers)
        ]
        return ", ".join(told) or ", ".join(dict.fromkeys(_short(one) for one in value.values()))


def axis_of(value: Any, axes: Axes, first: str | None = None) -> str | None:
    """Return the axis by whose values a table is keyed, or None if `value` is no such table.

    Of axes with the same values it is the one named `first`, else the first of the grid.
    """
    if not isinstance(value, dict):
        return None
    fitting = [axis for axis, values in axes.items() if set(value) == set(values)]
    return first if first in fitting else next(iter(fitting), None)


def read_choice(table: Table, axes: Axes) -> Choice:
    """Read one choice.

    Raises
    ------
    RegisterError
        Naming file, table and key of what is wrong, and what would be right.
    """
    by = table.get("by", str, among=tuple(axes)) if "by" in table else None
    if by is None:
        value = table.get_any("value")
    else:
        value = table.get("value", dict)
        if set(value) != set(axes[by]):
            raise table.error("value", f"give one value for each {by}: {', '.join(axes[by])}")
    alternatives = tuple(table.get("alternatives", list)) if "alternatives" in table else ()
    for number, alternative in enumerate(alternatives):
        if isinstance(alternative, dict) and axis_of(alternative, axes) is None:
            known = "; ".join(f"{axis}: {', '.join(values)}" for axis, values in axes.items())
            raise table.error(
                "alternatives", f"{alternative!r} does not give one value for each value of an axis; {known}"
            )
        if alternative in (value, *alternatives[:number]):
            raise table.error("alternatives", f"{alternative!r} stands twice, or is the value itself; keep one")
    choice = Choice(
        value=value,
        by=by,
        origin=table.get("origin", str, among=ORIGINS),  # type: ignore[arg-type]
        reason=table.get("reason", str),
        alternatives=alternatives,
    )
    table.close()
    return choice


def _short(value: Any) -> str:
    return "-".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
