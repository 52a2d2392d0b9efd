"""A report of two tasks that leaves much open, and searches of which universes are a sample."""

from harness.judging.claim import Claim
from harness.reconstruction.facts import Fact
from harness.reconstruction.posterior import Posterior
from harness.reconstruction.scored import Scored
from harness.reconstruction.search import Search
from harness.reconstruction.universes import Universe, sampled_universes
from harness.report.grid import Grid
from harness.storage.store import Store
from tests.builders.reconstructions import TWO_TASKS, every_candidate, finding_of, judge_fall

MORE = TWO_TASKS.replace(
    "batch_size = { value = 32, origin", "batch_size = { value = 32, alternatives = [16], origin"
).replace(
    "hidden_widths = { value = [4], origin",
    "hidden_widths = { value = [4], alternatives = [[8], [4, 4]], origin",
)


def search_with(grid: Grid, task: str, tried: int, dropped: int = 0) -> Search:
    """Return a search that tried so many candidates, the later the worse, and dropped the last of them."""
    finding, reading = finding_of("curves.fall", {})
    fact = Fact("curves.fall", (Claim("test", judge_fall, {}, finding, reading),), ())
    search = Search(grid, task, [fact], Store(grid.file.parent / "store", {}), lambda blocks: None, lambda line: None)
    candidates = every_candidate(search)
    # In turn from both ends, so that the best are not all alike.
    mixed = [one for pair in zip(candidates, candidates[::-1], strict=True) for one in pair][:tried]
    for number, one in enumerate(mixed):
        likelihoods = dict.fromkeys(search.reportings, -0.05 * number)
        search.scored[one] = Scored(
            search.candidates.answers(one),
            search.candidates.log_prior(one),
            likelihoods,
            search.reportings,
            1,
            number < tried - dropped,
        )
    return search


def sampled(searches: dict[str, Search]) -> list[Universe]:
    """Return universes drawn from these searches."""
    return sampled_universes({task: Posterior(search) for task, search in searches.items()}, searches)


def searches_with(grid: Grid, **tried: int) -> dict[str, Search]:
    """Return a search for each task."""
    return {task: search_with(grid, task, count) for task, count in tried.items()}
