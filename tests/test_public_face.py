"""What a reader is taught to import: names of `harness` itself, each found when it is used."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import harness

ROOT = Path(__file__).parent.parent
TAUGHT = [
    *sorted((ROOT / "claims").rglob("*.py")),
    *sorted((ROOT / "examples").rglob("*.py")),
    *sorted((ROOT / "harness" / "commands" / "new_report").iterdir()),
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "README.md",
]


def programs(file: Path) -> list[str]:
    """Return the Python in a file: all of a module, or the blocks of a page."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".md":
        return re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return [text] if file.suffix == ".py" or file.name.endswith(".py.txt") else []


@pytest.mark.parametrize("file", TAUGHT, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_claims_and_docs_import_from_the_public_face_alone(file: Path) -> None:
    """So that a module can move without a claim to be changed."""
    for program in programs(file):
        for node in ast.walk(ast.parse(program)):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "harness":
                assert node.module == "harness"
                assert {one.name for one in node.names} <= set(harness.__all__)
            if isinstance(node, ast.Import):
                assert not [one.name for one in node.names if one.name.startswith("harness.")]


@pytest.mark.parametrize("name", harness.__all__)
def test_every_public_name_is_there(name: str) -> None:
    """And says what it is."""
    assert getattr(harness, name).__doc__


def test_names_are_found_when_they_are_used() -> None:
    """The package alone loads nothing; a name that it does not have is an error as of any module."""
    program = "import sys, harness; print({'numpy', 'scipy', 'matplotlib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
    with pytest.raises(AttributeError, match="nothing_of_that_name"):
        harness.nothing_of_that_name  # noqa: B018


def test_types_are_shipped() -> None:
    """Type checkers read the annotations of a package that says so."""
    assert (Path(harness.__file__).parent / "py.typed").is_file()
    assert sorted(harness.__all__) == sorted(set(harness.__all__))


def test_the_reference_has_every_public_name_once() -> None:
    """And no other; the site is built from these lines."""
    pages = (ROOT / "docs" / "reference").glob("*.md")
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    named = re.findall(r"^::: harness\.(\w+)$", text, re.MULTILINE)
    assert sorted(named) == sorted(harness.__all__)
