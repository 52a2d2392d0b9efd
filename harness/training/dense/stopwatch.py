"""A process that trains what it is told and says how long it took; `harness.training.clean_start` starts it.

It reads one JSON object a line from standard input, and answers with one on standard output. A process of its own for
each framework, since loading both in one changes how fast they are; and for each backend of Keras, since a process
can have only one.
"""

import json
import os
import sys
from importlib import import_module

from harness.training.config import TrainingConfig
from harness.training.dense.divided import splits_of
from harness.training.seeds import Seed


def main(framework: str) -> None:
    """Answer requests until standard input ends.

    Parameters
    ----------
    framework
        ``keras``, ``torch``, or ``keras-on-torch``.
    """
    os.environ["KERAS_BACKEND"] = "torch" if framework == "keras-on-torch" else "tensorflow"
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a framework prints must not be taken for an answer
    train_and_time = import_module(
        "harness.training.dense.torch_native" if framework == "torch" else "harness.training.dense.keras_native"
    ).train_and_time
    for line in sys.stdin:
        request = json.loads(line)
        config = TrainingConfig.from_json(request["config"])
        seed = Seed(*request["seed"])
        (split,) = splits_of(config, [seed])
        # Which backend Keras has, this kind of process decides.
        mode = "default" if framework == "keras-on-torch" else request["mode"]
        _, epoch_seconds = train_and_time(config, split, seed, mode)
        print(json.dumps({"epoch_seconds": epoch_seconds.tolist()}), file=answers, flush=True)
