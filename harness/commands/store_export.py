"""Take the runs that a report needs out of a store, as a store that somebody else can use."""

import io
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.base.errors import StoreError
from harness.base.files import whole_file, write_atomically
from harness.commands.store_verify import Flaw, check_runs
from harness.judging.collected import collect_claims
from harness.judging.plan import cells_asked, wanted_of
from harness.reconstruction.multiverse import open_multiverse
from harness.report.folder import open_folder
from harness.storage.contents import StoredFile, StoredRuns, files_of, read_runs
from harness.storage.store import Store
from harness.training.config import TrainingConfig

TAR = ".tar"


@dataclass(frozen=True)
class Exported:
    """What was taken out of a store.

    Attributes
    ----------
    files
        That were copied.
    left_out
        That are not whole, or that only a newer version of the harness reads.
    configs, missing
        How many configs the report needs, and of how many of them nothing is stored.
    """

    files: tuple[StoredFile, ...]
    left_out: tuple[Flaw, ...]
    configs: int
    missing: int


def export(report: Path, store: Store, target: Path, *, in_universes: bool) -> Exported:
    """Copy the runs that the claims of a report rest on, over all seeds that are stored.

    Parameters
    ----------
    report
        Its folder.
    target
        A folder, to which they are added, or the name of a ``.tar`` file.
    in_universes
        Those of all universes besides ``protocol.toml``'s.

    Raises
    ------
    HarnessError
        If the claims cannot be collected, the store cannot be read, or the target cannot be written.
    """
    if TAR in target.suffixes[:-1]:
        raise StoreError(f"--to is {target}; give a folder, or a file that ends in {TAR}: runs hardly shrink")
    needed = configs_of(report, in_universes=in_universes)
    found: dict[str, list[StoredFile]] = {digest: [] for digest in needed}
    left_out: list[Flaw] = []
    for file in files_of(store.folder):
        if file.kind != "runs":
            continue
        try:
            runs = read_runs(file)
            config = needed.get(runs.config_digest)
            if config is not None and _found_for(config, runs, store):
                found[runs.config_digest].append(file)
        except (StoreError, ValueError, FileNotFoundError) as reason:
            left_out.append(Flaw(file, str(reason)))
    copied: list[StoredFile] = []
    payloads = _whole((file for files in found.values() for file in files), store, copied, left_out)
    try:
        (_write_tar if target.suffix == TAR else _write_folder)(target, payloads)
    except OSError as reason:
        raise StoreError(f"{target} cannot be written ({reason}); give another --to") from reason
    missing = sum(not files for files in found.values())
    return Exported(tuple(copied), tuple(left_out), len(needed), missing)


def _found_for(config: TrainingConfig, runs: StoredRuns, store: Store) -> bool:
    """Whether a session of the report would find these runs; of a training function, only those of its source."""
    if runs.is_of_function:
        return bool(dict(store.fingerprint_of(config)) == runs.identity["fingerprint"])
    return runs.usable(store)


def configs_of(report: Path, *, in_universes: bool) -> dict[str, TrainingConfig]:
    """Return all configs that the claims of a report ask for, by their digests.

    Raises
    ------
    HarnessError
        If the claims cannot be collected, or universes are asked for and there are none.
    """
    grids = [open_folder(report).grid]
    if in_universes:
        grids += open_multiverse(report).grids.values()
    claims = collect_claims(report)
    cells = [cell for claim in claims for cell in cells_asked(claim, grids[0])]
    return {config.digest: config for grid in grids for config, _ in wanted_of(cells, grid)}


def _whole(
    files: Iterable[StoredFile], store: Store, copied: list[StoredFile], left_out: list[Flaw]
) -> Iterator[tuple[str, bytes]]:
    """Yield place and content of each file that is whole, noting it and those that are not."""
    for file in files:
        try:
            payload = file.path.read_bytes()
            check_runs(file, payload)
        except Exception as reason:  # of damaged bytes, zipfile and NumPy make errors of many kinds
            left_out.append(Flaw(file, str(reason) or repr(reason)))
            continue
        yield file.path.relative_to(store.folder).as_posix(), payload
        copied.append(file)


def _write_folder(target: Path, payloads: Iterable[tuple[str, bytes]]) -> None:
    for place, payload in payloads:
        write_atomically(target / place, payload)


def _write_tar(target: Path, payloads: Iterable[tuple[str, bytes]]) -> None:
    with whole_file(target) as part, tarfile.open(fileobj=part, mode="w") as tar:
        for place, payload in payloads:
            member = tarfile.TarInfo(place)  # without owner and time: the same runs make the same file
            member.size = len(payload)
            tar.addfile(member, io.BytesIO(payload))
