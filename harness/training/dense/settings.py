"""With which settings of the frameworks trainings are made, and whether this process has them.

A process that was started by `harness.training.clean_start` can have others only by code that Python itself runs as it
starts: a ``sitecustomize``, a ``usercustomize``, or a ``.pth`` file.
"""

import functools
import sys
from collections.abc import Mapping

import numpy as np

from harness.base.errors import HarnessError
from harness.training.dense.frameworks import SETTINGS, batched_training


@functools.cache
def refuse_other_settings(framework: str) -> None:
    """Import a framework and compare its settings with `SETTINGS`; once they are right, they stay so.

    Raises
    ------
    HarnessError
        If one differs; naming it.
    """
    try:
        batched_training(framework)
    except RuntimeError as reason:  # of TensorFlow, once it has computed
        if "cannot be modified after" not in str(reason):
            raise
        raise _refusal(f"uses {framework} before trainings can set it up ({reason})") from reason
    for name, found in {"keras": _of_keras, "torch": _of_torch}[framework]().items():
        wanted = SETTINGS[framework][name]
        if str(found) != wanted:
            raise _refusal(f"sets {name} to {found}, and trainings are made with {wanted}")


def _refusal(what: str) -> HarnessError:
    return HarnessError(
        f"code that {sys.executable} runs whenever it starts (sitecustomize, usercustomize or a .pth file) {what}; "
        "take it out there"
    )


def _of_torch() -> Mapping[str, object]:
    import torch

    return {
        "torch.get_default_dtype": torch.get_default_dtype(),
        "torch.get_default_device": torch.get_default_device(),
        "torch.get_num_threads": torch.get_num_threads(),
        "torch.get_float32_matmul_precision": torch.get_float32_matmul_precision(),
        "torch.are_deterministic_algorithms_enabled": torch.are_deterministic_algorithms_enabled(),
        "torch.is_grad_enabled": torch.is_grad_enabled(),
        "torch.is_autocast_cpu_enabled": torch.is_autocast_enabled("cpu"),
        "torch.backends.mkldnn.enabled": torch.backends.mkldnn.enabled,
        "torch.set_flush_denormal": (torch.tensor([1e-310], dtype=torch.float64, device="cpu") * 0.5).item() == 0,
        **_of_all(),
    }


def _of_keras() -> Mapping[str, object]:
    import keras
    import tensorflow as tf

    limits = [getattr(keras.config, name, lambda: None)() for name in ("max_epochs", "max_steps_per_epoch")]
    threading = tf.config.threading
    return {
        "keras.config.backend": keras.config.backend(),
        "keras.config.floatx": keras.config.floatx(),
        "keras.config.epsilon": keras.config.epsilon(),
        "keras.config.dtype_policy": keras.config.dtype_policy().name,
        "keras.config.image_data_format": keras.config.image_data_format(),
        "keras.config.max_epochs": limits[0],
        "keras.config.max_steps_per_epoch": limits[1],
        "tf.executing_eagerly": tf.executing_eagerly(),
        "tf.config.functions_run_eagerly": tf.config.functions_run_eagerly(),
        "tf.config.optimizer.get_jit": bool(tf.config.optimizer.get_jit()),
        "tf.config.optimizer.get_experimental_options": {
            name: value
            for name, value in tf.config.optimizer.get_experimental_options().items()
            if value or name not in ("disable_model_pruning", "disable_meta_optimizer")  # which are always told
        },
        "tf.config.threading": (
            threading.get_intra_op_parallelism_threads(),
            threading.get_inter_op_parallelism_threads(),
        ),
        "tf.experimental.numpy.experimental_enable_numpy_behavior": hasattr(tf.Tensor, "astype"),
        **_of_all(),
    }


def _of_all() -> Mapping[str, object]:
    """Return the settings of what splits and scales the data."""
    import sklearn

    return {
        "numpy.seterr": " ".join(map(str, np.geterr().values())),
        "sklearn.set_config(transform_output)": sklearn.get_config()["transform_output"],
    }
