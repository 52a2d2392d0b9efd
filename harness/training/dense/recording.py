"""How a finished training becomes a run; shared by all trainers, so that the arrays mean the same."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harness.base.arrays import Floats
from harness.base.errors import ConfigError
from harness.data.splitting import Split
from harness.training.config import TrainingConfig
from harness.training.dense.fields import BINARY, task_of
from harness.training.runs import SECONDS, Runs, concatenate
from harness.training.seeds import Seed


def outputs_of(config: TrainingConfig, split: Split) -> int:
    """Return how many output neurons the task needs: one a class, or one for a regression or the second of two."""
    if task_of(config) == "regression" or config.loss == BINARY:
        return 1
    return int(max(split.train_target.max(), split.test_target.max())) + 1


def refuse_matched(config: TrainingConfig) -> None:
    """Refuse what a reference trainer does not know: it is each framework as its users have it.

    Raises
    ------
    ConfigError
        If the regime is not the framework's own.
    """
    if config.regime != "own":
        raise ConfigError(f"regime is {config.regime!r}; trainings of one seed, which are timed, know only 'own'")


def one_run(
    config: TrainingConfig,
    split: Split,
    seed: Seed,
    *,
    curves: dict[str, ArrayLike],
    test_predictions: ArrayLike,
    seconds: float,
) -> Runs:
    """Return the `Runs` of one seed.

    Parameters
    ----------
    curves
        ``train_loss``, ``test_loss`` of shape (epochs,), ``weight_norm`` of shape (epochs + 1,), and for a
        classification ``train_accuracy``, ``test_accuracy`` of shape (epochs,).
    test_predictions : (rows, outputs)
        Class probabilities or predicted values. Of two classes with one output, the probability of the second; the
        run has both.
    seconds
        Wall time of the training.
    """
    predictions = np.asarray(test_predictions)
    if config.loss == BINARY:
        predictions = np.concatenate([1 - predictions, predictions], axis=1)
    kept = without_divergence({name: np.asarray(curve, dtype=np.float64) for name, curve in curves.items()})
    # Frameworks divide in single precision, where 17 of 20 rows are 0.8500000238: equal proportions must be equal
    # numbers.
    for name, rows in (("train_accuracy", len(split.train_target)), ("test_accuracy", len(split.test_target))):
        if name in kept:
            kept[name] = np.rint(kept[name] * rows) / rows
    return Runs(
        config=config,
        seeds=(seed,),
        curves={name: kept[name][None] for name in sorted(kept)},
        scalars={SECONDS: np.array([seconds])},
        outputs={
            "test_predictions": predictions.astype(np.float64)[None],
            "test_targets": np.asarray(split.test_target, dtype=np.float64)[None],
            "test_rows": np.asarray(split.test_rows, dtype=np.int64)[None],
        },
    )


def without_divergence(curves: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the curves of one run with NaN from the first epoch on whose loss or weight norm is not finite.

    An accuracy computed from outputs that are NaN looks like a number (the first class wins every tie); so does a
    loss that came back from infinity.

    Parameters
    ----------
    curves
        ``train_loss``, ``test_loss``, perhaps ``train_accuracy``, ``test_accuracy``, of shape (epochs,), and
        ``weight_norm`` of shape (epochs + 1,).
    """
    finite = (
        np.isfinite(curves["train_loss"]) & np.isfinite(curves["test_loss"]) & np.isfinite(curves["weight_norm"][1:])
    )
    alive = np.logical_and.accumulate(finite)
    started = np.concatenate([[True], alive])
    return {
        name: np.where(started if name == "weight_norm" else alive, curve, np.nan) for name, curve in curves.items()
    }


def block_of_runs(
    config: TrainingConfig,
    splits: Sequence[Split],
    seeds: Sequence[Seed],
    *,
    curves: Mapping[str, NDArray[np.generic]],
    test_predictions: NDArray[np.generic],
    seconds: float,
) -> Runs:
    """Return the `Runs` of seeds that were trained together.

    Parameters
    ----------
    splits, seeds
        One of each for every run.
    curves, test_predictions
        As in `one_run`, each with a first axis over the seeds.
    seconds
        Wall time of all trainings together; each run is given its proportion.
    """
    return concatenate(
        [
            one_run(
                config,
                split,
                seed,
                curves={name: curve[number] for name, curve in curves.items()},
                test_predictions=test_predictions[number],
                seconds=seconds / len(seeds),
            )
            for number, (split, seed) in enumerate(zip(splits, seeds, strict=True))
        ]
    )
