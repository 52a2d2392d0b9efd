"""What reports can find in a store of what only they can tell: runs of their training functions, and on their data.

A stored run names a function, and a data file, by name and checksum alone. Whether anybody has them still, only the
reports that share the store can say.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from harness.base.errors import ConfigError
from harness.base.hashing import content_digest
from harness.judging.collected import collect_claims
from harness.judging.placebo import placebo_cells
from harness.judging.plan import all_cells_asked, wanted_of
from harness.report.folder import ReportFolder, open_folder
from harness.storage.contents import StoredRuns
from harness.storage.store import Store
from harness.training.function.source import is_function, short_name


@dataclass(frozen=True)
class Needed:
    """What a few reports can find.

    Attributes
    ----------
    sources
        Name, and digest of the fingerprint, of each training function that they have.
    configs
        The digests of the configs that their claims ask these functions for.
    asks_for_any
        The names of functions of which nobody knows all configs beforehand.
    data
        The checksums of their data files.
    """

    sources: frozenset[tuple[str, str]]
    configs: frozenset[str]
    asks_for_any: frozenset[str]
    data: frozenset[str]

    def why_not(self, runs: StoredRuns) -> str:
        """Return in words why none of the reports can find these runs; empty if one can, or if others may."""
        name = runs.identity["config"]["trainer"]
        if runs.is_of_function:
            if (name, content_digest(runs.identity["fingerprint"])) not in self.sources:
                return f"no report has {name} with this source and these versions"
            if name not in self.asks_for_any and runs.config_digest not in self.configs:
                return f"no claim asks {name} for this config"
        if not self.data.issuperset(runs.data_checksums):
            return "no report has their data file"
        return ""


def needed_by(folders: Iterable[Path], store: Store) -> Needed:
    """Return what the reports in some folders can find in a store.

    Raises
    ------
    HarnessError
        If a report cannot be read, or its claims cannot be collected.
    """
    reports = [open_folder(folder) for folder in folders]
    functions = {
        report.path: {config for config in report.grid.configs.values() if is_function(config.trainer)}
        for report in reports
    }
    asked = {report.path: _configs(report) if functions[report.path] else set() for report in reports}
    return Needed(
        sources=frozenset(
            (short_name(config.trainer), content_digest(dict(store.fingerprint_of(config))))
            for configs in functions.values()
            for config in configs
        ),
        configs=frozenset(digest for configs in asked.values() for digest in configs or ()),
        asks_for_any=frozenset(
            short_name(config.trainer)
            for path, configs in functions.items()
            if asked[path] is None
            for config in configs
        ),
        data=frozenset(data.checksum for report in reports for data in report.grid.data_files.values()),
    )


def _configs(report: ReportFolder) -> set[str] | None:
    """Return the digests of the grid's configs and of all that claims ask for; None if nobody knows all of these."""
    grid = report.grid
    if "" not in grid.reconstruction:  # a search for the reconstruction trains whatever may be it
        return None
    found = {config.digest for config in grid.configs.values()}
    for claim in collect_claims(report.path):
        cells = all_cells_asked(claim, grid)
        if cells is None:
            return None
        with suppress(ConfigError):  # said where the claim is judged
            cells = [*cells, *placebo_cells(cells, grid, claim.reading.placebo)]
        found |= {config.digest for config, _ in wanted_of(cells, grid)}
    return found
