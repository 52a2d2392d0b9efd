"""Whether findings that are declared independent share a training with what the reconstruction was fitted to.

A reconstruction that was chosen to reproduce some numbers is chosen to suit the trainings that gave them. What another
finding makes of the same trainings is then no independent evidence, whatever it counts.
"""

from collections.abc import Mapping, Sequence

from harness.judging.claim import Claim
from harness.judging.plan import ChosenCell
from harness.report.folder import ReportFolder


def misdeclared(folder: ReportFolder, asked: Mapping[Claim, Sequence[ChosenCell]]) -> dict[str, str]:
    """Return a sentence for each finding that is declared independent and is not, by its id.

    Parameters
    ----------
    folder
        The report.
    asked
        What each of its claims asks its evidence for; claims that a session leaves out prove nothing.
    """
    fitted = {
        (cell.config, cell.splits): claim.finding.id
        for claim, cells in asked.items()
        if claim.finding.basis == "fitted"
        for cell in map(folder.grid.cell, cells)
    }
    found: dict[str, str] = {}
    for claim, cells in asked.items():
        if claim.finding.basis != "independent":
            continue
        for cell in map(folder.grid.cell, cells):
            if (cell.config, cell.splits) in fitted:
                where = f"{folder.register.file}, table [findings.\"{claim.finding.id}\"], key 'basis'"
                other = fitted[cell.config, cell.splits]
                found.setdefault(
                    claim.finding.id,
                    f"{where}: is 'independent', but {claim.test} rests on {cell.name}, as the fitted finding {other} "
                    "does; give 'related'",
                )
    return found
