"""Nothing that a user sets, in the environment, in a file or in the process of the session, changes a number."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.execution import engine
from harness.execution.agreement import differences_of
from harness.report.protocol_file import read_grid
from harness.training.seeds import seed_blocks

ROOT = Path(__file__).parent.parent
MakeClaims = Callable[..., None]

# Trains a block with each framework, and prints under which names they are kept and what they hold.
PROGRAM = """
import hashlib, json
from dataclasses import replace
from pathlib import Path
from harness.execution.engine import open_store, runs_of
from tests.builders.configs import small_config, trained_by

store = open_store(Path({store!r}))
config = small_config(optimizer="adam", batch_size=16, epochs=2)
found = {{}}
for framework in ("keras", "torch"):
    runs = runs_of(trained_by(framework, config), 20, store)
    arrays = {{name: array.tobytes() for _, name, array in runs.arrays() if name != "seconds"}}
    found[framework] = {{name: hashlib.sha256(array).hexdigest() for name, array in arrays.items()}}
found["names"] = sorted(file.name for file in store.folder.rglob("*.npz"))
print(json.dumps(found))
"""

ENVIRONMENT = {
    "ATEN_CPU_CAPABILITY": "default",
    "CUDA_VISIBLE_DEVICES": "0",
    "DNNL_MAX_CPU_ISA": "SSE41",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA",
    "JAX_ENABLE_X64": "1",
    "KERAS_BACKEND": "torch",
    "KERAS_MAX_EPOCHS": "1",
    "KERAS_MAX_STEPS_PER_EPOCH": "1",
    "KMP_BLOCKTIME": "0",
    "LC_ALL": "tr_TR.UTF-8",
    "MKL_CBWR": "COMPATIBLE",
    "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
    "MKL_NUM_THREADS": "2",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4",
    "NUMEXPR_NUM_THREADS": "2",
    "OMP_DYNAMIC": "true",
    "OMP_NUM_THREADS": "2",
    "ONEDNN_DEFAULT_FPMATH_MODE": "BF16",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "OPENBLAS_NUM_THREADS": "2",
    "PYTHONHASHSEED": "7",
    "PYTHONOPTIMIZE": "1",
    "PYTHONWARNINGS": "error",
    "PYTORCH_NVFUSER_DISABLE": "all",
    "SCIPY_ARRAY_API": "1",
    "SKLEARN_ASSUME_FINITE": "1",
    "TF2_BEHAVIOR": "0",
    "TF_DETERMINISTIC_OPS": "0",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_NUM_INTRAOP_THREADS": "2",
    "TF_USE_LEGACY_KERAS": "1",
    "TF_XLA_FLAGS": "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit",
    "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE": "1",
    "TZ": "Asia/Kathmandu",
    "XLA_FLAGS": "--xla_cpu_enable_fast_math=true",
}
# Some processors need these, so that they are kept.
OPENBLAS = {"OPENBLAS_CORETYPE": "Prescott", "OPENBLAS_L2_SIZE": "262144"}
KERAS_FILE = {"floatx": "float16", "epsilon": 0.1, "backend": "torch", "image_data_format": "channels_first"}

STATE = """
import decimal, locale, os, random, sys, tempfile, warnings
from pathlib import Path
import keras, numpy, sklearn, tensorflow, torch

torch.set_default_dtype(torch.float64)
torch.set_default_device("meta")
torch.set_float32_matmul_precision("medium")
torch.set_flush_denormal(True)
torch.set_grad_enabled(False)
torch.set_num_threads(2)
torch.use_deterministic_algorithms(True)
torch.backends.mkldnn.enabled = False
torch.manual_seed(3)
keras.config.set_floatx("float16")
keras.config.set_epsilon(0.1)
keras.config.set_dtype_policy("mixed_float16")
keras.config.set_image_data_format("channels_first")
keras.utils.set_random_seed(3)
tensorflow.constant(1.0) + 1
tensorflow.config.run_functions_eagerly(True)
tensorflow.config.optimizer.set_jit(True)
tensorflow.config.optimizer.set_experimental_options({"constant_folding": False})
tensorflow.experimental.numpy.experimental_enable_numpy_behavior()
numpy.random.seed(3)
numpy.seterr(all="raise")
numpy.set_printoptions(precision=1)
sklearn.set_config(assume_finite=True, enable_metadata_routing=True)
random.seed(3)
decimal.getcontext().prec = 2
locale.setlocale(locale.LC_ALL, "C.UTF-8")
warnings.simplefilter("error")
os.environ |= {"TF_ENABLE_ONEDNN_OPTS": "0", "OMP_NUM_THREADS": "2", "HOME": "/nowhere"}

