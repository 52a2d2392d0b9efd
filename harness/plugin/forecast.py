"""What a session can decide, said at its head where that is little."""

from collections.abc import Sequence

import pytest

from harness.report.folder import ReportFolder

ENOUGH = 20  # seeds at the first look, as of a session that is told nothing else


class Forecast:
    """A pytest plugin that tells what few seeds can decide, before any is trained.

    Parameters
    ----------
    folders
        The reports under test; runs that are logged are as many as they are.
    """

    def __init__(self, folders: Sequence[ReportFolder]) -> None:
        self._findings = max(
            (len(one.register.findings) for one in folders if one.grid.configs and not one.grid.logs), default=0
        )

    def pytest_report_header(self, config: pytest.Config) -> list[str]:
        """Say it below what pytest says of itself."""
        seeds, looks = config.getoption("claims_seeds"), config.getoption("claims_looks")
        if not self._findings or seeds >= ENOUGH:
            return []
        from harness.verdicts.reach import in_reach

        return [f"claims: {sentence}" for sentence in in_reach(seeds, looks, self._findings)]
