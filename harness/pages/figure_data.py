"""What a figure shows, as a table of comma-separated values beside it."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from harness.base.files import write_if_changed
from harness.drawing.values import Row, panels_of
from harness.reconstruction.specification import Specification
from harness.statistics.estimate import Estimate


def sample_csv(estimate: Estimate) -> str:
    """Return the sample that a claim rests on: a row a seed, in the order of the seeds."""
    rows = ([number, float(value)] for number, value in enumerate(estimate.sample, 1))
    return _table(["number", estimate.sample_label], rows)


def specification_csv(specified: Sequence[Specification]) -> str:
    """Return what each universe says of a reading: a row a universe, with its answer to each open question."""
    choices = list(dict.fromkeys(name for one in specified for name in one.choices))
    rows = (
        [
            one.universe,
            one.outcome,
            one.value,
            one.low,
            one.high,
            one.weight,
            *(one.choices.get(c, "") for c in choices),
        ]
        for one in specified
    )
    return _table(["universe", "outcome", "value", "low", "high", "weight", *choices], rows)


def panels_csv(title: str, svg: str) -> str:
    """Return the numbers that a figure tells: a row for each panel, series and stop, such as an epoch.

    Numbers have four significant digits. What has no spread has no low and no high; where there is nothing, as after
    all seeds have diverged, a cell is empty. A figure that tells no numbers, as it was drawn by an older version, has
    no table: the text is empty.

    Parameters
    ----------
    title
        Of the figure, in the first column.
    """
    rows = [
        [title, panel.name, series, panel.values.step, stop, middle, low, high]
        for panel in panels_of(svg)
        if panel.values is not None
        for series, numbers in panel.values.series.items()
        for stop, low, middle, high in zip(panel.values.stops, *_low_to_high(numbers), strict=True)
    ]
    return _table(["figure", "panel", "series", "step", "at", "median", "low", "high"], rows) if rows else ""


def _low_to_high(numbers: Sequence[Row]) -> Sequence[Row]:
    return numbers if len(numbers) == 3 else [(None,) * len(numbers[0]), numbers[0], (None,) * len(numbers[0])]


def data_of(figure: str) -> str:
    """Return where the data of a figure stand, by its own file."""
    return figure.removesuffix(".svg") + ".csv"


def write_data(folder: Path, figure: str, table: str) -> None:
    """Write the data of a figure beside it.

    Parameters
    ----------
    folder
        Of the pages.
    figure
        Its file, relative to that.
    """
    write_if_changed(folder / data_of(figure), table.encode())


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
