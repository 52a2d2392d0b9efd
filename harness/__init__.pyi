# The public face: `__init__.py` reads these imports, and makes each when its name is first used.
from .base.errors import HarnessError, Inconclusive, Refuted
from .execution.engine import open_store, runs_of
from .judging.evidence import RunSource
from .report.folder import open_folder
from .sessions.session import Session
from .sessions.session_file import read_session
from .statistics.best import best_of
from .statistics.cells import proportion_of_cells
from .statistics.complexity import Complexity, measure
from .statistics.curves import (
    area_above_end,
    epochs_later,
    epochs_to_level,
    epochs_to_maximum,
    epochs_to_proportion,
    final_gap,
    rise_after_minimum,
)
from .statistics.draws import plausible_draw, plausible_proportion_draw
from .statistics.effects import proportions_of_variance
from .statistics.estimate import Estimate, Reported
from .statistics.estimators import (
    exactly,
    mean_over_seeds,
    median_over_seeds,
    median_ratio_over_seeds,
    proportion_of_seeds,
    ratio_over_seeds,
)
from .statistics.joint_draws import plausible_joint_draw, plausible_joint_proportion_draw
from .statistics.larger import probability_of_larger
from .statistics.printed import (
    batch_averages,
    floor_of_cross_entropy,
    loss_of_saturated_outputs,
    most_classes,
    possible_counts,
    rows_that_allow,
)
from .statistics.reported_runs import ReportedRuns
from .statistics.tasks import interquartile_mean, probability_of_improvement, rank_difference
from .statistics.two_samples import difference_from_reported, difference_of_means, ratio_of_means, ratio_of_spreads
from .training.config import TrainingConfig
from .training.fields import Field
from .training.runs import Runs, paired, predicted_classes
from .training.seeds import TRAININGS_PER_SPLIT, Seed
from .training.trainers import Trainer
from .verdicts.band import Band
from .verdicts.verdict import Verdict

__all__ = [
    "TRAININGS_PER_SPLIT",
    "Band",
    "Complexity",
    "Estimate",
    "Field",
    "HarnessError",
    "Inconclusive",
    "Refuted",
    "Reported",
    "ReportedRuns",
    "RunSource",
    "Runs",
    "Seed",
    "Session",
    "Trainer",
    "TrainingConfig",
    "Verdict",
    "area_above_end",
    "batch_averages",
    "best_of",
    "difference_from_reported",
    "difference_of_means",
    "epochs_later",
    "epochs_to_level",
    "epochs_to_maximum",
    "epochs_to_proportion",
    "exactly",
    "final_gap",
    "floor_of_cross_entropy",
    "interquartile_mean",
    "loss_of_saturated_outputs",
    "mean_over_seeds",
    "measure",
    "median_over_seeds",
    "median_ratio_over_seeds",
    "most_classes",
    "open_folder",
    "open_store",
    "paired",
    "plausible_draw",
    "plausible_joint_draw",
    "plausible_joint_proportion_draw",
    "plausible_proportion_draw",
    "possible_counts",
    "predicted_classes",
    "probability_of_improvement",
    "probability_of_larger",
    "proportion_of_cells",
    "proportion_of_seeds",
    "proportions_of_variance",
    "rank_difference",
    "ratio_of_means",
    "ratio_of_spreads",
    "ratio_over_seeds",
    "read_session",
    "rise_after_minimum",
    "rows_that_allow",
    "runs_of",
]
