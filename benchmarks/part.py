"""One framework's part of the benchmark, run in a process of its own: ``python -m benchmarks.part torch FILE``."""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import Series, Side, in_turn
from benchmarks.settings import FRAMEWORKS, Settings, settings
from harness.data import registry, splitting
from harness.data.splitting import Split
from harness.training.config import TrainingConfig
from harness.training.dense.frameworks import BatchedTraining, NativeTraining, batched_training, native_training
from harness.training.runs import Runs
from harness.training.seeds import Seed

# What each step may add to the distance of two programs that do the same arithmetic in another order; see
# tests/training/dense/agreement.py.
ROUNDING = 32 * 2.0**-24
EARLY_EPOCHS = 3

Sides = dict[tuple[str, int], Side]
"""What is timed in turn, by its name and number of seeds."""


@dataclass(frozen=True)
class Part:
    """All that is measured with one framework, in the sizes that are asked for."""

    framework: str
    sizes: Settings

    def series(self) -> tuple[list[Series], list[dict[str, Any]]]:
        """Measure everything; return the timings, and how far the alternatives' losses are apart."""
        timed = [*self._against_native(), *self._growth_with_rows(), *self._growth_with_width()]
        agreement: list[dict[str, Any]] = []
        if self.framework == "torch":
            from benchmarks import vmap_batched

            timed += self._against("vmap", vmap_batched.train, self.sizes.vmap_cases, agreement)
        if find_spec("jax"):
            from benchmarks import jax_batched

            timed += self._against("jax", jax_batched.train, self.sizes.jax_cases, agreement)
        return timed, agreement

    def _against_native(self) -> list[Series]:
        native, batched = native_training(self.framework), batched_training(self.framework)
        result = []
        for cell in self.sizes.cells:
            config = self._config(cell)
            sides: Sides = {("native", 1): one_by_one(native, config, self.sizes)}
            sides |= {("batched", count): block(batched, config, count) for count in self.sizes.seeds}
            result += self._timed("native", cell, sides, self.sizes.repeats[self.framework])
        return result

    def _growth_with_rows(self) -> list[Series]:
        batched, count = batched_training(self.framework), self.sizes.row_seeds
        classification, regression = (
            self._config(f"{task}-relu-adam-net1") for task in ("classification", "regression")
        )
        sides: Sides = {}
        for name, copies in self.sizes.row_cases:
            # Everything but data and loss is the classification's, so that only the rows differ.
            loss = classification.loss if registry.task(name) == "classification" else regression.loss
            config = classification.changed(dataset=name, loss=loss)
            rows = len(prepared(config, 1)[0][0].train_target) * copies
            label = f"{name}, {rows} training rows" if copies == 1 else f"{name} {copies} times, {rows} training rows"
            sides[label, count] = block(batched, config, count, copies)
        return self._timed("rows", "classification-relu-adam-net1", sides, self.sizes.other_repeats)

    def _growth_with_width(self) -> list[Series]:
        batched, result = batched_training(self.framework), []
        narrow = self._config("classification-relu-adam-net1")
        for count in self.sizes.width_seeds:
            sides: Sides = {
                (str(width), count): block(batched, narrow.changed(hidden_widths=(width,)), count)
                for width in self.sizes.widths
            }
            result += self._timed("width", "classification-relu-adam-net1", sides, self.sizes.other_repeats)
        return result

    def _against(
        self,
        name: str,
        alternative: BatchedTraining,
        cases: Sequence[tuple[str, int]],
        agreement: list[dict[str, Any]],
    ) -> list[Series]:
        """Time the batched training and an alternative in turn, and note how far their losses are apart."""
        batched, result = batched_training(self.framework), []
        for cell, count in cases:
            config = self._config(cell)
            sides: Sides = {
                ("batched", count): block(batched, config, count),
                (name, count): block(alternative, config, count),
            }
            result += self._timed(name, cell, sides, self.sizes.other_repeats)
            # Compared early in a training: in some networks each rounding grows from step to step.
            early = config.changed(epochs=min(config.epochs, EARLY_EPOCHS))
            one, other = (block(train, early, count)(0) for train in (alternative, batched))
            which = {"question": name, "framework": self.framework, "case": cell, "seeds": count}
            agreement.append({**which, **distance(one, other)})
        return result

    def _config(self, cell: str) -> TrainingConfig:
        return self.sizes.config(f"{self.framework}-{cell}")

    def _timed(self, question: str, case: str, sides: Sides, repeats: int) -> list[Series]:
        named = {f"{side} {count}": run for (side, count), run in sides.items()}
        seconds = in_turn(named, repeats=repeats, warm_ups=self.sizes.warm_ups)
        return [
            Series(
                question=question,
                framework=self.framework,
                case=case,
                side=side,
                seeds=count,
                seconds=seconds[f"{side} {count}"],
            )
            for side, count in sides
        ]


@cache
def prepared(config: TrainingConfig, count: int) -> tuple[list[Split], list[Seed]]:
    """Return splits and seeds of the first `count` runs; dividing the data is no part of any timing."""
    data = registry.load(config.dataset)
    seeds = [Seed(number, number) for number in range(count)]
    return [splitting.split(data, config.test_size, config.scaling, seed.split) for seed in seeds], seeds


def one_by_one(train: NativeTraining, config: TrainingConfig, sizes: Settings) -> Side:
    """Return the training of one seed, another one in each round; to warm up, two epochs do."""
    splits, seeds = prepared(config, sizes.native_seeds)
    short = config.changed(epochs=2)

    def run(number: int) -> None:
        chosen = number % len(seeds)
        train(short if number < sizes.warm_ups else config, splits[chosen], seeds[chosen])

    return run


def block(train: BatchedTraining, config: TrainingConfig, count: int, copies: int = 1) -> Callable[[int], Runs]:
    """Return the training of `count` seeds at once, on rows that are repeated."""
    splits, seeds = prepared(config, count)
    if copies > 1:
        splits = [repeated(split, copies) for split in splits]
    return lambda number: train(config, splits, seeds)


def repeated(split: Split, copies: int) -> Split:
    """Return a split with all its rows repeated."""
    arrays: dict[str, Any] = vars(split)
    return Split(**{name: np.concatenate([array] * copies) for name, array in arrays.items()})


def distance(one: Runs, other: Runs) -> dict[str, float]:
    """Return how far the losses of two blocks are apart, relative to themselves, and what rounding allows.

    Raises
    ------
    ValueError
        If they are further apart than rounding allows: then the two have not trained the same networks.
    """
    apart = max(
        float(np.max(np.abs(getattr(one, name) / getattr(other, name) - 1))) for name in ("train_loss", "test_loss")
    )
    rows = len(registry.load(other.config.dataset).target) - other.test_rows.shape[1]
    steps = other.config.epochs * -(-rows // other.config.batch_size)
    allowed = ROUNDING * steps**0.5  # independent errors of n steps add up like a random walk
    if not apart <= allowed:
        raise ValueError(f"losses are apart by {apart}; rounding allows {allowed}: {other.config}")
    return {"apart": apart, "allowed": allowed}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure one framework, and write what was seen to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("framework", choices=FRAMEWORKS)
    parser.add_argument("file", type=Path)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args(arguments)
    timed, agreement = Part(options.framework, settings(quick=options.quick)).series()
    content = {"series": [series.to_plain() for series in timed], "agreement": agreement}
    options.file.write_text(json.dumps(content), encoding="utf-8")


if __name__ == "__main__":
    main()
