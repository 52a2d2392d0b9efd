"""Write the results down: a page of tables, all samples as JSON, and a figure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.imports import STORED_SESSION
from benchmarks.measure import Series, Spread, figures, ratio
from benchmarks.plot import cost_figure

PAGE, SAMPLES, FIGURE = "benchmarks.md", "benchmarks.json", "benchmarks.svg"


def write(results: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write the three files into a folder, and return them."""
    folder.mkdir(parents=True, exist_ok=True)
    native = of_question(results, "native")
    contents = {PAGE: page(results), SAMPLES: json.dumps(results, indent=1) + "\n", FIGURE: cost_figure(native)}
    for name, content in contents.items():
        (folder / name).write_text(content, encoding="utf-8")
    return [folder / name for name in contents]


def page(results: Mapping[str, Any]) -> str:
    """Return the page, in Markdown."""
    sections = (
        _head(results),
        _against_native(of_question(results, "native")),
        _against_vmap(of_question(results, "vmap"), results["agreement"]),
        _rows(of_question(results, "rows")),
        _widths(of_question(results, "width")),
        _imports(of_question(results, "imports")),
        _grid(results["grid"]),
    )
    return "\n\n".join(sections) + "\n"


def of_question(results: Mapping[str, Any], question: str) -> list[Series]:
    """Return the timings of one table."""
    return [Series.from_plain(plain) for plain in results["series"] if plain["question"] == question]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown; all columns after the first are numbers or read like them."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _head(results: Mapping[str, Any]) -> str:
    machine = results["machine"]
    facts = [
        ("command", f"`{results['command']}`"),
        ("date", results["date"]),
        ("took", f"{figures(results['seconds'] / 60)} minutes"),
        ("processor", f"{machine['processor']}, {machine['cores']} cores, one thread a process"),
        ("memory", f"{figures(machine['memory_bytes'] / 2**30)} GiB"),
        ("system", machine["system"]),
        ("load before", ", ".join(figures(load) for load in results["load_before"])),
        ("versions", ", ".join(f"{name} {number}" for name, number in results["versions"].items())),
    ]
    warning = "\n\n**A quick run: sizes are tiny, and the numbers say nothing.**" if results["quick"] else ""
    return f"""# What the ensembles cost

Written by `make bench`; every sample stands in [{SAMPLES}]({SAMPLES}).{warning}

{table(("", ""), facts).replace("--:", "---")}

Times are wall time in seconds: the median, and in brackets the smallest and largest. What is compared ran in turn in one
process; ratios were taken round by round; a first round was discarded. Dividing the data is never included, everything
else that a training needs is: initial weights, tracing of TensorFlow's program, recording."""


def _against_native(timed: list[Series]) -> str:
    rows = []
    for native in (series for series in timed if series.side == "native"):
        ensembles = {
            series.seeds: series
            for series in timed
            if (series.framework, series.case, series.side) == (native.framework, native.case, "ensemble")
        }
        for seeds, ensemble in ensembles.items():
            share = Spread.of(
                [one * seeds / other for one, other in zip(native.seconds, ensemble.seconds, strict=True)]
            )
            rows.append(
                (
                    f"{native.framework}-{native.case}",
                    str(seeds),
                    str(Spread.of(native.seconds)),
                    str(Spread.of(ensemble.seconds)),
                    str(Spread.of(ensemble.seconds) / seeds),
                    str(share),
                    str(ratio(ensembles[2 * seeds], ensemble)) if 2 * seeds in ensembles else "",
                )
            )
    head = (
        "cell",
        "seeds",
        "one run, natively",
        "the ensemble",
        "one run of it",
        "times faster",
        "twice the seeds cost",
    )
    return f"""## What does a run cost, alone and in an ensemble?

Natively means Keras's `fit` and a plain PyTorch loop over a `DataLoader`. The last column is the ensemble's time with twice
as many seeds over that with as many as the row says: 1 would be free, 2 would be no gain over two ensembles.

![Seconds per run against the number of seeds trained together]({FIGURE})

{table(head, rows)}"""


