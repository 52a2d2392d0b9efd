"""Break what changed, one piece at a time, and see whether a test notices: ``python -m tests.mutants --base main``.

On a copy of what is committed, with cosmic-ray. A change that no test notices is named, and has to be killed by a test
or stand in ``equivalent_mutants.toml`` with the reason why no test can notice it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import tomlkit

ROOT = Path(__file__).parent.parent
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.toml")
# What verdicts rest on.
JUDGING = ("harness/statistics/", "harness/verdicts/", "harness/judging/", "harness/reconstruction/likelihood.py")
OF_TYPES = ["core/ReplaceBinaryOperator_BitOr_.*"]  # in this code it joins types, which are not computed with
MOST_SECONDS = 120.0  # of the tests of one mutant


@dataclass(frozen=True)
class Mutant:
    """A change that no test noticed.

    Attributes
    ----------
    module
        Its file, from the root of the repository.
    line, text
        Where it was made, and what stands there.
    operator
        What was done, as cosmic-ray calls it.
    diff
        How it reads.
    """

    module: str
    line: int
    text: str
    operator: str
    diff: str

    def __str__(self) -> str:
        changed = [line for line in self.diff.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
        return "\n".join([f"{self.module}:{self.line}: {self.operator}", *(f"    {line}" for line in changed)])


def test_of(module: str) -> str:
    """Return the file of a module's tests, which lies where the module does."""
    place = Path(module).relative_to("harness")
    return (Path("tests") / place.with_name(f"test_{place.name}")).as_posix()


def changed_since(base: str) -> list[str]:
    """Return the modules that verdicts rest on and that changed since a revision."""
    command = ["git", "diff", "--name-only", "--diff-filter=d", base, "HEAD", "--", *JUDGING]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    return [name for name in names if (ROOT / test_of(name)).is_file()]


def survivors(module: str, copy: Path, base: str | None) -> Iterator[Mutant]:
    """Yield each change of a module that its tests do not notice.

    Parameters
    ----------
    copy
        A clone of the repository, in which the module is changed and its tests are run.
    base
        Only lines that changed since this revision are broken; None for all.
    """
    settings = {
        "module-path": module,
        "timeout": MOST_SECONDS,
        "excluded-modules": [],
        "test-command": f"{sys.executable} -m pytest -x -q -p no:cacheprovider -p no:xdist {test_of(module)}",
        "distributor": {"name": "local"},
        "filters": {"operators-filter": {"exclude-operators": OF_TYPES}, "git-filter": {"branch": base or ""}},
    }
    (copy / "mutants.toml").write_text(tomlkit.dumps({"cosmic-ray": settings}), encoding="utf-8")
    (copy / "mutants.sqlite").unlink(missing_ok=True)
    session = ["mutants.sqlite"]
    _run(copy, "cosmic-ray", "init", "mutants.toml", *session)
    _run(copy, "cr-filter-operators", *session, "mutants.toml")
    if base:
        _run(copy, "cr-filter-git", "--config", "mutants.toml", *session)
    _run(copy, "cosmic-ray", "exec", "mutants.toml", *session)
    source = (copy / module).read_text(encoding="utf-8").splitlines()
    for line in _run(copy, "cosmic-ray", "dump", *session).splitlines():
        item, result = json.loads(line)
        if result and result["test_outcome"] == "survived":
            (mutation,) = item["mutations"]
            number = mutation["start_pos"][0]
            yield Mutant(module, number, source[number - 1].strip(), mutation["operator_name"], result["diff"])


def unknown(found: Sequence[Mutant]) -> list[Mutant]:
    """Return those that are not named as equivalent."""
    known = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("mutants", [])
    named = {(one["module"], one["text"], one["operator"]) for one in known}
    return [one for one in found if (one.module, one.text, one.operator) not in named]


def main(arguments: list[str] | None = None) -> int:
    """Print the survivors; returns 1 if there are some."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__.splitlines()[0])
    parser.add_argument("--base", default="main", help="break only what changed since this revision (default: main)")
    parser.add_argument("--module", action="append", default=[], help="break all of this module; may be given again")
    options = parser.parse_args(arguments)
    base = None if options.module else options.base
    modules = options.module or changed_since(options.base)
    found: list[Mutant] = []
    with tempfile.TemporaryDirectory(prefix="claims-mutants-") as folder:
        copy = Path(folder) / "copy"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(copy)], check=True)
        revision = subprocess.run(
            ["git", "rev-parse", options.base], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout.strip()
        for module in modules:
            print(f"{module}: against {test_of(module)}", flush=True)
            found += survivors(module, copy, base and revision)
    left = unknown(found)
    for mutant in left:
        print(mutant)
    print(f"{len(modules)} modules, {len(found)} changes unnoticed, {len(found) - len(left)} of them equivalent")
    return 1 if left else 0


def _run(copy: Path, program: str, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(copy), "CI": "true"}  # the copy's code, the same examples each time
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{program} ended with {done.returncode}: {done.stderr.strip().splitlines()[-1:]}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
