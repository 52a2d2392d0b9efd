"""The structure that the rest relies on: imports run one way, and frameworks are loaded only to train."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import harness

PACKAGE = Path(harness.__file__).parent
FRAMEWORKS = {"torch", "tensorflow", "keras"}


def imports_of(source: str) -> set[str]:
    """Return every module that a source file names in an import, wherever the import stands."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def module_name(path: Path) -> str:
    """Return ``training.torch_loop`` for its file, ``training`` for the package's ``__init__``."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


MODULES = {module_name(path): path for path in PACKAGE.rglob("*.py")}


def test_the_contract_of_layers_holds() -> None:
    """Import-linter finds no import upwards and no package without a layer."""
    result = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout


def test_the_harness_knows_nothing_of_the_report() -> None:
    """No finding's id, cell or reported number of the report under test stands in the package."""
    for name, path in MODULES.items():
        text = path.read_text(encoding="utf-8")
        for word in ("net1", "net2", "net3", "parity", "loss-table", "14.45", "10.88", "0.57"):
            # The one example of a cell's name is in the command line's help.
            assert word not in text.replace("torch-classification-relu-adam-net1", ""), (name, word)


def loaded_by(statement: str) -> set[str]:
    """Return which heavy modules a fresh interpreter has loaded after a statement."""
    heavy = FRAMEWORKS | {"sklearn", "matplotlib", "scipy", "scipy.optimize", "scipy.special", "scipy.stats", "numpy"}
    code = f"{statement}\nimport sys\nprint(*({heavy!r} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(result.stdout.split())


def test_the_plugin_costs_other_projects_nothing() -> None:
    """Pytest loads the plugin in every project of the environment; it must bring nothing heavy with it."""
    assert loaded_by("import harness.plugin.hooks") == set()


def test_engine_and_judge_load_no_framework() -> None:
    """All that a stored session needs loads neither a framework nor scikit-learn."""
    assert not loaded_by("import harness.execution.engine, harness.judging.judge, harness.plugin.audit") & (
        FRAMEWORKS | {"sklearn"}
    )


def test_nobody_loads_what_scipy_brings_before_it_is_called() -> None:
    """A session has a controller and workers, each of which would pay a second for it."""
    statement = "import harness.plugin.audit, harness.plugin.judged, harness.judging.judge, harness.plugin.planning"
    assert loaded_by(f"{statement}\nfrom harness import *") <= {"numpy", "scipy"}


def test_the_check_of_loaded_modules_can_fail() -> None:
    """The trainer loads its framework, and an estimate's interval what it needs: the tests above see something."""
    assert "torch" in loaded_by("import harness.training.dense.torch_native")
    assert "scipy.special" in loaded_by(
        "from harness import mean_over_seeds\nmean_over_seeds([1, 2], '').interval(0.9)"
    )


RUNS_CODE = {  # what makes code of data, by the name that is called; a name without a module is Python's own
    *("eval", "exec", "compile", "__import__"),
    *("pickle.load", "pickle.loads", "marshal.load", "marshal.loads", "shelve.open", "joblib.load", "yaml.load"),
    *("torch.load", "numpy.fromfile", "os.system", "os.popen", "runpy.run_path"),
    *("cloudpickle.load", "cloudpickle.loads", "dill.load", "dill.loads", "pandas.read_pickle"),
}


def code_from_data(source: str) -> list[str]:
    """Return every call that may run what it reads: of `RUNS_CODE`, unpickling by NumPy, or a shell."""
    tree = ast.parse(source)
    meant = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            meant |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            meant |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return [found for node in ast.walk(tree) if isinstance(node, ast.Call) and (found := _dangerous(node, meant))]


def _dangerous(call: ast.Call, meant: dict[str, str]) -> str:
    first, _, rest = ast.unparse(call.func).partition(".")
    name = f"{meant.get(first, first)}.{rest}" if rest else meant.get(first, first)
    said = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
    loads = name == "numpy.load" and said.get("allow_pickle") != "False"
    return name if loads or name in RUNS_CODE or said.get("shell", "False") != "False" else ""


@pytest.mark.parametrize("name", sorted(MODULES))
def test_no_code_from_data(name: str) -> None:
    """No module unpickles, evaluates, or hands text to a shell, whatever file it came from."""
    assert code_from_data(MODULES[name].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import numpy as np\nnp.load(file)", "numpy.load"),
        ("import numpy as np\nnp.load(file, allow_pickle=True)", "numpy.load"),
        ("import numpy as np\nnp.load(file, allow_pickle=False)", ""),
        ("from pickle import loads as read\nread(b'')", "pickle.loads"),
        ("import pickle\npickle.load(file)", "pickle.load"),
        ("eval('1')", "eval"),
        ("import re\nre.compile('a')", ""),
        ("import torch\ntorch.load(file)", "torch.load"),
        ("import subprocess\nsubprocess.run(text, shell=True)", "subprocess.run"),
        ("import subprocess\nsubprocess.run([text])", ""),
        ("model.eval()", ""),
    ],
)
def test_the_check_of_code_from_data_can_fail(source: str, found: str) -> None:
    """It sees through other names of an import, and leaves alone what only reads alike."""
    assert code_from_data(source) == ([found] if found else [])


TESTS = Path(__file__).parent
IMPORT = re.compile(r"^ *(?:from ([\w.]+) )?import\b([\w., ]*)", flags=re.MULTILINE)


def imported_tests(source: str) -> set[str]:
    """Return the names of test modules that a source file imports, or a program in one of its texts."""
    named = {name for found in IMPORT.findall(source) for name in re.split(r"[^\w]+", ".".join(found))}
    known = {path.stem for path in TESTS.rglob("*.py")}
    return {name for name in named & known if name.startswith("test_") or name == "conftest"}


def test_no_test_module_is_imported_by_another() -> None:
    """What several tests build is built in ``tests/builders``; a program that a test starts may import the test."""
    for path in TESTS.rglob("*.py"):
        assert imported_tests(path.read_text(encoding="utf-8")) <= {path.stem}, path


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from tests.conftest import REPORT", {"conftest"}),
        ("    from tests.test_runs import (", {"test_runs"}),
        ("from tests.sessions import test_session, test_noise", {"test_session", "test_noise"}),
        ("import tests.test_runs as other", {"test_runs"}),
        ("from tests.builders.runs import runs_for", set()),
    ],
)
def test_the_check_of_test_modules_can_fail(line: str, found: set[str]) -> None:
    """It sees every way to import one."""
    assert imported_tests(line) == found
