"""A store with one file of each kind that holds something, and what is found and removed in it."""

import hashlib
from pathlib import Path
from typing import Any

from harness.base.files import write_atomically
from harness.base.hashing import content_digest
from harness.base.sealed import seal
from harness.commands.store_prune import remove, useless
from harness.commands.store_verify import verify
from harness.plugin.kept import judged_mark
from harness.storage.store import Store
from tests.builders.stores import VERSIONS, versions_of

OLD = versions_of({**VERSIONS, "torch": {"torch": "1.0", "harness training": "1"}})


def keep_claim(store: Store, rows: list[str]) -> None:
    """Keep a claim that names these rows, and the rows."""
    names = [hashlib.sha256(one.encode()).hexdigest() for one in rows]
    for one, name in zip(rows, names, strict=True):
        write_atomically(store.folder / "rows" / f"{name}.jsonl", one.encode())
    file = store.folder / "verdicts" / f"{judged_mark()}-{content_digest(names)}.json"
    write_atomically(file, seal({"identity": "", "claim": {"rows": names}}))


def kinds(files: Any) -> list[str]:
    """Return the kinds of files or of flaws, sorted."""
    return sorted(getattr(file, "file", file).kind for file in files)


def prune(store: Store) -> list[str]:
    """Remove what is useless, and return the kinds of what that was."""
    flaws = list(useless(store))
    for flaw in flaws:
        remove(flaw)
    return kinds(flaws)


ALL = ["answers", "figures", "rows", "runs", "timings", "verdicts"]


def one(store: Store, kind: str) -> Path:
    """Return the one file of a kind."""
    (file,) = (file for file in verify(store.folder).whole if file.kind == kind)
    return file.path
