from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from harness.base.errors import HarnessError
from harness.training.dense.frameworks import SETTINGS, batched_training
from harness.training.dense.settings import refuse_other_settings
from harness.training.trainers import trainer_named
from tests.builders.configs import small_config, trained_by

Set = Callable[[], object]


def torch() -> Any:
    """Return PyTorch, once a trainer has set it up."""
    batched_training("torch")
    import torch

    return torch


def keras() -> Any:
    """Return Keras, once a trainer has set it up."""
    batched_training("keras")
    import keras

    return keras


def tf() -> Any:
    """Return TensorFlow, once a trainer has set it up."""
    keras()
    import tensorflow

    return tensorflow


def sklearn() -> Any:
    """Return scikit-learn."""
    import sklearn

    return sklearn


# By the name of a setting: another value for it, and its own again.
CHANGES: dict[str, tuple[str, Set, Set]] = {
    "torch.get_default_dtype": (
        "torch",
        lambda: torch().set_default_dtype(torch().float64),
        lambda: torch().set_default_dtype(torch().float32),
    ),
    "torch.get_default_device": (
        "torch",
        lambda: torch().set_default_device("meta"),
        lambda: torch().set_default_device(None),
    ),
    "torch.get_num_threads": ("torch", lambda: torch().set_num_threads(2), lambda: torch().set_num_threads(1)),
    "torch.get_float32_matmul_precision": (
        "torch",
        lambda: torch().set_float32_matmul_precision("medium"),
        lambda: torch().set_float32_matmul_precision("highest"),
    ),
    "torch.are_deterministic_algorithms_enabled": (
        "torch",
        lambda: torch().use_deterministic_algorithms(True),
        lambda: torch().use_deterministic_algorithms(False),
    ),
    "torch.is_grad_enabled": (
        "torch",
        lambda: torch().set_grad_enabled(False),
        lambda: torch().set_grad_enabled(True),
    ),
    "torch.is_autocast_cpu_enabled": (
        "torch",
        lambda: torch().set_autocast_enabled("cpu", True),
        lambda: torch().set_autocast_enabled("cpu", False),
    ),
    "torch.backends.mkldnn.enabled": (
        "torch",
        lambda: setattr(torch().backends.mkldnn, "enabled", False),
        lambda: setattr(torch().backends.mkldnn, "enabled", True),
    ),
    "torch.set_flush_denormal": (
        "torch",
        lambda: torch().set_flush_denormal(True),
        lambda: torch().set_flush_denormal(False),
    ),
    "keras.config.floatx": (
        "keras",
        lambda: keras().config.set_floatx("float16"),
        lambda: keras().config.set_floatx("float32"),
    ),
    "keras.config.epsilon": (
        "keras",
        lambda: keras().config.set_epsilon(0.1),
        lambda: keras().config.set_epsilon(1e-7),
    ),
    "keras.config.dtype_policy": (
        "keras",
        lambda: keras().config.set_dtype_policy("mixed_float16"),
        lambda: keras().config.set_dtype_policy("float32"),
    ),
    "keras.config.image_data_format": (
        "keras",
        lambda: keras().config.set_image_data_format("channels_first"),
        lambda: keras().config.set_image_data_format("channels_last"),
    ),
    "keras.config.max_epochs": (
        "keras",
        lambda: keras().config.set_max_epochs(1),
        lambda: keras().config.set_max_epochs(None),
    ),
    "keras.config.max_steps_per_epoch": (
        "keras",
        lambda: keras().config.set_max_steps_per_epoch(1),
        lambda: keras().config.set_max_steps_per_epoch(None),
    ),
    "tf.config.functions_run_eagerly": (
        "keras",
        lambda: tf().config.run_functions_eagerly(True),
        lambda: tf().config.run_functions_eagerly(False),
    ),
    "tf.config.optimizer.get_jit": (
        "keras",
        lambda: tf().config.optimizer.set_jit("autoclustering"),
        lambda: tf().config.optimizer.set_jit(False),
    ),
    "numpy.seterr": ("torch", lambda: np.seterr(over="raise"), lambda: np.seterr(over="warn")),
    "sklearn.set_config(transform_output)": (
        "keras",
        lambda: sklearn().set_config(transform_output="pandas"),
        lambda: sklearn().set_config(transform_output="default"),
    ),
}


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    """Let nothing be remembered as right."""
    refuse_other_settings.cache_clear()
    yield
    refuse_other_settings.cache_clear()


@pytest.mark.parametrize("framework", ["keras", "torch"])
def test_what_frameworks_have_by_themselves_is_right(framework: str) -> None:
    """Otherwise nothing could be trained."""
    refuse_other_settings(framework)


@pytest.mark.parametrize("name", CHANGES)
def test_another_setting_is_refused_by_name(name: str) -> None:
    """With what trainings are made with; set back, it is right again."""
    framework, change, restore = CHANGES[name]
    refuse_other_settings(framework)
    refuse_other_settings.cache_clear()
    change()
    try:
        with pytest.raises(HarnessError) as caught:
            refuse_other_settings(framework)
    finally:
        restore()
    assert f" sets {name} to " in str(caught.value)
    assert f", and trainings are made with {SETTINGS[framework][name]}; " in str(caught.value)
    refuse_other_settings(framework)


@pytest.mark.parametrize("framework", ["keras", "torch"])
def test_settings_are_part_of_what_runs_are_named_by(framework: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that are made with others are not taken for these."""
    config, trainer = trained_by(framework, small_config()), trainer_named(framework)
    before = trainer.fingerprint(config)
    assert all(f"{name} = {value}" in before["settings"] for name, value in SETTINGS[framework].items())
    monkeypatch.setitem(SETTINGS[framework], "numpy.seterr", "raise")  # type: ignore[arg-type]
    assert trainer.fingerprint(config) != before
