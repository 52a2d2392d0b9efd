"""What the page of findings shows besides the session itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from harness.pages.run_table import RunRow
from harness.sessions.history import PastSession
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
    def svg(self) -> str:
        """The drawing; empty if it is missing."""
        ...

    @property
    def missing(self) -> str:
        """Why there is no drawing; empty if there is one."""
        ...


@dataclass(frozen=True, kw_only=True)
class PageContext:
    """What other modules supply; the page leaves out what is empty.

    Attributes
    ----------
    leaks
        A sentence for each data set in which rows stand more than once.
    changes
        A sentence each, on what changed since the last session.
    previous
        When the last session began; empty if there was none.
    sessions
        All that the history holds, the oldest first.
    timelines
        By finding and reading, what it came to in each session, the oldest first.
    report_figures
        The report's own figures, drawn again.
    figures
        SVG text by the node id of its claim. The figure of a claim that is not in here is shown from its file.
    specification_figures
        SVG text of specification curves, by finding and reading.
    profile_figures
        What fitted findings say of each open choice, SVG text by a title.
    specification_files, profile_files
        Where the same stand as files, relative to the pages.
    runs
        Of which claims rest on.
    audit_log
        The file of pytest-html's page, relative to the others; empty if there is none.
    """

    leaks: Sequence[str] = ()
    changes: Sequence[str] = ()
    previous: str = ""
    sessions: Sequence[PastSession] = ()
    timelines: Timelines = field(default_factory=dict)
    report_figures: Sequence[ShownFigure] = ()
    figures: Mapping[str, str] = field(default_factory=dict)
    specification_figures: Mapping[tuple[str, str], str] = field(default_factory=dict)
    profile_figures: Mapping[str, str] = field(default_factory=dict)
    specification_files: Mapping[tuple[str, str], str] = field(default_factory=dict)
    profile_files: Mapping[str, str] = field(default_factory=dict)
    runs: Sequence[RunRow] = ()
    audit_log: str = "claims.html"
