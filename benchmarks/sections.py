"""The tables of the page, one function a question."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.imports import STORED_IMPORTS
from benchmarks.measure import Series, Spread, figures, ratio

Pair = tuple[Series, Series]


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: bool = True) -> str:
    """Return a table in Markdown; with `numbers`, all columns after the first are set to the right."""
    rule = ["---", *["--:" if numbers else "---"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, rule, *rows))


def with_native(timed: Sequence[Series]) -> list[Pair]:
    """Return each batched with the native trainings that ran in turn with it."""
    natives = {(series.framework, series.case): series for series in timed if series.side == "native"}
    return [(series, natives[series.framework, series.case]) for series in timed if series.side == "batched"]


def times_faster(batched: Series, native: Series) -> Spread:
    """Return how many times longer a run takes natively than in the batched training, taken within each round."""
    pairs = zip(native.seconds, batched.seconds, strict=True)
    return Spread.of([alone * batched.seeds / together for alone, together in pairs])


def with_twice_the_seeds(timed: Sequence[Series]) -> list[Pair]:
    """Return each batched with that of twice as many seeds, where there is one."""
    by_key = {(series.framework, series.case, series.side, series.seeds): series for series in timed}
    pairs = [(series, by_key.get((*key[:3], 2 * key[3]))) for key, series in by_key.items() if series.side != "native"]
    return [(series, twice) for series, twice in pairs if twice is not None]


def with_alternative(timed: Sequence[Series]) -> list[Pair]:
    """Return each batched with the alternative that ran in turn with it."""
    others = {(one.framework, one.case, one.seeds): one for one in timed if one.side != "batched"}
    return [(one, others[one.framework, one.case, one.seeds]) for one in timed if one.side == "batched"]


def against_native(timed: Sequence[Series]) -> str:
    """Return the section on native trainings."""
    doubling = {id(series): str(ratio(twice, series)) for series, twice in with_twice_the_seeds(timed)}
    rows = [
        (
            f"{batched.framework}-{batched.case}",
            str(batched.seeds),
            str(Spread.of(native.seconds)),
            str(Spread.of(batched.seconds)),
            str(Spread.of(batched.seconds) / batched.seeds),
            str(times_faster(batched, native)),
            doubling.get(id(batched), ""),
        )
        for batched, native in with_native(timed)
    ]
    head = (
        "cell",
        "seeds",
        "one run natively",
        "the batched training",
        "one run of it",
        "times faster",
        "twice the seeds",
    )
    return f"""## What does a run cost, alone and batched?

Natively means Keras's `fit`, with deterministic operations as everywhere in the harness and so without XLA, and a plain
PyTorch loop over a `DataLoader`. The last column is the batched training's time with twice as many seeds over that with
as many as the row says: 1 would be free, 2 would be no gain over two batched trainings.

{table(head, rows)}"""


def against_vmap(timed: Sequence[Series], agreement: Sequence[Mapping[str, Any]]) -> str:
    """Return the section on the alternative."""
    rows = [
        (*_timed(batched, mapped), str(ratio(mapped, batched)), *_apart(agreement, "vmap", batched))
        for batched, mapped in with_alternative(timed)
    ]
    head = ("cell", "seeds", "the batched training", "`torch.func`", "ratio", "losses apart by", "rounding allows")
    return f"""## Why not `torch.func.vmap`?

The obvious way to train many PyTorch networks at once maps the gradient of one over stacked parameters. Both sides take
the same initial weights, rows and optimizer; had the losses of one of the first three epochs been further apart than
float32 rounds over so many steps, there would be no page. Distances are relative, the largest over seeds and epochs.

{table(head, rows)}"""


def against_jax(timed: Sequence[Series], agreement: Sequence[Mapping[str, Any]]) -> str:
    """Return the section on JAX."""
    title = "## How far from JAX?"
    if not timed:
        return f"{title}\n\nJAX was not installed: `pip install -e '.[bench]' -c constraints.txt`."
    rows = [
        (*_timed(batched, other), str(ratio(batched, other)), *_apart(agreement, "jax", batched))
        for batched, other in with_alternative(timed)
    ]
    head = ("cell", "seeds", "the batched training", "JAX", "ratio", "losses apart by", "rounding allows")
    return f"""{title}

The same training as one program in JAX: that of one network, with its epochs and steps as `lax.scan`, mapped over the
seeds by `vmap` and compiled by `jit` in the discarded round; on one thread, in float32. It takes each framework's
initial weights, order of rows and epsilon. The ratio is the batched training's time over JAX's: Keras / JAX, and
PyTorch / JAX. Distances are as above.

