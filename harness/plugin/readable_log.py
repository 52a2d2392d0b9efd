"""Mends the audit log once pytest-html has written it: the plugin chose that page, so it answers for it."""

from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from harness.base.files import write_atomically
from harness.pages.audit_page import readable
from harness.plugin.options import STYLE


class ReadableLog:
    """A pytest plugin that makes the audit log readable on a phone, in the dark, and aloud.

    Parameters
    ----------
    files
        Of pytest-html; none if somebody else chose how its page looks.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = files

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self) -> Generator[None, None, None]:
        """Mend what is there after all others have written."""
        yield
        for file in self._files:
            if file.is_file():
                write_atomically(file, readable(file.read_text(encoding="utf-8")).encode())


def chosen_here(config: pytest.Config) -> list[Path]:
    """Return the audit log, if this plugin chose its place and its style."""
    page = config.getoption("htmlpath", None)
    return [Path(page)] if page and str(STYLE) in config.getoption("css", []) else []