def _against_vmap(timed: list[Series], agreement: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for ensemble, mapped in _pairs(timed, "ensemble", "vmap"):
        (found,) = (entry for entry in agreement if (entry["case"], entry["seeds"]) == (ensemble.case, ensemble.seeds))
        rows.append(
            (
                f"torch-{ensemble.case}",
                str(ensemble.seeds),
                str(Spread.of(ensemble.seconds)),
                str(Spread.of(mapped.seconds)),
                str(ratio(mapped, ensemble)),
                f"{found['apart']:.1e}",
                f"{found['allowed']:.1e}",
            )
        )
    head = ("cell", "seeds", "the ensemble", "`torch.func`", "ratio", "losses apart by", "rounding allows")
    return f"""## Why not `torch.func.vmap`?

The obvious way to train many networks at once maps the gradient of one over stacked parameters. Both sides take the same
initial weights, rows and optimizer; the losses of all epochs agree to rounding, so they train the same networks. Distances
of losses are relative, the largest over seeds and epochs; rounding is float32's, over the square root of all steps.

{table(head, rows)}"""


def _rows(timed: list[Series]) -> str:
    return f"""## How does the cost grow with the rows?

Ensembles of {timed[0].seeds} seeds, all with the protocol of `{timed[0].case}` but for data and loss. More rows are more
steps of the same size; the ratio is to the first line.

{table(("data", *_columns(timed)), _compared(timed))}"""


def _widths(timed: list[Series]) -> str:
    counts = dict.fromkeys(series.seeds for series in timed)
    rows = []
    for count in counts:
        here = [series for series in timed if series.seeds == count]
        rows += [(width, str(count), *rest) for width, *rest in _compared(here)]
    return f"""## How does the cost grow with width and seeds?

The protocol of `{timed[0].case}` with one hidden layer of other widths; the ratio is to the narrowest with as many seeds.

{table(("width", "seeds", *_columns(timed)), rows)}"""


def _columns(timed: list[Series]) -> list[str]:
    return [f"{framework}{what}" for framework in _frameworks(timed) for what in ("", ", ratio")]


def _compared(timed: list[Series]) -> list[tuple[str, ...]]:
    """Return a row for each side: the time and the ratio to the first side's, for each framework."""
    rows = []
    for side in dict.fromkeys(series.side.partition(" training")[0] for series in timed):
        cells = [side]
        for framework in _frameworks(timed):
            own = [series for series in timed if series.framework == framework]
            (here,) = (series for series in own if series.side.partition(" training")[0] == side)
            cells += [str(Spread.of(here.seconds)), str(ratio(here, own[0]))]
        rows.append(tuple(cells))
    return rows


def _imports(timed: list[Series]) -> str:
    rows = [(series.case, str(Spread.of(series.seconds))) for series in timed]
    return f"""## How long do imports take?

A fresh process each time, from its start to its end. A session whose trainings are all in the store imports
`{STORED_SESSION}` and what they need: no framework.

{table(("what is imported", "seconds"), rows)}"""


def _grid(repeats: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for number, repeat in enumerate(repeats, start=1):
        workers = repeat["workers"]
        rows += [
            (
                f"{number}, worker {place}",
                figures(worker["seconds"]),
                ", ".join(f"{count} {framework}" for framework, count in worker["blocks"].items()) or "none",
                figures(worker["peak_bytes"] / 2**20),
            )
            for place, worker in enumerate(workers, start=1)
        ]
        rows.append((f"{number}, both", figures(repeat["seconds"]), str(sum_of_blocks(workers)), ""))
    first = repeats[0]
    return f"""## How long does the whole grid take?

{first["cells"]} cells with {first["seeds"]} seeds each, into an empty store, by two processes that begin at opposite ends, as
`pytest claims -n 2` does. Imports are included; the last line counts from the start of the processes to the end of both.

{table(("repeat", "seconds", "blocks trained", "peak memory, MiB"), rows)}"""


def sum_of_blocks(workers: Sequence[Mapping[str, Any]]) -> int:
    """Return how many blocks all workers trained."""
    return sum(sum(worker["blocks"].values()) for worker in workers)


def _frameworks(timed: list[Series]) -> list[str]:
    return list(dict.fromkeys(series.framework for series in timed))


def _pairs(timed: list[Series], one: str, other: str) -> Iterable[tuple[Series, Series]]:
    """Return the series of two sides that ran in turn, pair by pair."""
    by_side = {(series.case, series.seeds, series.side): series for series in timed}
    return [
        (series, by_side[series.case, series.seeds, other])
        for series in timed
        if series.side == one and (series.case, series.seeds, other) in by_side
    ]
