"""The page of the results: tables, and what they say."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks import sections
from benchmarks.measure import Series, Spread, figures, ratio
from benchmarks.sections import Pair

USUAL_SEEDS = 20  # what a claim is judged over


def page(results: Mapping[str, Any]) -> str:
    """Return the page, in Markdown."""
    parts = (
        _head(results),
        _summary(results),
        sections.against_native(of_question(results, "native")),
        sections.against_vmap(of_question(results, "vmap"), results["agreement"]),
        sections.against_jax(of_question(results, "jax"), results["agreement"]),
        sections.growth_with_rows(of_question(results, "rows")),
        sections.growth_with_width(of_question(results, "width")),
        sections.imports(of_question(results, "imports")),
        sections.sessions_on_others(results["sessions"]),
        sections.whole_grid(results["grid"]),
    )
    return "\n\n".join(parts) + "\n"


def of_question(results: Mapping[str, Any], question: str) -> list[Series]:
    """Return the timings of one table."""
    return [Series.from_plain(plain) for plain in results["series"] if plain["question"] == question]


def _head(results: Mapping[str, Any]) -> str:
    machine = results["machine"]
    facts = [
        ("command", f"`{results['command']}`"),
        ("date", results["date"]),
        ("took", f"{figures(results['seconds'] / 60)} minutes"),
        ("processor", f"{machine['processor']}, {machine['cores']} cores; one thread a process"),
        ("memory", f"{figures(machine['memory_bytes'] / 2**30)} GiB"),
        ("system", machine["system"]),
        ("load over 1, 5 and 15 minutes before", ", ".join(figures(load) for load in results["load_before"])),
        ("versions", ", ".join(f"{name} {number}" for name, number in results["versions"].items())),
    ]
    quick = "\n\n**A quick run: sizes are tiny and nothing is warmed up; its numbers say nothing.**"
    note = quick if results["quick"] else ""
    return f"""# What the batched trainings cost

Written by `make bench`; it puts every sample and a plot of them into `reports/benchmarks/`.{note}

{sections.table(("", ""), facts, numbers=False)}

Times are wall time in seconds: the median over the rounds that count, in brackets the smallest and the largest. What
is compared ran in turn in one process, after a first round that was discarded, and ratios were taken round by round.
The rounds take the same seeds, except for native trainings, which take another seed each.
A training's time holds all it needs except the division of the data, and except what one training keeps for the
next: TensorFlow's traced program, which serves all configs that differ in numbers alone, and the first draws of
these seeds. Both are made in the discarded round."""


def _summary(results: Mapping[str, Any]) -> str:
    """Return what the tables say, in sentences; ranges are of medians, over the cells."""
    native, vmap = of_question(results, "native"), of_question(results, "vmap")
    seeds = _usual(native)
    pairs = _at(seeds, sections.with_native(native))
    faster = [
        f"{_range([sections.times_faster(*pair) for pair in pairs if pair[0].framework == framework])} with {framework}"
        for framework in dict.fromkeys(series.framework for series in native)
    ]
    doubled = [ratio(twice, once) for once, twice in sections.with_twice_the_seeds(native)]
    mapped = [ratio(other, batched) for batched, other in _at(_usual(vmap), sections.with_alternative(vmap))]
    jax = sections.with_alternative(of_question(results, "jax"))
    names = {"keras": "Keras", "torch": "PyTorch"}
    anchored = [
        f"{names[name]} / JAX {_range([ratio(*pair) for pair in jax if pair[0].framework == name])}"
        for name in dict.fromkeys(pair[0].framework for pair in jax)
    ]
    grid = results["grid"][0]
    return "\n".join(
        (
            f"- With {seeds} batched seeds, a run is faster than natively by a factor of {', '.join(faster)}.",
            f"- Twice the seeds take {_range(doubled)} times as long.",
            f"- `torch.func.vmap` takes {_range(mapped)} times as long as batched training, at {_usual(vmap)} seeds.",
            *([f"- The same training compiled with JAX is the anchor: {', '.join(anchored)}."] if anchored else []),
            f"- {grid['cells']} cells with {grid['seeds']} seeds took two processes {figures(grid['seconds'])} s.",
        )
    )


def _usual(timed: Sequence[Series]) -> int:
    sizes = {series.seeds for series in timed}
    return USUAL_SEEDS if USUAL_SEEDS in sizes else max(sizes)


def _at(seeds: int, pairs: Sequence[Pair]) -> list[Pair]:
    return [pair for pair in pairs if pair[0].seeds == seeds]


def _range(spreads: Sequence[Spread]) -> str:
    low, high = min(spread.median for spread in spreads), max(spread.median for spread in spreads)
    return figures(low) if figures(low) == figures(high) else f"{figures(low)} to {figures(high)}"
