"""What a training process does: it answers tasks, one a line, until whoever started it ends.

`harness.execution.training_process` starts it and asks. An answer is the number of its bytes on a line, then the bytes.
"""

import logging
import os
import signal
import sys
import threading
import traceback
from queue import SimpleQueue

from harness.base.errors import HarnessError, TrainingFailedError
from harness.execution.remote_task import answer_to
from harness.training.config import TrainingConfig
from harness.training.runs import Runs
from harness.training.seeds import Seed
from harness.training.trainers import trainer_named


def main(ready: str) -> None:
    """Answer tasks from standard input on standard output; end with the input, also in the middle of a training.

    Parameters
    ----------
    ready
        Said before the first answer; what stands on standard output before is not ours.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for whoever asks
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns of each config's program as traced anew
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a framework prints must not be taken for an answer
    tasks: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_read_into, args=(tasks,), daemon=True).start()
    answers.write(ready.encode() + b"\n")
    answers.flush()
    try:
        while True:
            answer = answer_to(tasks.get(), _train)
            answers.write(b"%d\n" % len(answer) + answer)
            answers.flush()
    except BaseException:
        traceback.print_exc()
        os._exit(1)  # the thread that reads cannot be stopped


def _train(config: TrainingConfig, seeds: tuple[Seed, ...]) -> Runs:
    process = os.getpid()
    try:
        return trainer_named(config.trainer).train(config, seeds)
    except TrainingFailedError:
        raise
    except Exception as reason:
        raise HarnessError(str(reason) or repr(reason)) from reason
    finally:
        if os.getpid() != process:  # a copy that a training function made and did not end: only one may answer
            os._exit(0)


def _read_into(tasks: "SimpleQueue[str]") -> None:
    for task in sys.stdin:
        tasks.put(task)
    os._exit(0)  # nobody waits for an answer any more
