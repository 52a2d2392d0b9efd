"""Import of files as they were read."""

import importlib
import importlib.resources
import pkgutil
import py_compile
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.training.function.loading import import_remembered
from harness.training.function.source import contents_of

FILES = {
    "train.py": "import helper\nfrom models import net\ndef run():\n  import late\n  return helper.A, net.A, late.A\n",
    "helper.py": "A = 1\n",
    "late.py": "A = 1\n",
    "models/__init__.py": "",
    "models/net.py": "from .part import A\n",
    "models/part.py": "A = 1\n",
}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Write a function and what it imports; forget afterwards what it was imported as."""
    (tmp_path / "models").mkdir()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    path, meta_path = list(sys.path), list(sys.meta_path)
    yield tmp_path
    sys.path[:], sys.meta_path[:] = path, meta_path
    for name in [name for name in sys.modules if name.split(".")[0] in ("train", "helper", "late", "models", "other")]:
        sys.modules.pop(name)


def edit(home: Path) -> None:
    """Give each file that says what it is another number."""
    for name, text in FILES.items():
        (home / name).write_text(text.replace("A = 1", "A = 2"), encoding="utf-8")


def test_what_was_read_is_imported_whatever_is_there_now(home: Path) -> None:
    """At once or within a function, from a module or a package, by a relative import too."""
    contents = contents_of(home / "train.py")
    edit(home)
    module = import_remembered(home / "train.py", contents)
    assert module.run() == (1, 1, 1)
    assert sys.modules["train"] is module


def test_what_is_there_is_imported_though_bytecode_looks_current(home: Path) -> None:
    """Python takes that of an edit of the same size within the same second; none is left behind either."""
    for name in FILES:
        py_compile.compile(str(home / name), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    edit(home)
    assert import_remembered(home / "train.py", contents_of(home / "train.py")).run() == (2, 2, 2)


def test_no_bytecode_is_left(home: Path) -> None:
    """Nobody would read it."""
    import_remembered(home / "train.py", contents_of(home / "train.py")).run()
    assert list(home.rglob("*.pyc")) == []


def test_other_modules_are_found_as_ever(home: Path) -> None:
    """Also one that lies there, which no import statement named, and one that a name only looks like."""
    (home / "other.py").write_text("A = 3\n", encoding="utf-8")
    import_remembered(home / "train.py", contents_of(home / "train.py"))
    (home / "models" / "extra.py").write_text("A = 4\n", encoding="utf-8")
    assert __import__("other").A == 3
    assert importlib.import_module("models.extra").A == 4
    assert __import__("json").loads("1") == 1


def test_a_package_finds_the_data_beside_it(home: Path) -> None:
    """As those that ask for resources expect."""
    (home / "models" / "table.txt").write_text("7", encoding="utf-8")
    import_remembered(home / "train.py", contents_of(home / "train.py"))
    assert pkgutil.get_data("models", "table.txt") == b"7"
    assert importlib.resources.files("models").joinpath("table.txt").read_text() == "7"
