"""The scripts whose complexity is compared do what the harness's trainers do, so the comparison is of equals."""

import ast
import functools
import inspect
import tokenize
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from claims.test_frameworks import PAIRS
from harness.data import registry, splitting
from harness.data.splitting import Split
from harness.report.protocol_file import read_grid
from harness.training.config import TrainingConfig
from harness.training.dense.frameworks import native_training
from harness.training.seeds import Seed

CLAIMS = Path(__file__).resolve().parent.parent / "claims"
IN_KERAS, IN_TORCH = (tuple(names) for names in zip(*PAIRS.values(), strict=True))
BATCHED_BY_A_LOADER = tuple(name for name in IN_TORCH if name != "torch_short")
SEEDS = (Seed(0, 3), Seed(1, 4), Seed(2, 5))
Result = tuple[float, float]


def framework_of(name: str) -> str:
    """Return the framework of a script."""
    return name.partition("_")[0]


def path_of(name: str) -> Path:
    """Return the file of one script."""
    return CLAIMS / "scripts" / f"{name}.py"


@functools.cache
def script(name: str) -> ModuleType:
    """Load one script; the reference first, which sets the environment that a framework reads when it is loaded."""
    native_training(framework_of(name))
    spec = spec_from_file_location(name, path_of(name))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def config_of(framework: str) -> TrainingConfig:
    """Return the config that a script follows: in Keras softmax once, as everybody writes it there."""
    config = read_grid(CLAIMS / "protocol.toml").config(f"{framework}-classification-relu-adam-net1")
    return config.changed(loss="cross_entropy") if framework == "keras" else config


def split_of(seed: Seed) -> Split:
    """Split the data of the config."""
    config = config_of("torch")
    return splitting.split(registry.load(config.dataset), config.test_size, config.scaling, seed.split)


def run_script(name: str, seed: Seed) -> Result:
    """Train as the script does."""
    split = split_of(seed)
    result: Result = script(name).train(
        split.train_features, split.train_target, split.test_features, split.test_target, seed.training
    )
    return result


@functools.cache
def run_once(name: str, seed: Seed) -> Result:
    """Train as the script does, once for all tests."""
    return run_script(name, seed)


@functools.cache
def run_reference(framework: str, seed: Seed) -> Result:
    """Train as the harness's reference does."""
    run = native_training(framework)(config_of(framework), split_of(seed), seed)
    return float(run.final_test_loss[0]), float(run.final_test_accuracy[0])


@pytest.fixture
def shuffled_as_the_reference(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Seed], None]:
    """Give a PyTorch script the generator with which the reference shuffles; by itself it uses the global one."""

    def give(name: str, seed: Seed) -> None:
        module: Any = script(name)
        seeded = module.torch.Generator().manual_seed(seed.training)
        monkeypatch.setattr(module, "DataLoader", functools.partial(module.DataLoader, generator=seeded))

    return give


@pytest.mark.parametrize("name", IN_KERAS)
def test_keras_scripts_are_the_reference(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The same seed gives the reference's test loss but for the rounding of its mean, and its accuracy, in silence."""
    loss, accuracy = run_script(name, SEEDS[0])
    assert capsys.readouterr() == ("", "")
    expected_loss, expected_accuracy = run_reference("keras", SEEDS[0])
    # `evaluate` adds up the rows in batches of 32, the reference all at once, in single precision.
    assert loss == pytest.approx(expected_loss, rel=1e-6)
    assert accuracy == pytest.approx(expected_accuracy, abs=1e-6)


@pytest.mark.parametrize("name", BATCHED_BY_A_LOADER)
@pytest.mark.parametrize("seed", SEEDS)
def test_torch_scripts_are_the_reference_in_its_order(
    name: str, seed: Seed, shuffled_as_the_reference: Callable[[str, Seed], None]
) -> None:
    """With rows in the reference's order, the same seed gives the same bits of the test loss, and its accuracy."""
    shuffled_as_the_reference(name, seed)
    loss, accuracy = run_script(name, seed)
    expected_loss, expected_accuracy = run_reference("torch", seed)
    assert loss == expected_loss
    assert accuracy == pytest.approx(expected_accuracy, abs=1e-6)


@pytest.mark.parametrize("name", IN_TORCH)
def test_torch_scripts_in_their_own_order_end_alike(name: str) -> None:
    """In an order of its own, a script's mean test loss over three seeds is the reference's within 0.005."""
    own = np.array([run_once(name, seed) for seed in SEEDS])
    reference = np.array([run_reference("torch", seed) for seed in SEEDS])
    assert (own[:, 0] != reference[:, 0]).all()  # the order is another one
    assert own[:, 0].mean() == pytest.approx(reference[:, 0].mean(), abs=0.005)
    assert own[:, 1].mean() == pytest.approx(reference[:, 1].mean(), abs=0.02)


@pytest.mark.parametrize("name", IN_TORCH)
def test_the_seed_decides_and_nothing_is_printed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In PyTorch, the same seed gives the same bits, another training seed others, and neither says anything."""
    first, again = run_once(name, SEEDS[0]), run_script(name, SEEDS[0])
    assert first == again
    assert run_script(name, SEEDS[0]._replace(training=9)) != first
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", [*IN_KERAS, *IN_TORCH])
def test_scripts_are_alike_in_form(name: str) -> None:
    """A function of the same parameters; docstrings of one line, no comments; no imports but of the framework."""
    source = path_of(name).read_text(encoding="utf-8")
    tree = ast.parse(source)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    parameters = ["train_features", "train_target", "test_features", "test_target", "seed"]
    assert [argument.arg for argument in functions["train"].args.args] == parameters
    docstrings = [ast.get_docstring(node) or "" for node in (tree, *functions.values())]
    assert [len(text.splitlines()) for text in docstrings] == [1] * (1 + len(functions))
    lines = iter(source.splitlines(keepends=True))
    assert not [token for token in tokenize.generate_tokens(lambda: next(lines, "")) if token.type == tokenize.COMMENT]
    imported = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert {one.partition(".")[0] for one in imported} == {framework_of(name)}


def test_scripts_document_themselves_alike() -> None:
    """All functions have the same docstring: they do the same."""
    documented = {inspect.getdoc(script(name).train) for name in (*IN_KERAS, *IN_TORCH)}
    assert len(documented) == 1
