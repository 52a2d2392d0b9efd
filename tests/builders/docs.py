"""The blocks of code of the pages of the documentation."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FILES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
_BLOCK = re.compile(r"^( *)```(\S*)[^\n]*\n(.*?)^\1```$", flags=re.DOTALL | re.MULTILINE)
_DOCUMENT = re.compile(r"(<<'(\w+)')\n.*?^\2$", flags=re.DOTALL | re.MULTILINE)
_ENDS = {"|", "&", "&&", ">>", ">", "<<END"}


@dataclass(frozen=True)
class Block:
    """A block of code.

    Attributes
    ----------
    page
        The name of its file.
    number
        Among the blocks of its language on that page, from 0.
    language
        What the page says it is written in; empty for what a program printed.
    text
        What stands between the fences.
    """

    page: str
    number: int
    language: str
    text: str

    @property
    def name(self) -> str:
        """As the tests call it, such as ``history.md sh 1``."""
        return f"{self.page} {self.language or 'text'} {self.number}"


def blocks(language: str | None = None) -> list[Block]:
    """Return the blocks of all pages, or those of one language."""
    found = []
    for file in FILES:
        seen: dict[str, int] = {}
        for _, tongue, text in _BLOCK.findall(file.read_text(encoding="utf-8")):
            found.append(Block(file.name, seen.setdefault(tongue, 0), tongue, text))
            seen[tongue] += 1
    return [block for block in found if language in (None, block.language)]


def block_of(page: str, language: str, number: int) -> str:
    """Return the text of one block."""
    (text,) = [one.text for one in blocks(language) if (one.page, one.number) == (page, number)]
    return text


def commands_of(block: Block) -> list[list[str]]:
    """Return the commands of a block of shell, in words, without what follows in a pipe; a function is no command."""
    if block.text.startswith("means() {\n"):
        return []
    text = _DOCUMENT.sub(r"<<END", block.text)
    return [words for line in text.splitlines() for words in _split(shlex.split(line, comments=True)) if words]


def documents_of(block: Block) -> list[str]:
    """Return what a block of shell hands a program to read."""
    return [found.group().partition("\n")[2].rpartition("\n")[0] for found in _DOCUMENT.finditer(block.text)]


def value_of(assignment: str) -> tuple[str, Any]:
    """Return field and value of one ``--set``; quotes may be left out."""
    field, _, text = assignment.partition("=")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    return field, tuple(value) if isinstance(value, list) else value


def _split(words: list[str]) -> Iterator[list[str]]:
    """Give each command of a line that joins some with ``&&``, and what stands before any other sign of the shell."""
    ends = [place for place, word in enumerate(words) if word in _ENDS]
    yield words[: ends[0]] if ends else words
    if ends and words[ends[0]] == "&&":
        yield from _split(words[ends[0] + 1 :])