{table(head, rows)}"""


def _timed(batched: Series, other: Series) -> tuple[str, str, str, str]:
    name = f"{batched.framework}-{batched.case}"
    return name, str(batched.seeds), str(Spread.of(batched.seconds)), str(Spread.of(other.seconds))


def _apart(agreement: Sequence[Mapping[str, Any]], question: str, batched: Series) -> tuple[str, str]:
    """Return how far the losses of both sides are apart, and how far rounding allows."""
    which = {"question": question, "framework": batched.framework, "case": batched.case, "seeds": batched.seeds}
    entry = next(entry for entry in agreement if which.items() <= entry.items())
    return f"{entry['apart']:.1e}", f"{entry['allowed']:.1e}"


def growth_with_rows(timed: Sequence[Series]) -> str:
    """Return the section on rows."""
    return f"""## How does the cost grow with the rows?

Batched trainings of {timed[0].seeds} seeds, all with the config of `{timed[0].case}` but for data and loss. More rows
are more steps of the same size; the ratio is to the first line.

{table(("data", *_columns(timed)), _compared(timed))}"""


def growth_with_width(timed: Sequence[Series]) -> str:
    """Return the section on width and seeds."""
    rows = []
    for count in dict.fromkeys(series.seeds for series in timed):
        same = [series for series in timed if series.seeds == count]
        rows += [(width, str(count), *rest) for width, *rest in _compared(same)]
    return f"""## How does the cost grow with width and seeds?

The config of `{timed[0].case}` with one hidden layer of other widths; the ratio is to the narrowest with as many
seeds.

{table(("width", "seeds", *_columns(timed)), rows)}"""


def imports(timed: Sequence[Series]) -> str:
    """Return the section on imports."""
    rows = [(series.case, str(Spread.of(series.seconds))) for series in timed]
    return f"""## How long do imports take?

A fresh process each time, from its start to its end. `pytest claims` with all trainings in the store imports
`{STORED_IMPORTS}` and what they need, which is no framework.

{table(("what is imported", "seconds"), rows)}"""


def sessions_on_others(sessions: Sequence[Mapping[str, Any]]) -> str:
    """Return the section on sessions that judge what others have made."""
    rows = [
        (session["case"], str(session["runs"]), figures(session["seconds"]), figures(session["peak_bytes"] / 2**20))
        for session in sessions
    ]
    first, again = sessions[-2:]  # of the training function
    each = figures(max(0, first["seconds"] - again["seconds"]) / first["runs"] * 1000)
    return f"""## How long does a session on runs of others take?

One process of pytest each, from its start to its end: it reads the runs, judges five claims and writes all pages. By
the last two lines, what is done around a training function takes {each} ms a run.

{table(("runs", "how many", "seconds", "peak memory, MiB"), rows)}"""


def whole_grid(repeats: Sequence[Mapping[str, Any]]) -> str:
    """Return the section on the whole grid."""
    rows = []
    for number, repeat in enumerate(repeats, start=1):
        for place, worker in enumerate(repeat["workers"], start=1):
            blocks = ", ".join(f"{count} {framework}" for framework, count in worker["blocks"].items())
            peak = figures(worker["peak_bytes"] / 2**20)
            rows.append((f"{number}, worker {place}", figures(worker["seconds"]), blocks or "none", peak))
        total = sum(sum(worker["blocks"].values()) for worker in repeat["workers"])
        rows.append((f"{number}, both", figures(repeat["seconds"]), str(total), ""))
    return f"""## How long does the whole grid take?

{repeats[0]["cells"]} cells with {repeats[0]["seeds"]} seeds each, into an empty store, by two processes that begin at
opposite ends, as `pytest claims -n 2` does, but without pytest. Imports, division of the data and writing to the store
are included; the last line counts from the start of the processes to the end of both.

{table(("repeat", "seconds", "blocks trained", "peak memory, MiB"), rows)}"""


def _columns(timed: Sequence[Series]) -> list[str]:
    frameworks = dict.fromkeys(series.framework for series in timed)
    return [f"{framework}{what}" for framework in frameworks for what in ("", ", ratio")]


def _compared(timed: Sequence[Series]) -> list[tuple[str, ...]]:
    """Return a row for each side: its time and the ratio to the first side's, for each framework."""
    by_key = {(series.framework, series.side): series for series in timed}
    frameworks = dict.fromkeys(framework for framework, _ in by_key)
    sides = list(dict.fromkeys(side for _, side in by_key))
    rows = []
    for side in sides:
        row = [side]
        for framework in frameworks:
            here, first = by_key[framework, side], by_key[framework, sides[0]]
            row += [str(Spread.of(here.seconds)), "1" if here is first else str(ratio(here, first))]
        rows.append(tuple(row))
    return rows
