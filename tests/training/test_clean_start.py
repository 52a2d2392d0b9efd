import json
from pathlib import Path

import pytest

from harness.training.clean_start import clean_environment
from harness.training.dense.frameworks import SETTINGS

STEERS = (
    *("KERAS_MAX_EPOCHS", "TF_XLA_FLAGS", "TF2_BEHAVIOR", "XLA_FLAGS", "TORCH_LOGS", "TORCHINDUCTOR_FREEZING"),
    *("PYTORCH_JIT", "ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "DNNL_VERBOSE", "MKL_CBWR", "MKLDNN_VERBOSE"),
    *("OMP_DYNAMIC", "KMP_AFFINITY", "NUMEXPR_MAX_THREADS", "NPY_PROMOTION_STATE", "SCIPY_ARRAY_API", "JAX_ENABLE_X64"),
    *("GLIBC_TUNABLES", "OPENBLAS_VERBOSE", "PYTHONOPTIMIZE", "PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONWARNINGS"),
    *("TF_ENABLE_ONEDNN_OPTS", "KERAS_NNX_ENABLED", "SKLEARN_ASSUME_FINITE", "VECLIB_MAXIMUM_THREADS"),
)
STAYS = ("PATH", "HOME", "LD_LIBRARY_PATH", "TMPDIR", "PYTHONPATH", "PYTHONUSERBASE", "OPENBLAS_CORETYPE", "MY_OWN")


@pytest.mark.parametrize("name", STEERS)
def test_what_steers_a_framework_is_left_out(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Whatever it is set to."""
    monkeypatch.setenv(name, "1")
    assert name not in clean_environment()


@pytest.mark.parametrize("name", STAYS)
def test_what_says_where_things_are_stays(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """And what is the user's own."""
    monkeypatch.setenv(name, "/some/where")
    assert clean_environment()[name] == "/some/where"


def test_what_trainings_are_made_with_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over what the user has set."""
    for name in ("OMP_NUM_THREADS", "KERAS_BACKEND", "KERAS_HOME", "PYTHONHASHSEED", "CUDA_VISIBLE_DEVICES"):
        monkeypatch.setenv(name, "7")
    found = clean_environment()
    threads = [found[name] for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")]
    assert threads == ["1", "1", "1"]
    assert (found["KERAS_BACKEND"], found["PYTHONHASHSEED"], found["CUDA_VISIBLE_DEVICES"]) == ("tensorflow", "0", "-1")
    written = json.loads((Path(found["KERAS_HOME"]) / "keras.json").read_text(encoding="utf-8"))
    assert {f"keras.config.{name}": str(value) for name, value in written.items()}.items() <= SETTINGS["keras"].items()
