"""What should have come out of a session and did not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.base.errors import on_one_line
from harness.base.text import counted

SHOWN = 3  # names of one cause; the others are counted


@dataclass(frozen=True, kw_only=True)
class MissingResults:
    """Missing results by their cause; a session that has some is not finished.

    Attributes
    ----------
    unclaimed
        Readings of findings that no claim judges, each as ``finding (reading)``.
    uncollected
        Test modules that could not be collected, or were skipped as a whole.
    crashed
        Tests during which a worker died.
    unreported, unreported_tests
        Claims, and tests that are none, that were collected but never reported.
    failed
        Claims without a verdict that ended in an error of their own, or never called their judge.
    skipped
        Claims that were skipped while they ran.
    failed_after
        Claims with a verdict in which something failed afterwards, such as a fixture.
    internal_errors
        The last line of each internal error.
    untrained
        How many trainings were planned and not done.
    given_up
        Why trainings on other machines were given up.
    unrecorded
        Why verdicts are not in the register, where they were to be accepted, or not in the history.
    """

    unclaimed: Sequence[str] = ()
    uncollected: Sequence[str] = ()
    crashed: Sequence[str] = ()
    unreported: Sequence[str] = ()
    unreported_tests: Sequence[str] = ()
    failed: Sequence[str] = ()
    skipped: Sequence[str] = ()
    failed_after: Sequence[str] = ()
    internal_errors: Sequence[str] = ()
    untrained: int = 0
    given_up: Sequence[str] = ()
    unrecorded: Sequence[str] = ()

    def sentences(self) -> tuple[str, ...]:
        """Return one sentence for each cause, as plain text on one line."""
        found = [
            *_counted("No claim judges", self.unclaimed, "reading"),
            *_counted("Could not be collected", self.uncollected, "test module"),
            *_counted("A worker died while running", self.crashed, "test"),
            *_counted("Collected but never reported", self.unreported, "claim"),
            *_counted("Collected but never reported", self.unreported_tests, "test"),
            *_counted("Ended in an error, without a verdict", self.failed, "claim"),
            *_counted("Skipped, without a verdict", self.skipped, "claim"),
            *_counted("Failed after the verdict", self.failed_after, "claim"),
            *(f"Internal error: {line}" for line in _once(self.internal_errors)),
            *([f"Planned but not done: {counted(self.untrained, 'training')}."] if self.untrained else []),
            *(f"Training given up: {reason}." for reason in _once(self.given_up)),
            *(f"Verdicts not recorded: {reason}." for reason in _once(self.unrecorded)),
        ]
        return tuple(map(on_one_line, found))


def _counted(cause: str, names: Sequence[str], noun: str) -> list[str]:
    """Return the sentence on one cause; none if nothing is missing by it."""
    if not names:
        return []
    more = ", the first" if len(names) > SHOWN else ""
    return [f"{cause}: {counted(len(names), noun)}{more}: {', '.join(names[:SHOWN])}."]


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
