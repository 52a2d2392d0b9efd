"""The file of a figure beside the pages, and how the audit log shows it.

Whoever judges a claim needs this of the pages, and nothing of what writes them.
"""

import hashlib
import re
from html import escape
from pathlib import Path

from harness.base.files import write_if_changed
from harness.verdicts.verdict import Verdict

FIGURES_FOLDER = "figures"


def write_figure(folder: Path, name: str, svg: str) -> str:
    """Write a figure beside the pages, and return where, relative to them.

    Parameters
    ----------
    name
        What it shows, such as a claim's node id. A reader knows it in the file's name, and a digest sets apart what
        reads the same.
    """
    words = re.sub(r"[^A-Za-z0-9]+", "-", name.rpartition("/")[2]).strip("-")[:80]
    file = f"{FIGURES_FOLDER}/{words}-{hashlib.sha256(name.encode()).hexdigest()[:8]}.svg"
    write_if_changed(folder / file, svg.encode())
    return file


def figure_html(file: str, verdict: Verdict) -> str:
    """Return a figure that stands in a file beside the page."""
    description = escape(f"{verdict.finding} ({verdict.reading}): curves over epochs and values over seeds", quote=True)
    return f'<img class="claim-figure" loading="lazy" alt="{description}" src="{escape(file, quote=True)}">'
