"""Writes what a session came to: for machines, and for people."""

import hashlib
import re
from pathlib import Path

from harness.session import Session, write_session
from harness.store import write_atomically

SESSION_FILE = "claims.json"
FIGURES_FOLDER = "figures"


def publish(session: Session, folder: Path) -> None:
    """Write everything that is made of a session into a folder."""
    write_session(session, folder / SESSION_FILE)
    shown = {claim.figure for claim in session.claims}
    for file in (folder / FIGURES_FOLDER).glob("*.svg"):
        if f"{FIGURES_FOLDER}/{file.name}" not in shown:
            file.unlink(missing_ok=True)


def write_figure(folder: Path, test: str, svg: str) -> str:
    """Write the figure of a claim beside the pages, and return where, relative to them.

    Parameters
    ----------
    test
        The claim's node id. The file's name tells a reader which, and a digest sets apart what reads the same.
    """
    words = re.sub(r"[^A-Za-z0-9]+", "-", test.rpartition("/")[2]).strip("-")[:80]
    name = f"{FIGURES_FOLDER}/{words}-{hashlib.sha256(test.encode()).hexdigest()[:8]}.svg"
    write_atomically(folder / name, svg.encode())
    return name
