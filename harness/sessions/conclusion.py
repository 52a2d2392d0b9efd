"""What a session comes to once its last claim is judged, and verdicts to be recorded."""

import datetime
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from harness.base.errors import RegisterError
from harness.base.text import counted
from harness.judging.claim import case_of
from harness.report.accepting import Change, accept
from harness.report.folder import REGISTER_FILE, open_folder
from harness.sessions.session import ONLY_DEFAULT, JudgedClaim, Specified
from harness.verdicts.verdict import Verdict


def judged_claim(folder: Path, test: str, verdict: Verdict, seconds: float, figure: str) -> JudgedClaim:
    """Return a claim with all that the register of its report folder says of it."""
    case = case_of(test)
    finding = open_folder(folder).register.findings[verdict.finding]
    expected = finding.expectation(verdict.reading, case)
    return JudgedClaim(
        test=test,
        case=case,
        verdict=verdict,
        expected=expected.verdicts if expected else ("supported",),
        recorded=f"{' or '.join(expected.verdicts)} since {expected.date}: {expected.reason}" if expected else "",
        seconds=seconds,
        figure=figure,
    )


def specifications(
    folders: Mapping[str, Path], verdicts: Mapping[str, Verdict], told: Mapping[str, dict[str, object]]
) -> Specified:
    """Return what each reading of a finding comes to in all universes.

    Parameters
    ----------
    folders, verdicts
        By node id: the report folder of a claim, and what it came to.
    told
        By node id, what a claim says in each universe; empty where claims were judged in none but the default.
    """
    if not told:
        return ONLY_DEFAULT
    from harness.reconstruction.multiverse import open_multiverse
    from harness.reconstruction.universe_verdicts import UniverseVerdicts

    groups: dict[tuple[Path, str, str], list[str]] = defaultdict(list)
    for test in told:
        groups[folders[test], verdicts[test].finding, verdicts[test].reading].append(test)
    found = {
        (finding, reading): open_multiverse(folder).specifications(
            verdicts[tests[0]].needs, [UniverseVerdicts.from_plain(told[test]) for test in tests]
        )
        for (folder, finding, reading), tests in groups.items()
    }
    return {key: specified for key, specified in found.items() if specified}


def record_changes(folders: Mapping[str, Path], claims: list[JudgedClaim], reason: str) -> tuple[list[str], list[str]]:
    """Record every verdict that is not the expected one in its register.

    Parameters
    ----------
    folders
        The report folders of the claims, by node id.

    Returns
    -------
    tuple
        A sentence for each register that was written, and why others were not.
    """
    changes: dict[Path, list[Change]] = defaultdict(list)
    for claim in claims:
        if not claim.as_expected:
            verdict, file = claim.verdict, folders[claim.test] / REGISTER_FILE
            changes[file].append(Change(verdict.finding, verdict.reading, claim.case, verdict.outcome))
    accepted, refused = [], []
    for file, its_changes in changes.items():
        try:
            accept(file, its_changes, reason, datetime.datetime.now(datetime.UTC).date())
        except RegisterError as problem:
            refused.append(str(problem))
        else:
            accepted.append(f"{counted(len(its_changes), 'verdict')} recorded as expected in {file}")
    return accepted, refused
