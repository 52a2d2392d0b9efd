from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.base import sources
from harness.base.sources import sources_mark, sources_of

FILES = {
    "__init__.py": "",
    "one/__init__.py": "",
    "one/first.py": "from harness.two import second, NAME\n",
    "two/__init__.py": "from harness.three.third import (\n    deep as other,\n)\nNAME = 1\n",
    "two/second.py": "def late():\n    import harness.four\n",
    "three/__init__.py": "",
    "three/third.py": "deep = 1\n",
    "four.py": "import numpy\n",
    "five.py": "from harness.one import first\n",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make a small harness, and take it for the real one."""
    package = tmp_path / "harness"
    for name, text in FILES.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(sources, "PACKAGE", package)
    forget()
    yield package
    forget()


def forget() -> None:
    """Let everything be read again."""
    sources_of.cache_clear()
    sources_mark.cache_clear()
    sources._file_of.cache_clear()


def found(package: Path, *modules: str) -> set[str]:
    """Return the files on which modules rest, from the package on."""
    return {file.relative_to(package).as_posix() for file in sources_of(*modules)}


def test_imports_are_followed_at_any_depth(package: Path) -> None:
    """In functions, in brackets, under other names; not upwards, and not out of the harness."""
    assert found(package, "harness.one.first") == {
        *("one/first.py", "two/__init__.py", "two/second.py", "three/third.py", "four.py"),
    }


def test_a_package_stands_for_its_modules(package: Path) -> None:
    """Whether or not it imports them."""
    assert found(package, "harness.three") == {"three/__init__.py", "three/third.py"}
    assert found(package, "harness.four", "harness.three") == {"four.py", "three/__init__.py", "three/third.py"}


@pytest.mark.parametrize("name", ["one/first.py", "three/third.py", "four.py"])
def test_a_change_below_changes_the_mark(package: Path, name: str) -> None:
    """And one above does not."""
    before = sources_mark(("harness.one.first",))
    (package / "five.py").write_text("NEW = 1\n", encoding="utf-8")
    forget()
    assert sources_mark(("harness.one.first",)) == before
    with (package / name).open("a", encoding="utf-8") as file:
        file.write("NEW = 1\n")
    forget()
    assert sources_mark(("harness.one.first",)) != before


def test_versions_of_distributions_are_in_the_mark(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What draws is not the harness alone."""
    marks = set()
    for number in ("1.0", "1.1"):
        monkeypatch.setattr(sources, "version", lambda name, number=number: number)
        forget()
        marks.add(sources_mark(("harness.four",), ("matplotlib",)))
    assert len(marks) == 2
