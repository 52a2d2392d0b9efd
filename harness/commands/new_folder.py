"""Write the files of a new report, and nothing over what is there."""

import re
from collections.abc import Mapping
from pathlib import Path

from harness.base.errors import RegisterError


def claims_file(folder: Path) -> str:
    """Return a name for the file of a report's claims: pytest takes no two of one name in a session."""
    return f"test_{re.sub('[^a-z0-9]+', '_', folder.absolute().name.lower()).strip('_') or 'claims'}.py"


def fill_new_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Make a folder and write files into it.

    Parameters
    ----------
    files
        Text by name.

    Raises
    ------
    RegisterError
        If something is there already, or the folder cannot be written to.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise RegisterError(f"{folder}: is there already, and not an empty folder; give another name")
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            with (folder / name).open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as reason:
        raise RegisterError(f"{folder}: cannot be written to ({reason.strerror}); give another name") from reason
