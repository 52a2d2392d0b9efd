"""One way to read a finding: the tables ``readings`` of ``report.toml``."""

import math
from dataclasses import dataclass

from harness.base.tables import Table
from harness.report.choices import axis_text
from harness.verdicts.band import Band
from harness.verdicts.verdict import NEEDS, ROLES, Needs, Role

Ends = tuple[float, float]


@dataclass(frozen=True)
class Pin:
    """The value that an axis has throughout in a placebo."""

    axis: str
    value: str


@dataclass(frozen=True)
class Reading:
    """One way to read a finding, with all that a verdict on it needs to be fixed beforehand.

    Attributes
    ----------
    name
        What the claim's marker calls it.
    estimand
        The quantity that is estimated, in words.
    band
        Where that quantity must lie.
    margin
        How far apart, or how far beyond, a single seed's number must be to count; None where no seed is counted.
    needs
        Of how many of its claims (cells, pairs ...) the finding speaks: all, most (more than half), or some.
    role
        In the verdict on the finding, as of `harness.verdicts.finding`.
    bands, margins
        Conventions that others might have chosen, the reading's own among them: what the verdict would be with each
        is shown. Empty where there are none.
    placebo
        For a claim about an effect: the axis that makes it, and the value that takes the place of all others where the
        claim is repeated without the effect. None where it has no placebo.
    """

    name: str
    estimand: str
    band: Band
    margin: float | None
    needs: Needs = "all"
    role: Role = "primary"
    bands: tuple[Ends, ...] = ()
    margins: tuple[float, ...] = ()
    placebo: Pin | None = None


def readings_of(finding: Table) -> dict[str, Reading]:
    """Return the readings of a finding, by name, in the order of the file.

    Raises
    ------
    RegisterError
        Naming file, table and key of what is wrong, and what would be right.
    """
    tables = dict(finding.table("readings").named_tables())
    if not tables:
        raise finding.error("readings", "is empty; give at least one reading")
    primary = next(iter(tables))
    if "primary" in finding:
        primary = finding.get("primary", str, among=tuple(tables))
    elif len(tables) > 1:
        raise finding.error("primary", f"missing; name the reading that gives the verdict: {', '.join(tables)}")
    return {name: _reading(name, table, name == primary) for name, table in tables.items()}


def _reading(name: str, table: Table, primary: bool) -> Reading:
    band, margin = _band(table), _margin(table)
    reading = Reading(
        name=name,
        estimand=table.get("estimand", str),
        band=band,
        margin=margin,
        needs=table.get("needs", str, among=NEEDS) if "needs" in table else "all",  # type: ignore[arg-type]
        role=_role(table, primary),
        bands=_bands(table, band),
        margins=_margins(table, margin),
        placebo=_placebo(table),
    )
    table.close(known=("bands", "counts", "margin", "margins", "needs", "placebo"))
    return reading


def _band(table: Table) -> Band:
    low, high = table.get("low", float), table.get("high", float)
    if not low <= high:
        raise table.error("high", f"is {high!r}, below low ({low!r}); give a band that is not empty")
    if low == float("-inf") and high == float("inf"):
        raise table.error("low", "the band holds every number, so that nothing could refute the finding")
    if math.isinf(low) and low == high:
        raise table.error("high", f"is {high!r}, as is low; give a band that holds a finite number")
    return Band(low, high, table.get("reason", str))


def _margin(table: Table) -> float | None:
    if "margin" not in table:
        return None
    margin = table.get("margin", float)
    if not 0 <= margin < math.inf:
        raise table.error("margin", f"is {margin!r}; give a finite number of at least 0")
    return margin


def _role(table: Table, primary: bool) -> Role:
    if primary and "counts" in table:
        raise table.error("counts", "is for readings other than the primary one; take it out")
    if primary:
        return "primary"
    if "counts" in table:
        return table.get("counts", str, among=ROLES[1:])  # type: ignore[arg-type]
    return "alternative"


def _bands(table: Table, band: Band) -> tuple[Ends, ...]:
    if "bands" not in table:
        return ()
    given = table.get("bands", list)
    pairs = [one for one in given if isinstance(one, list) and len(one) == 2 and all(map(_is_number, one))]
    if len(pairs) != len(given) or not all(low <= high for low, high in pairs):
        raise table.error("bands", f"is {given!r}; give pairs such as [0.7, 1.0], the lower end first")
    bands = tuple((float(low), float(high)) for low, high in pairs)
    if (band.low, band.high) not in bands:
        raise table.error("bands", f"does not hold the band itself, [{band.low:g}, {band.high:g}]; add it")
    return bands


def _margins(table: Table, margin: float | None) -> tuple[float, ...]:
    if "margins" not in table:
        return ()
    given = table.get("margins", list)
    if not all(_is_number(one) and 0 <= one < math.inf for one in given):
        raise table.error("margins", f"is {given!r}; give finite numbers of at least 0")
    if margin not in given:
        said = "no margin is given" if margin is None else f"does not hold the margin itself, {margin:g}"
        raise table.error("margins", f"{said}; add it")
    return tuple(map(float, given))


def _placebo(table: Table) -> Pin | None:
    if "placebo" not in table:
        return None
    given = table.get("placebo", dict)
    if len(given) != 1:
        raise table.error("placebo", f"is {given!r}; give one axis and the value that it keeps")
    ((axis, value),) = given.items()
    return Pin(axis, axis_text(value))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
