"""What a report leaves open, and what is taken for it: one choice for each field, with what might be taken instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from harness.base.tables import Table

Origin = Literal["stated", "inferred", "assumed"]
ORIGINS = ("stated", "inferred", "assumed")
Axes = Mapping[str, tuple[str, ...]]
PRIOR_TOLERANCE = 1e-6


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
    prior
        How plausible the value and each alternative are before the fitted facts are looked at; they add up to 1.
        Empty if nothing is said: then they count alike.
    """

    value: Any
    by: str | None
    origin: Origin
    reason: str
    alternatives: tuple[Any, ...] = ()
    prior: tuple[float, ...] = ()

    @property
    def answers(self) -> tuple[Any, ...]:
        """The value and its alternatives."""
        return (self.value, *self.alternatives)

    @property
    def priors(self) -> tuple[float, ...]:
        """How plausible each of the answers is beforehand."""
        return self.prior or (1 / len(self.answers),) * len(self.answers)

    def at(self, cell: Mapping[str, str]) -> Any:
        """Return the field's value in a cell; a list becomes a tuple."""
        single = self.value if self.by is None else self.value[cell[self.by]]
        return tuple(single) if isinstance(single, list) else single

    def text(self, value: Any) -> str:
        """Return an answer as a reader sees it; of a table by an axis, what is not the same in all answers."""
        if not isinstance(value, dict):
            return _short(value)
        told = [
            f"{name}: {_short(one)}"
            for name, one in value.items()
            if any((answer.get(name) if isinstance(answer, dict) else answer) != one for answer in self.answers)
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
        prior=_prior(table, 1 + len(alternatives)) if "prior" in table else (),
    )
    table.close()
    return choice


def _prior(table: Table, answers: int) -> tuple[float, ...]:
    given = table.get("prior", list)
    if len(given) != answers:
        raise table.error(
            "prior", f"has {len(given)} numbers for {answers} answers: first the value, then alternatives"
        )
    if not all(isinstance(one, int | float) and not isinstance(one, bool) and 0 < one <= 1 for one in given):
        raise table.error(
            "prior", f"is {given!r}; give numbers above 0 and up to 1; drop an alternative that cannot be"
        )
    if abs(sum(given) - 1) > PRIOR_TOLERANCE:
        raise table.error("prior", f"adds up to {sum(given):.6g}; give numbers that add up to 1")
    return tuple(map(float, given))


def _short(value: Any) -> str:
    return "-".join(map(str, value)) or "none" if isinstance(value, list | tuple) else str(value)
