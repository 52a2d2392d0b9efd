"""Claims of which the file was renamed: the same claims, where that is beyond doubt.

A claim is known by its node id, and that begins with a file. What it judges says as well which claim it is: the report,
the finding, the reading, the test function and its parameters. A claim whose node id is new is the one of before that
says all this alike, if there is one alone, and its own node id is gone.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from harness.sessions.report_under_test import ReportUnderTest
from harness.sessions.session import JudgedClaim, Session

Home = str
"""The folder of a report; that of a claim's file where no report is around it."""
Place = tuple[Home, str]
"""Where a claim stands, its file left out: its home, and its node id behind the file."""
Identity = tuple[Home, str, str, str]
"""Its place, and what it judges: finding and reading."""


def same_claims(before: Session, after: Session) -> dict[str, str]:
    """Return which claims both sessions judged: by the node id in the later one that in the earlier one."""
    old, new = ({claim.test for claim in session.claims} for session in (before, after))
    gone = _unique((identity(claim, before), claim.test) for claim in before.claims if claim.test not in new)
    come = _unique((identity(claim, after), claim.test) for claim in after.claims if claim.test not in old)
    renamed = {test: gone[which] for which, test in come.items() if which in gone}
    return {claim.test: renamed.get(claim.test, claim.test) for claim in after.claims if claim.test in {*old, *renamed}}


def renamed_candidates(known: Iterable[str], session: Session) -> dict[str, str]:
    """Return by new node id the known one of the same place that a session does not judge, where there is one alone."""
    names, own = set(known), {claim.test for claim in session.claims}
    gone = _unique((_place(test, session.reports), test) for test in names - own)
    come = _unique((_place(test, session.reports), test) for test in own - names)
    return {test: gone[place] for place, test in come.items() if place in gone}


def identity(claim: JudgedClaim, session: Session) -> Identity:
    """Return all that tells a claim from others besides its file."""
    return *_place(claim.test, session.reports), claim.verdict.finding, claim.verdict.reading


def _place(test: str, reports: Sequence[ReportUnderTest]) -> Place:
    file, _, within = test.partition("::")
    path = PurePath(file)
    around = [report.folder for report in reports if path.is_relative_to(report.folder)]
    return max(around, key=lambda folder: len(PurePath(folder).parts), default=str(path.parent)), within or test


def _unique(pairs: Iterable[tuple[tuple[str, ...], str]]) -> dict[tuple[str, ...], str]:
    """Return pairs as a mapping, without those whose first half occurs more than once."""
    known = list(pairs)
    counts = Counter(first for first, _ in known)
    return {first: second for first, second in known if counts[first] == 1}
