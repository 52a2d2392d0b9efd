"""The page on how often verdicts are wrong, from the counts of `benchmarks.calibration`."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.calibration_rates import CONFIDENCE, REPETITIONS, STAGES, exceeds, interval_of, rate_of
from benchmarks.distributions import EPOCHS
from benchmarks.sections import table
from benchmarks.truths import BESIDE, FAR, SHARE
from harness.verdicts.error_rate import ERROR_RATE

INTRODUCTIONS = {
    "mean_over_seeds": "For normal samples Student's t is exact, and the widening for skewness only ever takes wrong "
    "verdicts away. Clearly: the edge is one standard deviation of a seed from the mean. "
    "Of times of which some are infinite the mean is infinite, which a sample without one of them cannot know. A "
    "sample of equal numbers has no interval and is not extended, which limits power where accuracies are saturated.",
    "ratio_over_seeds": "Named is the distribution of the ratio; Student's t is exact where its logarithm is normal. "
    "Clearly: the edge is one standard deviation of the logarithm from its mean.",
    "proportion_of_seeds": f"Exact for every distribution. Counted are numbers of at least the lower quartile "
    f"({EPOCHS} epochs or fewer for times), and the band begins at their true proportion. Clearly: proportions of 0.45 "
    f"and 0.95 against {SHARE:g}; power depends on the proportion alone.",
    "median_over_seeds": "Exact for every distribution. Clearly: the edge is the 20 % or the 80 % quantile, where "
    "these are finite and other numbers than the median.",
    "proportion_of_cells": "Exact for every distribution of the proportion of cells in which a statement is true for a "
    "seed, however cells depend on each other; the interval pays for that with power. Clearly: a mean proportion of "
    "0.5 against bands that begin at 0.2 and at 0.8.",
    "plausible_draw": "Here the truth is whether the number that a report printed is a draw of the distribution over "
    f"seeds: *a draw* is one, and refuting it is wrong; *{FAR:g} sd away* lies that far above the mean, on the scale "
    "of logarithms. Exact for lognormal samples, also with the printed number at the band's edge, 1.96 standard "
    "deviations from the mean.",
    "plausible_proportion_draw": f"As `plausible_draw`, on the scale of log odds; *{FAR:g} sd away* lies below the "
    "mean. "
    "Numbers are printed with two decimals.",
}
ADVICE = {
    "mean_over_seeds": "the interval misses on one side where samples are strongly skewed, though it is widened for "
    "their skewness, and knows nothing of an infinity or a tail that it has not seen. No interval of a mean holds for "
    "all distributions (Bahadur and Savage 1956, Ann. Math. Stat. 27, 1115-1122): a mean says so where its sample is "
    "skewed. Use `median_over_seeds` or `proportion_of_seeds`, which hold for all of these.",
    "ratio_over_seeds": "the interval misses on one side where the logarithms of ratios have a tail that a sample may "
    "not show. Use `median_over_seeds` or `proportion_of_seeds` on the ratios of such samples.",
    "proportion_of_seeds": "this contradicts theory: look for the mistake.",
    "proportion_of_cells": "this contradicts theory: look for the mistake.",
    "median_over_seeds": "this contradicts theory: look for the mistake.",
    "plausible_draw": "far draws are more frequent than in a normal distribution. Use `proportion_of_seeds` with "
    "a region.",
    "plausible_proportion_draw": "far draws are more frequent than in a normal distribution. Use `proportion_of_seeds` "
    "with a "
    "region.",
}
LIMIT = f"{100 * ERROR_RATE:g} %"


def page(results: Mapping[str, Any]) -> str:
    """Return the page, in Markdown."""
    rows = results["rows"]
    return "\n\n".join((_head(results), *_summary(rows), *_exceeding(rows), *_sections(rows))) + "\n"


def _head(results: Mapping[str, Any]) -> str:
    rows, repetitions, (first, *_, last) = results["rows"], results["repetitions"], results["looks"]
    quick = "\n\n**A quick run, whose numbers say little.**" if repetitions < REPETITIONS else ""
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    spent = ", ".join(f"{100 * rate:.3g} %" for rate in results["error_rates"])
    return f"""# How often verdicts are wrong

A verdict is wrong if it is supported though the finding is false, or refuted though it is true. Either may happen in at
most {LIMIT} of sessions. Here evidence is drawn from known distributions, so that the truth is known too, and judged as
claims are: over {first} seeds, and while it is inconclusive over twice as many, up to {last}; the larger sample holds
the smaller. The looks may spend {spent} of error.{quick}

