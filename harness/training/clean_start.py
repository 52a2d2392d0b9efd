"""How a process that trains is started, so that nothing of the user's process can change a number.

A process of its own inherits no state of a framework; what is left is its environment, and where it finds modules.
"""

import json
import os
import sys
from pathlib import Path

import harness

# Threads change the order of sums, and with it the last bits of a result.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
# What steers a framework, or a library that computes for it, by the beginning of its name.
_STEERS = (
    *("KERAS", "TF", "XLA_", "PJRT_", "TPU_", "JAX", "TORCH", "PYTORCH", "ATEN_", "AT_", "C10_", "FUNCTORCH"),
    *("ONEDNN_", "DNNL_", "MKL", "BLIS_", "OPENBLAS_", "GOTO_", "NVPL_", "VECLIB_", "EIGEN_", "INTEL_", "IPEX_"),
    *("OMP_", "GOMP_", "KMP_", "LIBOMP_", "TBB_", "NUMEXPR_", "NUMBA_", "NPY_", "NUMPY_", "SCIPY_", "SKLEARN_"),
    *("CUDA", "CUBLAS_", "CUDNN_", "NVIDIA_", "HIP_", "HSA_", "ROCM_", "ROCR_", "MIOPEN_", "TRITON_"),
    "GLIBC_TUNABLES",  # which functions of libm are used
    "PYTHON",
)
_OF_GPUS = ("CUDA", "CUBLAS_", "CUDNN_", "NVIDIA_", "HIP_", "HSA_", "ROCM_", "ROCR_")
# Of these, some say only where something is, and some processors need the rest: NumPy's OpenBLAS does not start on
# them otherwise. It computes nothing of a training: the frameworks bring libraries of their own, and a data set is
# split and scaled without products of matrices.
_STAYS = {
    *("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONNOUSERSITE", "PYTHONPLATLIBDIR"),
    *("PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE"),
    *("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"),
}
_SET = {
    **ONE_THREAD,
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "KERAS_HOME": str(Path(__file__).with_name("keras_home")),  # its keras.json holds what Keras has by default
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}

# The harness is imported first and from where it is here; its other modules are then found beside it. Folders that were
# put on the path here come last, where a file of theirs cannot stand in for a module of Python or a framework.
_START = """
import json, sys
from importlib import import_module
root, paths, module, *arguments = sys.argv[1:]
sys.path.insert(0, root)
import harness
sys.path.remove(root)
sys.path += [path for path in json.loads(paths) if path not in sys.path]
import_module(module).main(*arguments)
"""


def clean_environment(*, gpu: bool = False) -> dict[str, str]:
    """Return the environment of this process without what steers a framework, and with what trainings are made with.

    Parameters
    ----------
    gpu
        Whether GPUs stay in sight, with what this process has set for them.
    """
    kept = {name: value for name, value in os.environ.items() if name in _STAYS or not name.upper().startswith(_STEERS)}
    if not gpu:
        return {**kept, **_SET}
    devices = {name: value for name, value in os.environ.items() if name.upper().startswith(_OF_GPUS)}
    return {**kept, **{name: value for name, value in _SET.items() if not name.startswith(_OF_GPUS)}, **devices}


def clean_command(module: str, *arguments: str) -> list[str]:
    """Return the command that calls ``main(*arguments)`` of a module of this harness in a process of its own."""
    root = str(Path(harness.__file__).resolve().parent.parent)
    paths = json.dumps([str(Path(path).resolve()) for path in sys.path])
    # With -P the working folder is not searched for modules.
    return [sys.executable, "-P", "-c", _START, root, paths, module, *arguments]
