"""What a claim about an effect comes to where nothing differs but the seed: a band that holds this shows no effect."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.base.errors import ConfigError, RegisterError
from harness.base.text import interval_text
from harness.judging.claim import Claim
from harness.report.choices import axis_text
from harness.report.configs import SPLITS_CHOICE
from harness.report.folder import ReportFolder
from harness.report.grid import Grid
from harness.report.reading import Pin
from harness.training.runs import Runs
from harness.training.seeds import TRAININGS_ON_EACH
from harness.verdicts.verdict import Placebo

if TYPE_CHECKING:
    from harness.judging.evidence import Evidence
    from harness.judging.judge import Judge


class PlaceboEvidence:
    """Stands in for the evidence of a claim: whichever value of an axis is asked for, it gives runs of the pinned one.

    All have the same splits, as the claim's own runs have; each value has trainings of its own.
    """

    def __init__(self, evidence: "Evidence", grid: Grid, pin: Pin) -> None:
        self._evidence = evidence
        self._grid = grid
        self._pin = pin

    def __call__(self, **chosen: Any) -> Runs:
        """Return runs as `harness.judging.evidence.Evidence` does."""
        return self._evidence(**pinned(chosen, self._grid, self._pin))


def pinned(chosen: Mapping[str, Any], grid: Grid, pin: Pin) -> dict[str, Any]:
    """Return the cell that the placebo trains in place of the one that a claim asks for.

    Raises
    ------
    ConfigError
        If the claim asks for splits of its own, or for a value that the axis does not have.
    """
    if SPLITS_CHOICE in chosen:
        raise ConfigError(f"a claim that chooses its {SPLITS_CHOICE} has no placebo")
    asked = axis_text(chosen.get(pin.axis, grid.default.get(pin.axis)))
    grid.cell_name(**{axis: value for axis, value in chosen.items() if axis in grid.axes})
    values = sorted(grid.axes[pin.axis], key=lambda value: value != pin.value)  # the pinned one keeps its own trainings
    return {**chosen, pin.axis: pin.value, SPLITS_CHOICE: TRAININGS_ON_EACH[values.index(asked)]}


def placebo_cells(cells: Iterable[Mapping[str, Any]], grid: Grid, pin: Pin | None) -> list[dict[str, Any]]:
    """Return what has to be trained for the placebo of a claim that asks for these cells; nothing where it has none."""
    return [] if pin is None else [pinned(cell, grid, pin) for cell in cells]


def refuse_pin(claim: Claim, folder: ReportFolder) -> None:
    """Refuse a placebo that cannot be trained.

    Raises
    ------
    RegisterError
        Naming file, table and key, and what would be right.
    """
    pin = claim.reading.placebo
    if pin is None:
        return
    grid, key = folder.grid, f"{folder.register.file}, {_table(claim)}, key 'placebo'"
    if grid.logs is not None or not claim.rests_on_runs:
        raise RegisterError(f"{key}: needs trainings of its own, and a claim that rests on them alone; take it out")
    if pin.axis not in grid.axes:
        raise RegisterError(f"{key}: the grid in {grid.file} has no axis {pin.axis!r}; it has: {', '.join(grid.axes)}")
    values = grid.axes[pin.axis]
    if pin.value not in values:
        raise RegisterError(f"{key}: {pin.axis} is {pin.value!r}; the grid in {grid.file} has: {', '.join(values)}")
    if len(values) > len(TRAININGS_ON_EACH):
        most = len(TRAININGS_ON_EACH)
        raise RegisterError(f"{key}: {pin.axis} has {len(values)} values; a placebo takes an axis of at most {most}")
    if any(grid.splits(task) != TRAININGS_ON_EACH[0] for task in grid.reconstruction):
        raise RegisterError(f"{key}: a placebo needs a split of its own for each seed; set splits to 'many'")


def judge_placebo(claim: Claim, judge: "Judge", evidence: PlaceboEvidence, file: Path) -> None:
    """Add to the verdict of a claim what it comes to where nothing differs but the seed, over its first look's seeds.

    Raises
    ------
    RegisterError
        If the band holds the placebo too, so that the claim says nothing of an effect, or if what the claim asks for
        has no placebo; naming file, table and key.
    """
    pin = claim.reading.placebo
    assert pin is not None  # only such a claim has the evidence
    try:
        (estimate,) = claim.estimates(evidence)
    except ConfigError as problem:
        raise RegisterError(f"{file}, {_table(claim)}, key 'placebo': {problem}; take it out") from problem
    look = judge.first_look(estimate)
    judge.add_placebo(Placebo(f"{pin.axis} {pin.value}", look.outcome, estimate.value, look.low, look.high))
    if look.outcome == "supported":
        raise RegisterError(
            f"{file}, {_table(claim)}, key 'low': the band also holds where nothing differs but the seed "
            f"({pin.axis} {pin.value} throughout): {interval_text(estimate.value, look.low, look.high)} lies within "
            f"{claim.reading.band}; give a band that excludes it"
        )


def _table(claim: Claim) -> str:
    return f'table [findings."{claim.finding.id}".readings.{claim.reading.name}]'
