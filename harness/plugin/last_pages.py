"""Keeps the pages of the last session where a session could not start: what says nothing must not take their place."""

import os
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from harness.base.files import write_atomically
from harness.plugin.options import JUNIT_FILE, pages_folder


class LastPages:
    """A pytest plugin that puts back files that pytest and pytest-html write at the end of any session.

    Parameters
    ----------
    files
        Which.

    Attributes
    ----------
    to_be_kept
        Whether to put them back; to be set before the session ends.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self._contents = {file: file.read_bytes() if file.is_file() else None for file in files}
        self.to_be_kept = False

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Generator[None, None, None]:
        """Put them back once all others have written."""
        yield
        for file, content in self._contents.items() if self.to_be_kept else ():
            if content is None:
                file.unlink(missing_ok=True)
            else:
                write_atomically(file, content)


def written_by_pytest(config: pytest.Config) -> list[Path]:
    """Return the audit log, and the JUnit XML where it stands beside it as nobody wanted it elsewhere."""
    page, results = config.getoption("htmlpath", None), config.getoption("xmlpath", None)
    files = [Path(os.path.expandvars(page)).expanduser().absolute()] if page else []
    context = pages_folder(config) / JUNIT_FILE
    return [*files, *([context.absolute()] if results == str(context) else [])]
