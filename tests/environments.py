"""Install the project where nothing else is, and use it as its users do: ``python -m tests.environments``.

Twice: the core alone, and with PyTorch, beside which allure-pytest comes. What is missing is not made to look so.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
FRAMEWORKS = ("keras", "sklearn", "tensorflow", "torch")
MOST_SECONDS = 60.0  # to install the core


@dataclass(frozen=True)
class Installed:
    """An environment of its own.

    Attributes
    ----------
    folder
        Where it lies.
    seconds
        How long the installation took, downloads included.
    megabytes
        What it added, compiled bytecode aside.
    """

    folder: Path
    seconds: float
    megabytes: float

    def run(self, *command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
        """Run a program of this environment in a folder."""
        program = self.folder / "bin" / command[0]
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
        return subprocess.run([str(program), *command[1:]], cwd=folder, env=clean, capture_output=True, text=True)

    def has(self, module: str) -> bool:
        """Whether a module can be imported."""
        return self.run("python", "-c", f"import {module}", folder=self.folder).returncode == 0


def install(folder: Path, extras: str) -> Installed:
    """Make an environment with the project and some of its extras, such as ``[torch]``."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    empty, began = _megabytes(folder), time.perf_counter()
    command = [
        str(folder / "bin" / "pip"),
        "install",
        "--quiet",
        f"{ROOT}{extras}",
        "-c",
        str(ROOT / "constraints.txt"),
    ]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return Installed(folder, time.perf_counter() - began, _megabytes(folder) - empty)


def check_core(core: Installed, report: Path) -> None:
    """Hold that stored trainings are judged, and that one sentence says what is missing where there are none."""
    print(f"core: {core.megabytes:.0f} MB besides bytecode, {core.seconds:.0f} s")
    _hold(core.seconds <= MOST_SECONDS, f"the core takes more than {MOST_SECONDS:.0f} s")
    _hold(not any(map(core.has, FRAMEWORKS)), "the core brings a framework")
    _hold(core.has("harness"), "the core cannot be imported")
    judged = core.run("pytest", "mine", folder=report)
    _hold(judged.returncode == 0, f"stored trainings are not judged: {judged.stdout}{judged.stderr}")
    session = json.loads((report / "reports" / "claims.json").read_text(encoding="utf-8"))
    _hold("torch" in session["environment"]["packages"], "the page does not say which PyTorch the trainings are from")
    _hold((report / "reports" / "index.html").exists(), "no page was written")
    shutil.rmtree(report / ".claims-store")
    refused = core.run("pytest", "mine", folder=report)
    _hold(refused.returncode != 0, "without trainings, the session ends well")
    _hold("pip install 'pytest-claims[torch]'" in refused.stdout, f"no command is given: {refused.stdout}")
    _hold("Traceback" not in refused.stdout, f"no sentence is given: {refused.stdout}")


def check_torch(torch: Installed, report: Path) -> None:
    """Hold that a report in PyTorch alone runs, and that one in Keras gets the command that installs it."""
    print(f"torch: {torch.megabytes:.0f} MB besides bytecode, {torch.seconds:.0f} s")
    _hold(torch.has("torch") and not torch.has("tensorflow"), "TensorFlow is there, or PyTorch is not")
    made = torch.run("claims", "new", "mine", folder=report)
    _hold(made.returncode == 0, f"no report is made: {made.stderr}")
    judged = torch.run("pytest", "mine", "-n", "2", folder=report)
    _hold(judged.returncode == 0, f"a report in PyTorch does not run: {judged.stdout}{judged.stderr}")
    keras = report / "in-keras"
    shutil.copytree(report / "mine", keras / "mine")
    protocol = keras / "mine" / "protocol.toml"
    protocol.write_text(protocol.read_text(encoding="utf-8").replace('"torch"', '"keras"'), encoding="utf-8")
    refused = torch.run("pytest", "mine", folder=keras)
    _hold(refused.returncode != 0, "without Keras, a report in Keras ends well")
    _hold("pip install 'pytest-claims[keras]'" in refused.stdout, f"no command is given: {refused.stdout}")


def check_allure(torch: Installed, report: Path) -> None:
    """Hold that allure-pytest has each claim, with its status and its text, and that verdicts are what they were."""
    before = _outcomes(report)
    installed = torch.run("pip", "install", "allure-pytest", "-c", str(ROOT / "constraints.txt"), folder=report)
    _hold(installed.returncode == 0, f"allure-pytest cannot be installed: {installed.stderr}")
    # With bands that no estimate lies in, so that each claim is told as a failure.
    register = report / "mine" / "report.toml"
    text = register.read_text(encoding="utf-8")
    below_all = re.sub(r"(?m)^high = .*$", "high = -1e9", re.sub(r"(?m)^low = .*$", "low = -inf", text))
    register.write_text(below_all, encoding="utf-8")
    judged = torch.run("pytest", "mine", "-n", "2", "--alluredir", "refuted", folder=report)
    register.write_text(text, encoding="utf-8")
    _hold(judged.returncode == 1, f"with allure-pytest, refuted claims do not fail: {judged.stdout}{judged.stderr}")
    told = _told_by_allure(report / "refuted")
    _hold([one["status"] for one in told] == ["failed"] * len(before), f"allure-pytest has other claims: {told}")
    _hold(
        all("estimate" in one["statusDetails"]["message"] for one in told),
        f"allure-pytest does not tell what was judged: {told}",
    )
    again = torch.run("pytest", "mine", "-n", "2", "--alluredir", "supported", folder=report)
    _hold(again.returncode == 0, f"with allure-pytest, a report does not run: {again.stdout}{again.stderr}")
    told = _told_by_allure(report / "supported")
    _hold([one["status"] for one in told] == ["passed"] * len(before), f"allure-pytest has other claims: {told}")
    _hold(_outcomes(report) == before, "with allure-pytest, verdicts are others")


def _outcomes(report: Path) -> list[str]:
    session = json.loads((report / "reports" / "claims.json").read_text(encoding="utf-8"))
    return [claim["verdict"]["outcome"] for claim in session["claims"]]


def _told_by_allure(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(file.read_text(encoding="utf-8")) for file in folder.glob("*-result.json")]


def main(arguments: Sequence[str] | None = None) -> int:
    """Make both environments, and check them; returns the exit status."""
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="claims-environments-") as name:
        report = Path(name, "work")
        report.mkdir()
        try:
            torch = install(Path(name, "torch"), "[torch]")
            check_torch(torch, report)
            check_allure(torch, report)
            check_core(install(Path(name, "core"), ""), report)
        except AssertionError as problem:
            print(f"error: {problem}", file=sys.stderr)
            return 1
    return 0


def _hold(holds: bool, problem: str) -> None:
    if not holds:
        raise AssertionError(problem)


def _megabytes(folder: Path) -> float:
    files = (file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
    return sum(file.stat().st_size for file in files if file.suffix != ".pyc") / 1e6


if __name__ == "__main__":
    sys.exit(main())
