"""Write the files of a new report, and nothing over what is there."""

import re
from collections.abc import Mapping
from pathlib import Path

from harness.base.errors import RegisterError

IGNORE_FILE = ".gitignore"
OF_GIT = frozenset({".git", IGNORE_FILE})  # a repository that was only just begun has no more than these
IGNORED = """\
# What a session writes where pytest's root folder is this one; in any other, put these lines there.
/reports/
/.claims-store/
/.claims-history.sqlite*
__pycache__/
.pytest_cache/
"""


def claims_file(folder: Path) -> str:
    """Return a name for the file of a report's claims: pytest takes no two of one name in a session."""
    return f"test_{re.sub('[^a-z0-9]+', '_', folder.absolute().name.lower()).strip('_') or 'claims'}.py"


def fill_new_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Make a folder and write files into it, with one that keeps out of Git what sessions write.

    Parameters
    ----------
    files
        Text by name.

    Raises
    ------
    RegisterError
        If something is there already that Git did not bring, or the folder cannot be written to.
    """
    try:
        if folder.exists() and (not folder.is_dir() or {file.name for file in folder.iterdir()} - OF_GIT):
            raise RegisterError(f"{folder}: is there already, and not an empty folder; give another name")
        folder.mkdir(parents=True, exist_ok=True)
        left_out = {} if (folder / IGNORE_FILE).exists() else {IGNORE_FILE: IGNORED}
        for name, text in {**left_out, **files}.items():
            with (folder / name).open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as reason:
        raise RegisterError(f"{folder}: cannot be written to ({reason.strerror}); give another name") from reason
