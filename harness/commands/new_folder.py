"""Write the files of a new report, and nothing over what is there."""

from collections.abc import Mapping
from pathlib import Path

from harness.base.errors import RegisterError


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
