from importlib.metadata import version
from pathlib import Path

import pytest

from harness.base.errors import ConfigError
from harness.training.function.source import contents_of, function_in, is_function, packages_named_in, short_name

SEVERAL = {
    "train.py": "import helpers, numpy as np\nfrom models.net import Net\ndef run(config, seed):\n    import sklearn\n",
    "helpers.py": "import json, other\n",
    "other.py": "",
    "unused.py": "import scipy\n",
    "models/__init__.py": "",
    "models/net.py": "from . import parts\nfrom .parts import Part\nclass Net: ...\n",
    "models/parts.py": "import not_installed_anywhere\n",
}


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """Write a function, and what it imports."""
    (tmp_path / "models").mkdir()
    for name, text in SEVERAL.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_function_is_named_by_its_file_wherever_that_lies(report: Path) -> None:
    """What configs and pages call it is the same on every machine."""
    reference = function_in(report, "train:run")
    assert reference == f"{report}/train.py:run"
    assert is_function(reference)
    assert short_name(reference) == "train:run"


@pytest.mark.parametrize("name", ["torch", "package.module:TRAINER", "nothing:run", "train", ":run", "../train:run"])
def test_other_names_are_not_the_report_s(report: Path, name: str) -> None:
    """They may stand for a trainer that is installed, and keep their names."""
    assert function_in(report, name) is None
    assert not is_function(name)
    assert short_name(name) == name


def test_a_function_that_is_not_there_is_named_with_those_that_are(report: Path) -> None:
    """Before anything is trained."""
    with pytest.raises(ConfigError, match=r"train\.py has no function 'main'; it has: run$"):
        function_in(report, "train:main")
    with pytest.raises(ConfigError, match=r"other\.py has no function 'run'; it has: none$"):
        function_in(report, "other:run")


@pytest.mark.parametrize("content", [b"def run(:\n", b"x = '\0'\n"])
def test_a_file_that_is_no_python_is_named(report: Path, content: bytes) -> None:
    """With what Python says of it."""
    (report / "train.py").write_bytes(content)
    with pytest.raises(ConfigError, match=r"train\.py: no Python that can be read \("):
        function_in(report, "train:run")


def test_files_are_those_that_are_imported_at_any_depth(report: Path) -> None:
    """Also relative ones; not those that merely lie there."""
    found = {file.relative_to(report).as_posix() for file in contents_of(report / "train.py")}
    assert found == {"train.py", "helpers.py", "other.py", "models/__init__.py", "models/net.py", "models/parts.py"}


def test_packages_are_those_that_the_files_name(report: Path) -> None:
    """By the names under which they are installed; not Python's own, nor the report's, nor what is absent."""
    found = packages_named_in(contents_of(report / "train.py"), report)
    assert found == {"numpy": version("numpy"), "scikit-learn": version("scikit-learn")}


def test_a_folder_called_like_a_package_hides_it_not(tmp_path: Path) -> None:
    """What is beside the file hides a package of its name; the folder that holds it does not."""
    folder = tmp_path / "numpy"
    (folder / "scipy").mkdir(parents=True)
    (folder / "scipy" / "__init__.py").write_text("", encoding="utf-8")
    (folder / "train.py").write_text("import numpy\nimport scipy\ndef run(config, seed): ...\n", encoding="utf-8")
    assert packages_named_in(contents_of(folder / "train.py"), folder) == {"numpy": version("numpy")}
