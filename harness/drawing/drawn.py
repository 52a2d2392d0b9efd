"""Figures are kept beside the runs that they show: to draw one takes many times as long as to judge a claim."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from harness.base.errors import StoreError
from harness.base.files import write_atomically
from harness.base.sealed import seal, unseal
from harness.base.sources import sources_mark
from harness.drawing.panels.data import Marks, Order, Part
from harness.reconstruction.specification import Specification
from harness.statistics.estimate import Estimate, Interval
from harness.training.runs import SECONDS, Runs
from harness.verdicts.band import Band

# What draws each kind; what these import counts as well.
CLAIM_FIGURE = "harness.drawing.figures"
SPECIFICATION_CURVE = "harness.drawing.specification_figure"
PANEL_FIGURE = "harness.drawing.panels.figure"
# Of an estimate: an array, and functions, whose text has an address that is another one in each process.
_NOT_DESCRIBED = ("sample", "interval", "printing")


def kept_figure(
    folder: Path, runs_by_cell: Mapping[str, Runs], estimate: Estimate, interval: Interval, band: Band
) -> str:
    """Return `harness.drawing.figures.claim_figure` of the same arguments, drawn only if it was not drawn before.

    Parameters
    ----------
    folder
        Where figures are kept. A file is named by the digest of all that decides the picture, and is sealed; what is
        damaged is drawn again. Deleting them is always safe.
    """

    def draw() -> str:
        from harness.drawing.figures import claim_figure  # matplotlib

        return claim_figure(runs_by_cell, estimate, interval, band)

    return _kept(folder, CLAIM_FIGURE, _digest(runs_by_cell, estimate, interval, band), draw)


def kept_specification_curve(folder: Path, specifications: Sequence[Specification], band: Band, label: str) -> str:
    """Return `harness.drawing.specification_figure.specification_curve` of the same arguments, kept in the same way."""

    def draw() -> str:
        from harness.drawing.specification_figure import specification_curve  # matplotlib

        return specification_curve(specifications, band, label)

    digest = hashlib.sha256(repr((list(specifications), band, label)).encode())
    return _kept(folder, SPECIFICATION_CURVE, digest.hexdigest(), draw)


def kept_panel_figure(
    folder: Path, panels: Mapping[str, Runs], parts: Sequence[Part], order: Order, marks: Marks
) -> str:
    """Return `harness.drawing.panels.figure.panel_figure` of the same arguments, kept in the same way."""

    def draw() -> str:
        from harness.drawing.panels.figure import panel_figure  # matplotlib

        return panel_figure(panels, parts, order, marks)

    digest = hashlib.sha256(repr((tuple(parts), order, marks)).encode())
    for name, runs in panels.items():
        digest.update(repr((name, runs.config, runs.seeds)).encode())
        for _, array, values in runs.arrays():
            if array != SECONDS:
                digest.update(repr((array, values.shape)).encode() + values.tobytes())
    return _kept(folder, PANEL_FIGURE, digest.hexdigest(), draw)


def drawing_marks() -> set[str]:
    """Return with what the names of figures begin that the present code has drawn."""
    return {_drawing(module) for module in (CLAIM_FIGURE, SPECIFICATION_CURVE, PANEL_FIGURE)}


def _kept(folder: Path, module: str, digest: str, draw: Callable[[], str]) -> str:
    file = folder / "figures" / f"{_drawing(module)}-{digest}.json"
    with suppress(OSError, ValueError, StoreError):  # not there, or damaged: drawn again
        return str(unseal(file.read_bytes(), f"figures {file}"))
    drawn = draw()
    with suppress(OSError):  # the picture is there all the same; who cannot keep runs hears of it
        write_atomically(file, seal(drawn))
    return drawn


def _digest(runs_by_cell: Mapping[str, Runs], estimate: Estimate, interval: Interval, band: Band) -> str:
    digest = hashlib.sha256()
    for cell, runs in runs_by_cell.items():
        digest.update(repr((cell, runs.config)).encode())
        for name, curve in runs.curves.items():
            digest.update(repr((name, curve.shape)).encode() + curve.tobytes())
    described = {name: value for name, value in vars(estimate).items() if name not in _NOT_DESCRIBED}
    digest.update(repr((sorted(described.items()), interval, band, estimate.sample.shape)).encode())
    digest.update(estimate.sample.tobytes())
    return digest.hexdigest()


def _drawing(module: str) -> str:
    """Return a short digest of what draws: a change of it makes other pictures."""
    return sources_mark((module,), ("matplotlib",))