Written by `make calibration`, the same each time: {len(rows)} rows of {repetitions:,} repetitions, in
{versions}. It puts every count and a plot of them into `reports/benchmarks/`.

How to read the tables:

- **one look** is a claim that is judged once, over {first} seeds (`--claims-looks 1`); **first of six** is what the
  usual claim says after {first} seeds, **up to six** what it says in the end.
- After each rate stands the upper end of its Clopper-Pearson interval ({100 * CONFIDENCE:g} %, two-sided). A rate is
  **bold** where the lower end, too, is above {LIMIT}.
- *Just outside* and *just inside*: the truth lies {BESIDE:g} from the band's edge, where a verdict is hardest; wrong is
  *supported* in the one case, *refuted* in the other. Bands are open above ("at least"). To refute such a band is to
  support its complement, so a band that is open below has the same two rates in exchange; one with two ends is
  supported less often.
- *right* is the proportion of right verdicts, where the truth is clear enough to expect one (power).
- *exact*: theory promises the error rate for this distribution; elsewhere it is approximate."""


def _summary(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the worst and the weakest of each check, as a section."""
    lines = []
    for check in dict.fromkeys(row["check"] for row in rows):
        own = [row for row in rows if row["check"] == check]
        groups = ([row for row in own if row["exact"] is exact] for exact in (True, False))
        worst = (max(group, key=lambda row: rate_of(row, "last")) if group else None for group in groups)
        powers = (
            [rate_of(row, stage, "right") for row in own if row["clear"] and row["exact"] == own[0]["exact"]]
            for stage in ("first", "last")
        )
        lines.append(
            (
                f"`{check}`",
                *(f"{_cell(row, 'last')} ({row['distribution']})" if row else "" for row in worst),
                *(" to ".join(dict.fromkeys((_percent(min(power)), _percent(max(power))))) for power in powers),
            )
        )
    head = (
        "check",
        "wrong at most, exact",
        "wrong at most, approximate",
        "right, first of six",
        "right, up to six",
    )
    note = "After up to six looks; power is that of the exact distributions where there are some."
    return ["## In short", note, table(head, lines, numbers=False)]


def _exceeding(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what is above the line and what follows, as a section."""
    above = [row for row in rows if any(exceeds(row, stage) for stage in STAGES)]
    chance = [row for row in rows if row not in above and any(rate_of(row, stage) > ERROR_RATE for stage in STAGES)]
    exact, failed = sum(row["exact"] for row in rows), sum(row["exact"] for row in above)
    parts = [
        f"## Where {LIMIT} is exceeded",
        f"In {failed or 'none'} of the {exact} rows that are exact, and in {len(above) - failed or 'none'} of the "
        f"other {len(rows) - exact}. In {len(chance) or 'no'} more, the rate that was seen is above {LIMIT}, which "
        "chance may explain.",
    ]
    for check in dict.fromkeys(row["check"] for row in above):
        cases = (
            f"- {row['distribution']}, truth {row['truth']}: {row['wrong']} wrongly in "
            + "; ".join(f"{_cell(row, stage)} ({name})" for stage, name in STAGES.items())
            for row in above
            if row["check"] == check
        )
        parts += [f"`{check}`: {ADVICE[check]}", "\n".join(cases)]
    return parts


def _sections(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    head = ("distribution", "truth", "wrong is", *STAGES.values(), "right, first of six", "right, up to six")
    return [
        f"## `{check}`\n\n{INTRODUCTIONS[check]}\n\n"
        + table(
            head,
            [
                (
                    row["distribution"] + (" (exact)" if row["exact"] else ""),
                    row["truth"],
                    row["wrong"],
                    *(_cell(row, stage) for stage in STAGES),
                    *(_percent(rate_of(row, stage, "right")) if row["clear"] else "" for stage in ("first", "last")),
                )
                for row in rows
                if row["check"] == check
            ],
        )
        for check in dict.fromkeys(row["check"] for row in rows)
    ]


def _cell(row: Mapping[str, Any], stage: str) -> str:
    rate = _percent(rate_of(row, stage))
    return f"{f'**{rate}**' if exceeds(row, stage) else rate}, ≤ {_percent(interval_of(row, stage)[1])}"


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f} %"
