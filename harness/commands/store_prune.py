"""Remove from a store what nobody can use any more.

Nothing here asks a clock: whether a file is still being written is told by the lock of who writes it.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from harness.base.errors import StoreError
from harness.base.locks import abandoned
from harness.base.sealed import unseal
from harness.commands.store_needed import Needed
from harness.commands.store_verify import Flaw
from harness.drawing.drawn import drawing_marks
from harness.execution.timing import silent
from harness.plugin.kept import judged_mark, rows_named_in
from harness.reconstruction.multiverse import judging_mark
from harness.storage.contents import StoredFile, StoredRuns, files_of, is_current, read_runs
from harness.storage.store import Store

NOT_KEPT = "other versions, trainers or data"


def useless(
    store: Store, needed: Needed | None = None, untold: Callable[[StoredFile], None] = silent
) -> Iterator[Flaw]:
    """Yield what nobody can use any more: what a session writes anew, or could not find.

    Files of a newer version, and files that are not the store's, are never among them.

    Parameters
    ----------
    needed
        By all reports that share the store; without it, no run of a report's own function or data is of other source.
    untold
        Called without `needed` with each file of such runs that is not among the useless: reports might tell it.

    Raises
    ------
    StoreError
        If a part of the folder may not be read.
    """
    marks = {"figures": drawing_marks(), "answers": {judging_mark()}, "verdicts": {judged_mark()}}
    files = files_of(store.folder)
    named = _rows_named_in(file for file in files if file.path.stem.startswith(judged_mark()))
    for file in files:
        if file.kind == "unreadable":
            yield Flaw(file, "damaged and set aside; trained or measured again since")
        elif file.kind == "unfinished" and _nobody_holds(file.path):
            yield Flaw(file, "never finished: who wrote them died")
        elif file.kind == "locks" and _nobody_holds(file.path):
            yield Flaw(file, "nobody holds them")
        elif file.kind in marks and file.path.stem.partition("-")[0] not in marks[file.kind]:
            yield Flaw(file, "made by other code than the present")
        elif file.kind == "rows" and file.path.stem not in named:
            yield Flaw(file, "no claim names them")
        elif file.kind in ("runs", "timings"):
            with suppress(FileNotFoundError):  # a session goes on meanwhile
                if reason := _why_unusable(file, store, needed, untold):
                    yield Flaw(file, f"no session can find them: {reason}")


def remove(flaw: Flaw) -> None:
    """Remove a file that `useless` gave; what has begun to be used meanwhile stays.

    Raises
    ------
    StoreError
        If it cannot be removed.
    """
    path = flaw.file.path
    try:
        if flaw.file.kind in ("unfinished", "locks"):
            with abandoned(path) as free:
                if free:
                    path.unlink(missing_ok=True)
        else:
            path.unlink(missing_ok=True)
    except OSError as reason:
        raise StoreError(f"{path} cannot be removed ({reason}); what was removed before it is removed") from reason


def _rows_named_in(files: Iterable[StoredFile]) -> set[str]:
    """Return which rows these files name, as far as they are kept claims."""
    named: set[str] = set()
    for file in files:
        if file.kind == "verdicts":
            with suppress(OSError):  # gone meanwhile, or not to be read: a session then judges again
                named |= rows_named_in(file.path.read_bytes())
    return named


def _nobody_holds(path: Path) -> bool:
    try:
        with abandoned(path) as free:
            return free
    except PermissionError:
        return False  # another user's, who knows better


def why_no_session_finds(runs: StoredRuns, store: Store, needed: Needed | None) -> str:
    """Return in words why no session can find these runs; empty if one can.

    Parameters
    ----------
    needed
        By all reports that share the store; None if that is not known.
    """
    if not runs.usable(store):
        return NOT_KEPT
    return needed.why_not(runs) if needed is not None else ""


def _why_unusable(file: StoredFile, store: Store, needed: Needed | None, untold: Callable[[StoredFile], None]) -> str:
    """Return why no session could find this file; empty also if it is damaged: then it is set aside and made again."""
    try:
        if file.kind == "runs":
            runs = read_runs(file)
            reason = why_no_session_finds(runs, store, needed)
            if not reason and needed is None and (runs.is_of_function or runs.data_checksums):
                untold(file)
            return reason
        timings: dict[str, Any] = unseal(file.path.read_bytes(), str(file.path))
        entries = timings["entries"]
        current = all(is_current(one["config"], one["fingerprint"], store.fingerprint_of) for one in entries)
    except FileNotFoundError:
        raise
    except (StoreError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""
    return "" if current else NOT_KEPT
