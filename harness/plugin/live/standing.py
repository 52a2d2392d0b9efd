"""How far a session is, at one moment, and how that reads in a log and in a terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.base.text import duration
from harness.judging.claim import case_of
from harness.pages.report import SYMBOLS
from harness.plugin.live.progress import Progress
from harness.sessions.session import JudgedClaim
from harness.verdicts.band import OUTCOMES, Outcome

SHOWN_CHANGES = 5
SHOWN_NOW = 8  # of what is going on at once
LONG = 3.0  # seconds after which a test that is running is worth a line


@dataclass(frozen=True)
class Standing:
    """How far a session is.

    Attributes
    ----------
    progress
        Of its trainings; None before the first worker has said anything.
    seconds
        Since it did.
    collected, reported
        How many tests there are, and how many have ended.
    outcomes
        How many claims have which verdict.
    judging
        Tests that are running for long, the oldest first, each with its seconds.
    changes
        A line for each of the last verdicts that are not the expected ones.
    changed
        How many these are in all.
    """

    progress: Progress | None = None
    seconds: float = 0.0
    collected: int = 0
    reported: int = 0
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    judging: Sequence[tuple[str, float]] = ()
    changes: Sequence[str] = ()
    changed: int = 0

    @property
    def trains(self) -> bool:
        """Whether anything had to be trained when the session began."""
        return self.progress is not None and self.progress.needed > self.progress.stored

    @property
    def all_trained(self) -> bool:
        """Whether all trainings that were planned are done."""
        return self.progress is not None and self.progress.done >= self.progress.needed

    @property
    def verdicts(self) -> str:
        """How many claims have which verdict, in words."""
        return ", ".join(f"{SYMBOLS[outcome]} {self.outcomes.get(outcome, 0)} {outcome}" for outcome in OUTCOMES)

    @property
    def line(self) -> str:
        """All of it in one line, for a log; empty where there is nothing to say."""
        parts = []
        if self.progress is not None and self.trains:
            parts.append(f"trainings: {self.progress.line(self.seconds)}")
            if self.progress.now:
                parts.append(f"now {' and '.join(self.progress.now.values())}")
        if self.reported:
            parts.append(f"claims: {self.reported} of {self.collected} done, {self.verdicts}")
            parts.append(f"{self.changed} not as expected")
        return "; ".join(parts)

    def rows(self) -> list[tuple[str, str]]:
        """Return name and text of each row of the view in a terminal, below the bar of trainings."""
        rows = []
        if self.progress is not None:
            now = list(self.progress.now.items())
            rows += [("training", f"{worker} {words}".strip()) for worker, words in now[:SHOWN_NOW]]
            if len(now) > SHOWN_NOW:
                rows.append(("", f"and {len(now) - SHOWN_NOW} more"))
        rows.append(("claims", f"{self.reported} of {self.collected} done: {self.verdicts}"))
        rows += [("judging", f"{test}, {duration(seconds)}") for test, seconds in self.judging[:SHOWN_NOW]]
        if self.changed > len(self.changes):
            rows.append(("changed", f"{self.changed} verdicts are not as expected, the last {len(self.changes)} are"))
        return [*rows, *(("changed", change) for change in self.changes)]


def change_text(claim: JudgedClaim) -> str:
    """Return one line on a verdict that is not the expected one."""
    verdict = claim.verdict
    name = f"{verdict.finding} ({verdict.reading}) {case_of(claim.test)}".rstrip()
    expected = " or ".join(claim.expected)
    text = (
        f"{SYMBOLS[verdict.outcome]} {verdict.outcome}, not {expected}: {name}  {verdict.interval}  band {verdict.band}"
    )
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
