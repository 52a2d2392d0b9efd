"""What the page of findings shows besides the session itself."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from harness.pages.figure_data import data_of
from harness.pages.run_table import RunRow
from harness.reconstruction.headlines import Headline, Key
from harness.sessions.levels import LevelChange
from harness.sessions.past import PastSession
from harness.sessions.timeline import Timelines


class ShownFigure(Protocol):
    """A figure of the report, as it comes out here."""

    @property
    def title(self) -> str:
        """What it is a figure of."""
        ...

    @property
    def shown(self) -> str:
        """What the report's own figure showed."""
        ...

    @property
    def findings(self) -> tuple[str, ...]:
        """Those that rest on it."""
        ...

    @property
    def caption(self) -> str:
        """Of how many trainings it is made, and what is drawn; empty if it is missing."""
        ...

    @property
    def svg(self) -> str:
        """The drawing; empty if it is missing."""
        ...

    @property
    def missing(self) -> str:
        """Why there is no drawing; empty if there is one."""
        ...


@dataclass(frozen=True, kw_only=True)
class Past:
    """What sessions before this one came to, as a history tells it.

    Attributes
    ----------
    changes
        A sentence each, on what changed since the last session.
    previous
        When the last session began; empty if there was none.
    sessions
        All that the history holds, the oldest first.
    timelines
        By finding and reading, what it came to in each session, the oldest first.
    levels
        Estimates that moved over many sessions, the newest first.
    """

    changes: Sequence[str] = ()
    previous: str = ""
    sessions: Sequence[PastSession] = ()
    timelines: Timelines = field(default_factory=dict)
    levels: Sequence[LevelChange] = ()


@dataclass(frozen=True, kw_only=True)
class Drawings:
    """What is drawn for the pages, as SVG text.

    Attributes
    ----------
    report_figures
        The report's own figures, drawn again.
    claims
        By the node id of a claim. The figure of a claim that is not in here is shown from its file.
    specifications
        Specification curves, by finding and reading.
    profiles
        What fitted findings say of each open choice, by a title.
    """

    report_figures: Sequence[ShownFigure] = ()
    claims: Mapping[str, str] = field(default_factory=dict)
    specifications: Mapping[tuple[str, str], str] = field(default_factory=dict)
    profiles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DrawingFiles:
    """Which figures stand as files, relative to the pages.

    Attributes
    ----------
    specifications, profiles
        Specification curves and profiles, by the keys of `Drawings`.
    report_figures
        The report's own figures, by title.
    data
        Tables of what figures show.
    """

    specifications: Mapping[tuple[str, str], str] = field(default_factory=dict)
    profiles: Mapping[str, str] = field(default_factory=dict)
    report_figures: Mapping[str, str] = field(default_factory=dict)
    data: Collection[str] = ()

    def table_of(self, figure: str) -> str:
        """Return where the data of a figure stand; empty if there are none."""
        table = data_of(figure)
        return table if table in self.data else ""


@dataclass(frozen=True, kw_only=True)
class PageContext:
    """What other modules supply; the page leaves out what is empty.

    Attributes
    ----------
    past, drawings, files
        Earlier sessions; what is drawn; where it stands.
    headlines
        What an earlier session in all universes found of readings.
    leaks
        A sentence for each data set in which rows stand more than once.
    runs
        Of which claims rest on.
    audit_log
        The file of pytest-html's page, relative to the others; empty if there is none.
    """

    past: Past = field(default_factory=Past)
    drawings: Drawings = field(default_factory=Drawings)
    files: DrawingFiles = field(default_factory=DrawingFiles)
    headlines: Mapping[Key, Headline] = field(default_factory=dict)
    leaks: Sequence[str] = ()
    runs: Sequence[RunRow] = ()
    audit_log: str = "claims.html"
