"""Figures are kept beside the runs that they show: to draw one takes many times as long as to judge a claim."""

import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from harness.estimate import Estimate, Interval
from harness.runs import Runs
from harness.specification import Specification
from harness.store import write_atomically
from harness.verdict import Band


def kept_figure(
    folder: Path, runs_by_cell: Mapping[str, Runs], estimate: Estimate, interval: Interval, band: Band
) -> str:
    """Return `harness.figures.claim_figure` of the same arguments, drawn only if it was not drawn before.

    Parameters
    ----------
    folder
        Where figures are kept. A file is named by the digest of all that decides the picture, and holds a digest of
        itself; what does not match is drawn again. Deleting them is always safe.
    """

    def draw() -> str:
        from harness.figures import claim_figure  # matplotlib

        return claim_figure(runs_by_cell, estimate, interval, band)

    return _kept(folder, _digest(runs_by_cell, estimate, interval, band), draw)


def kept_specification_curve(folder: Path, specifications: Sequence[Specification], band: Band, label: str) -> str:
    """Return `harness.specification_figure.specification_curve` of the same arguments, kept in the same way."""

    def draw() -> str:
        from harness.specification_figure import specification_curve  # matplotlib

        return specification_curve(specifications, band, label)

    digest = hashlib.sha256(_drawing("figures", "specification_figure"))
    digest.update(repr((list(specifications), band, label)).encode())
    return _kept(folder, digest.hexdigest(), draw)


def _kept(folder: Path, digest: str, draw: Callable[[], str]) -> str:
    file = folder / "figures" / f"{digest}.svg"
    if file.exists():
        svg, _, mark = file.read_bytes().rpartition(b"\n")
        if mark == _mark(svg):
            return svg.decode()
    drawn = draw()
    write_atomically(file, drawn.encode() + b"\n" + _mark(drawn.encode()))
    return drawn


def _digest(runs_by_cell: Mapping[str, Runs], estimate: Estimate, interval: Interval, band: Band) -> str:
    digest = hashlib.sha256(_drawing("figures"))
    for cell, runs in runs_by_cell.items():
        digest.update(repr((cell, runs.protocol, runs.test_loss.shape)).encode())
        digest.update(runs.test_loss.tobytes() + runs.test_accuracy.tobytes())
    described = {name: value for name, value in vars(estimate).items() if name not in ("sample", "interval")}
    digest.update(repr((sorted(described.items()), interval, band, estimate.sample.shape)).encode())
    digest.update(estimate.sample.tobytes())
    return digest.hexdigest()


@functools.cache
def _drawing(*modules: str) -> bytes:
    """Return what draws: a change of it makes other pictures."""
    sources = [Path(__file__).with_name(f"{module}.py").read_bytes() for module in modules]
    return b"".join(sources) + version("matplotlib").encode()


def _mark(svg: bytes) -> bytes:
    return b"<!-- sha256 " + hashlib.sha256(svg).hexdigest().encode() + b" -->"