# A folder of the user's with modules whose names others have too, which is also where he works.
shadows = Path(tempfile.mkdtemp())
for name in ("keras", "torch", "numpy", "queue", "json", "sitecustomize"):
    (shadows / f"{name}.py").write_text("raise SystemExit('the wrong module')")
sys.path.insert(0, str(shadows))
os.chdir(shadows)
"""


def trained(folder: Path, environment: Mapping[str, str] = {}, state: str = "") -> Any:
    """Return what the program prints in a process with this environment and state."""
    command = [sys.executable, "-c", state + PROGRAM.format(store=str(folder / "store"))]
    clean = {name: value for name, value in os.environ.items() if name not in (*ENVIRONMENT, *OPENBLAS)}
    done = subprocess.run(
        command, env={**clean, "PYTHONPATH": str(ROOT), **environment}, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Train where nothing is set."""
    return trained(tmp_path_factory.mktemp("clean"))


def test_no_variable_of_the_environment_and_no_file_of_keras_changes_a_number(tmp_path: Path, expected: Any) -> None:
    """All at once: the same bits, under the same names."""
    (tmp_path / "keras.json").write_text(json.dumps(KERAS_FILE), encoding="utf-8")
    assert trained(tmp_path, {**ENVIRONMENT, "KERAS_HOME": str(tmp_path), "HOME": str(tmp_path)}) == expected


def test_nothing_set_in_the_process_of_the_session_changes_a_number(tmp_path: Path, expected: Any) -> None:
    """All at once: the same bits, under the same names."""
    assert trained(tmp_path, state=STATE) == expected


@pytest.mark.parametrize("name", ["TF_ENABLE_ONEDNN_OPTS", "keras.json", "OPENBLAS"])
def test_a_setting_alone_changes_no_number(tmp_path: Path, expected: Any, name: str) -> None:
    """Those that once did, and those that are kept since some processors need them."""
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras" / "keras.json").write_text('{"floatx": "float16"}', encoding="utf-8")
    settings = {
        "TF_ENABLE_ONEDNN_OPTS": {"TF_ENABLE_ONEDNN_OPTS": "0"},
        "keras.json": {"HOME": str(tmp_path)},
        "OPENBLAS": OPENBLAS,
    }
    assert trained(tmp_path, settings[name]) == expected


CLAIM = """
@finding
def test_trains(evidence, judge):
    judge(mean_over_seeds(0.001 * evidence(activation="relu").final_test_loss + 1, "loss"))
"""


@pytest.mark.parametrize(
    ("framework", "conftest"),
    [
        ("keras", "import tensorflow as tf\n\ntf.constant(1.0) + 1\n"),
        ("torch", "import torch\n\ntorch.set_default_dtype(torch.float64)\n"),
        ("torch", "import torch\n\ntorch.set_default_device('meta')\n"),
    ],
)
def test_a_conftest_that_uses_a_framework_stops_no_claim(
    pytester: pytest.Pytester, make_claims: MakeClaims, framework: str, conftest: str
) -> None:
    """Its claims have their verdicts, from the runs that are trained without it."""
    from tests.builders.reports import PROTOCOL

    make_claims(CLAIM, protocol=PROTOCOL.replace('"torch"', f'"{framework}"'))
    pytester.makeconftest(conftest)
    result = pytester.runpytest_subprocess("claims", "--claims-looks", "1", "-p", "no:xdist")
    result.assert_outcomes(passed=1)
    grid = read_grid(pytester.path / "claims" / "protocol.toml")
    config = grid.config(next(cell for cell in grid.configs if "relu" in cell))
    (block,) = seed_blocks(20, 20)
    stored = engine.open_store(pytester.path / ".claims-store").load(config, block)
    assert stored is not None
    assert differences_of(stored, engine.train(config, block)) == []
