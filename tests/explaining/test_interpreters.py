import base64
import hashlib
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from harness.base.errors import RerunError
from harness.explaining.interpreters import (
    environment_with,
    interpreter_for,
    pinned,
    plugins_of,
    refuse_other_versions,
    requirements_of,
)
from tests.builders.sessions import ENVIRONMENT


def write_wheel(folder: Path, version: str) -> None:
    """Write a package that consists of its version."""
    described = f"tiny_package-{version}.dist-info"
    files = {
        "tiny_package.py": f"VERSION = {version!r}\n",
        f"{described}/METADATA": f"Metadata-Version: 2.1\nName: tiny-package\nVersion: {version}\n",
        f"{described}/WHEEL": "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')},"
        f"{len(text)}\n"
        for name, text in files.items()
    )
    with zipfile.ZipFile(folder / f"tiny_package-{version}-py3-none-any.whl", "w") as wheel:
        for name, text in {**files, f"{described}/RECORD": f"{record}{described}/RECORD,,\n"}.items():
            wheel.writestr(name, text)


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let pip find two versions of a package in a folder, and nothing anywhere else."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for version in ("1.0", "2.0"):
        write_wheel(folder, version)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def version_in(interpreter: Path) -> str:
    """Return which version of the package an interpreter has."""
    code = "import tiny_package; print(tiny_package.VERSION)"
    return subprocess.run([interpreter, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.usefixtures("wheels")
def test_an_environment_has_the_versions_that_are_asked_for_and_is_made_once(tmp_path: Path) -> None:
    """Though there is a newer one; and what was broken off is made anew."""
    said: list[str] = []
    folder = tmp_path / "environments"

    def make(version: str) -> Path:
        return environment_with(sys.version, {"tiny_package": version}, ["tiny-package>=1"], folder, said.append)

    old = make("1.0")
    assert version_in(old) == "1.0"
    assert make("1.0") == old
    assert said == [f"making an environment with tiny_package 1.0 in {old.parents[1]}"]
    new = make("2.0")
    assert (version_in(old), version_in(new)) == ("1.0", "2.0")
    (new.parents[1] / "ready").unlink()
    assert make("2.0") == new
    assert len(said) == 3


@pytest.mark.usefixtures("wheels")
def test_a_version_that_is_gone_is_named(tmp_path: Path) -> None:
    """What pip says is passed on, and the half made environment is not used later."""
    for _ in range(2):
        with pytest.raises(
            RerunError, match=r"an environment with tiny_package 3\.0 cannot be made \(No matching dist"
        ):
            environment_with(sys.version, {"tiny_package": "3.0"}, [], tmp_path / "environments", lambda _: None)


def test_a_python_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Another Python is looked for on the path."""
    with pytest.raises(RerunError, match=r"^Python 3\.2 is not installed here$"):
        environment_with("3.2.1", {}, [], tmp_path, lambda _: None)


def test_the_running_interpreter_serves_where_its_versions_are_those(tmp_path: Path) -> None:
    """Then nothing is made; the last part of Python's version does not count."""
    wanted = replace(ENVIRONMENT, python="3.11.99")
    assert interpreter_for(wanted, ENVIRONMENT, tmp_path, tmp_path, pytest.fail) == Path(sys.executable)


def test_other_versions_are_pinned_and_what_was_not_installed_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index may know a build by another name, or by none."""
    asked: list[object] = []
    monkeypatch.setattr(
        "harness.explaining.interpreters.environment_with", lambda *told: asked.append(told) or Path("python")
    )
    wanted = replace(ENVIRONMENT, packages={"torch": "2.13.0+cpu", "keras": "not installed"})
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "pytest-claims"\ndependencies = ["numpy>=2"]\n', encoding="utf-8"
    )
    interpreter_for(wanted, ENVIRONMENT, tmp_path, tmp_path, pytest.fail)
    assert asked[0][:3] == ("3.11.7", {"torch": "2.13.0"}, ["numpy>=2"])  # type: ignore[index]


def test_another_project_needs_what_the_running_harness_needs(tmp_path: Path) -> None:
    """What only developers need is left out."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "another"\ndependencies = ["nothing"]\n')
    names = [requirement.partition(">")[0] for requirement in requirements_of(tmp_path)]
    assert "pytest-xdist" in names
    assert not {"nothing", "mypy"} & set(names)


def test_claims_that_ran_on_other_versions_do_not_count() -> None:
    """Builds of one version are one; what only one of two harnesses records is no difference."""
    wanted = replace(ENVIRONMENT, packages={"torch": "2.13.0", "numpy": "2.4.6", "keras": "3.0"})
    refuse_other_versions(replace(ENVIRONMENT, packages={"torch": "2.13.0+cpu", "numpy": "2.4.6"}), wanted)
    with pytest.raises(RerunError, match=r"^it ran with numpy 2\.4\.5 instead of 2\.4\.6$"):
        refuse_other_versions(replace(ENVIRONMENT, packages={"torch": "2.13.0", "numpy": "2.4.5"}), wanted)


def test_pytest_is_told_of_the_harness_where_it_is_not_installed(tmp_path: Path) -> None:
    """As in an environment that was made for other versions."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path], check=True)
    assert plugins_of(tmp_path / "bin" / "python") == ["-p", "harness.plugin.hooks"]
    assert plugins_of(Path(sys.executable)) == []


def test_a_build_is_no_version() -> None:
    """PEP 440 calls it the local part."""
    assert (pinned("2.13.0+cpu"), pinned("2.13.0")) == ("2.13.0", "2.13.0")
