import itertools
import json
import math
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.base import sources
from harness.base.errors import ConfigError, HarnessError, RegisterError
from harness.execution.engine import open_store
from harness.judging.claim import Claim
from harness.judging.evidence import Evidence, TrainedRuns
from harness.reconstruction.facts import digest_of_facts
from harness.reconstruction.multiverse import Multiverse, judging_mark, open_multiverse
from harness.reconstruction.universe_verdicts import UniverseVerdict, UniverseVerdicts
from harness.reconstruction.universes import Universe
from harness.report.folder import open_folder
from harness.report.grid import Grid
from harness.report.protocol_file import read_grid
from harness.report.reading import Reading
from harness.statistics.estimators import mean_over_seeds
from harness.storage.store import Store
from harness.verdicts.band import OUTCOMES, Band, decide, p_values
from harness.verdicts.combination import combined
from harness.verdicts.error_rate import ERROR_RATE
from harness.verdicts.verdict import NEEDS, Needs, Role
from tests.builders.reconstructions import PROTOCOL, TWO_TASKS, MadeUp, finding_of

EPOCHS = (6, 3, 12)


def universe(number: int, **answers: Any) -> Universe:
    """Return a universe of the classification; number 0 is the default."""
    taken = {"scaling": "standard", "learning_rate": 0.03, "epochs": 6, "splits": "many", **answers}
    return Universe(f"universe {number}" if number else "default", {"classification": taken}, {"classification": 0.2})


UNIVERSES = [universe(number, epochs=epochs) for number, epochs in enumerate(EPOCHS)]


class Counted:
    """A claim on the loss after the last epoch, which counts how often it is called, and what it was called with."""

    def __init__(self, band: Band = Band(0.3, 0.5, "so")) -> None:  # noqa: B008 - frozen
        self.band = band
        self.role: Role = "detail"
        self.epochs: list[int] = []
        self.seeds: list[int] = []
        self.wrong: Callable[[int], object] = lambda epochs: None

    def claim(self, **chosen: str) -> Claim:
        """Return the claim on a cell."""

        def test(evidence: Evidence, judge: Callable[..., None]) -> None:
            runs = evidence(activation="relu", **{"optimizer": "sgd", **chosen})
            self.epochs.append(runs.config.epochs)
            self.seeds.append(len(runs.seeds))
            if self.wrong(runs.config.epochs) != "silent":
                judge(mean_over_seeds(runs.final_test_loss, "loss"), note="as measured")

        finding, _ = finding_of("curves.loss", {})
        return Claim(
            "test_curves.py::test_loss",
            test,
            {},
            finding,
            Reading("mean", "mean loss", self.band, None, role=self.role),
        )

    def counted(self) -> list[int]:
        """Return in which universes, by epochs, it was called since the last time."""
        epochs, self.epochs = self.epochs, []
        return epochs


# Answers


def test_an_answer_is_what_a_single_look_says(grid: Grid, store: Store) -> None:
    """Estimate, interval and p-values are those of the runs of the universe, the outcome that of the interval."""
    counted = Counted()
    answers = Multiverse(grid, UNIVERSES, "sources").verdicts(counted.claim(), 20, store)
    assert list(answers.by_universe) == ["default", "universe 1", "universe 2"]
    assert answers.tasks == ("classification",)
    assert counted.counted() == list(EPOCHS)
    for one in UNIVERSES:
        runs = Evidence(grid.answering(one.answers), 20, TrainedRuns(store))(activation="relu", optimizer="sgd")
        estimate = mean_over_seeds(runs.final_test_loss, "loss")
        interval = estimate.interval(1 - 2 * ERROR_RATE)
        expected = UniverseVerdict(
            decide(interval, counted.band),
            estimate.value,
            *interval,
            *p_values(estimate, counted.band),
            counted.band.room(estimate.value),
        )
        assert answers.by_universe[one.name] == expected
    assert {answer.outcome for answer in answers.by_universe.values()} > {"supported"}


def test_a_universe_may_have_one_split(grid: Grid, store: Store) -> None:
    """Its runs then share it, and its answer is not that of many splits."""
    chosen = [universe(0), universe(1, splits="one")]
    seen: list[set[int]] = []

    def test(evidence: Evidence, judge: Callable[..., None]) -> None:
        runs = evidence(activation="relu", optimizer="sgd")
        seen.append({seed.split for seed in runs.seeds})
        judge(mean_over_seeds(runs.final_test_loss, "loss"))

    claim = replace(Counted().claim(), function=test)
    Multiverse(grid, chosen, "sources").verdicts(claim, 20, store)
    assert seen == [set(range(20)), {0}]


finite = st.floats(allow_nan=False, allow_infinity=False)
answers_made = st.builds(UniverseVerdict, st.sampled_from(OUTCOMES), *[st.floats()] * 3, finite, finite, st.floats())


@given(st.lists(st.text(), unique=True), st.data())
def test_answers_travel_as_plain_values(names: list[str], data: st.DataObject) -> None:
    """Through JSON, with numbers that are not finite, from a worker to whoever prints them."""
    answers = UniverseVerdicts(("classification",), {name: data.draw(answers_made) for name in names})
    again = UniverseVerdicts.from_plain(json.loads(json.dumps(answers.to_plain(), allow_nan=False)))
    assert repr(again) == repr(answers)  # NaN is not equal to itself


def test_numbers_of_numpy_travel_as_well() -> None:
    """Estimates are made with NumPy, whose numbers JSON does not know."""
    numbers = [np.float64(value) for value in (1.0, -math.inf, math.nan, 0.0, 1.0, 0.5)]
    told = '["supported", 1.0, "-inf", "nan", 0.0, 1.0, 0.5]'
    assert json.dumps(UniverseVerdict("supported", *numbers).to_plain()) == told


# Answers are kept


def test_a_claim_is_judged_once_in_each_universe(grid: Grid, store: Store) -> None:
    """The second time it is not called at all, also by another process, and says the same."""
    counted = Counted()
    first = Multiverse(grid, UNIVERSES, "sources").verdicts(counted.claim(), 20, store)
    assert counted.counted() == list(EPOCHS)
    second = Multiverse(grid, UNIVERSES, "sources").verdicts(counted.claim(), 20, open_store(store.folder))
    assert counted.counted() == []
    assert second == first


def test_only_a_new_universe_is_judged(grid: Grid, store: Store) -> None:
    """Names do not matter, only what is taken: universes that were reordered keep their answers."""
    counted = Counted()
    first = Multiverse(grid, UNIVERSES[:2], "sources").verdicts(counted.claim(), 20, store)
    counted.counted()
    reordered = [universe(0), universe(1, epochs=12), universe(2, epochs=3)]
    second = Multiverse(grid, reordered, "sources").verdicts(counted.claim(), 20, store)
    assert counted.counted() == [12]
    assert second.by_universe["universe 2"] == first.by_universe["universe 1"]


@pytest.mark.parametrize("changed", ["sources", "seeds", "test", "origin", "default", "axis"])
def test_what_decides_an_answer_makes_it_anew(grid: Grid, store: Store, tmp_path: Path, changed: str) -> None:
    """Code that judges, seeds, claim, versions of the trainers, what a claim means by default, and names of cells."""
    counted = Counted()

    def claim_on(evidence: Evidence, judge: Callable[..., None]) -> None:
        runs = evidence(activation="relu")
        counted.epochs.append(runs.config.epochs)
        judge(mean_over_seeds(runs.final_test_loss, "loss"))

    text = PROTOCOL.replace("[default]\n", '[default]\noptimizer = "sgd"\n')
    claim = replace(counted.claim(), function=claim_on)
    (tmp_path / "protocol.toml").write_text(text, encoding="utf-8")
    Multiverse(read_grid(tmp_path / "protocol.toml"), UNIVERSES, "sources").verdicts(claim, 20, store)
    assert counted.counted() == list(EPOCHS)
    if changed == "default":
        text = text.replace('optimizer = "sgd"', 'optimizer = "adam"')
    if changed == "axis":
        text = text.replace('activation = ["relu", "tanh"]', 'activation = ["tanh", "relu"]')
    (tmp_path / "protocol.toml").write_text(text, encoding="utf-8")
    other_store = Store(store.folder, lambda config: {"torch": "99"}) if changed == "origin" else store
    Multiverse(
        read_grid(tmp_path / "protocol.toml"), UNIVERSES, "other" if changed == "sources" else "sources"
    ).verdicts(
        replace(claim, test="test_curves.py::test_other") if changed == "test" else claim,
        19 if changed == "seeds" else 20,
        other_store,
    )
    assert counted.counted() == list(EPOCHS)


def kept_file(store: Store) -> Path:
    """Return the one file of answers."""
    (file,) = (store.folder / "answers").iterdir()
    return file


def damaged(payload: bytes) -> list[bytes]:
    """Return a good file with damages of many kinds."""
    digits = [place for place, byte in enumerate(payload) if chr(byte).isdigit()]
    flipped = [
        payload[:place] + (b"7" if payload[place : place + 1] != b"7" else b"3") + payload[place + 1 :]
        for place in digits[:: max(1, len(digits) // 40)]
    ]
    cut = [payload[:length] for length in (0, 1, len(payload) // 2, len(payload) - 1)]
    other = [b"[]", b"{}", b"null", b"\xff\xfe", b'{"answers": 3, "sha256": 3}', payload.replace(b"1.0", b"NaN", 1)]
    return flipped + cut + other


def test_a_damaged_file_is_judged_again(grid: Grid, store: Store) -> None:
    """Cut short, a digit flipped, or not JSON: never read as if it were good, and good again afterwards."""
    counted = Counted()
    kept = Multiverse(grid, UNIVERSES, "sources")
    first = kept.verdicts(counted.claim(), 20, store)
    payload = kept_file(store).read_bytes()
    for damage in damaged(payload):
        kept_file(store).write_bytes(damage)
        counted.counted()
        assert kept.verdicts(counted.claim(), 20, store) == first
        assert counted.counted() == list(EPOCHS), damage
        assert kept_file(store).read_bytes() == payload


def test_the_name_of_answers_begins_with_the_code_that_gave_them(grid: Grid, store: Store) -> None:
    """So answers of older code can be told from those that are still read."""
    Multiverse(grid, UNIVERSES, "sources").verdicts(Counted().claim(), 20, store)
    assert kept_file(store).name.partition("-")[0] == judging_mark()


# Errors


def raises(error: BaseException) -> Callable[[int], object]:
    """Return what raises an error in the universe with 3 epochs."""

    def wrong(epochs: int) -> None:
        if epochs == 3:
            raise error

    return wrong


@pytest.mark.parametrize(
    "error",
    [
        ValueError("no curve"),
        HarnessError("training failed"),
        AssertionError("it did not fall"),
        pytest.fail.Exception("no curve ever fell"),
        pytest.skip.Exception("nothing to see"),
        pytest.xfail.Exception("known"),
    ],
)
def test_an_error_in_a_universe_is_no_verdict(grid: Grid, store: Store, error: BaseException) -> None:
    """It names test and universe, what was judged before is kept, and only the rest is judged the next time."""
    counted = Counted()
    counted.wrong = raises(error)
    reordered = [UNIVERSES[0], UNIVERSES[2], UNIVERSES[1]]
    judged = Multiverse(grid, reordered, "sources")
    with pytest.raises(HarnessError) as caught:
        judged.verdicts(counted.claim(), 20, store)
    assert str(caught.value) == f"test_curves.py::test_loss cannot be judged in universe 1: {error!r}"
    assert caught.value.__cause__ is error
    assert counted.counted() == [6, 12, 3]
    counted.wrong = lambda epochs: None
    assert len(judged.verdicts(counted.claim(), 20, store).by_universe) == 3
    assert counted.counted() == [3]


def test_a_training_that_fails_in_a_universe_stops_no_other(grid: Grid, store: Store, made_up: MadeUp) -> None:
    """It decides nothing there, and is tried again the next time."""
    made_up.fails = lambda config: config.epochs == 12
    judged = Multiverse(grid, UNIVERSES, "sources")
    failed = judged.verdicts(Counted().claim(), 20, store).by_universe["universe 2"]
    assert (failed.outcome, failed.low, failed.high) == ("inconclusive", -math.inf, math.inf)
    assert math.isnan(failed.value)
    made_up.fails = lambda config: False
    again = Multiverse(grid, UNIVERSES, "sources").verdicts(Counted().claim(), 20, open_store(store.folder))
    assert math.isfinite(again.by_universe["universe 2"].value)


def test_what_does_not_go_together_in_a_universe_stops_no_other(grid: Grid, store: Store) -> None:
    """That lasts, and is kept."""
    counted = Counted()
    counted.wrong = raises(ConfigError("loss is wrong here"))
    judged = Multiverse(grid, UNIVERSES, "sources")
    told = judged.verdicts(counted.claim(), 20, store).by_universe
    assert [one.outcome == "inconclusive" and math.isnan(one.value) for one in told.values()].count(True) == 1
    counted.counted()
    judged.verdicts(counted.claim(), 20, store)
    assert counted.counted() == []


def test_a_claim_that_does_not_judge_in_a_universe_is_no_verdict(grid: Grid, store: Store) -> None:
    """Neither is one that judges twice."""
    counted = Counted()
    counted.wrong = lambda epochs: "silent" if epochs == 3 else None
    judged = Multiverse(grid, UNIVERSES, "sources")
    with pytest.raises(HarnessError, match=r"test_loss cannot be judged in universe 1: it called judge 0 times$"):
        judged.verdicts(counted.claim(), 20, store)

    def twice(evidence: Evidence, judge: Callable[..., None]) -> None:
        for _ in range(2):
            judge(mean_over_seeds(evidence(activation="relu", optimizer="sgd").final_test_loss, "loss"))

    claim = replace(counted.claim(), function=twice, test="test_curves.py::test_twice")
    with pytest.raises(HarnessError, match=r"test_twice cannot be judged in default: it called judge 2 times$"):
        judged.verdicts(claim, 20, store)


def test_an_interrupt_keeps_what_was_judged(grid: Grid, store: Store) -> None:
    """Ctrl-C is no error of a claim."""
    counted = Counted()
    counted.wrong = raises(KeyboardInterrupt())
    judged = Multiverse(grid, UNIVERSES, "sources")
    with pytest.raises(KeyboardInterrupt):
        judged.verdicts(counted.claim(), 20, store)
    counted.counted()
    counted.wrong = lambda epochs: None
    judged.verdicts(counted.claim(), 20, store)
    assert counted.counted() == [3, 12]


def test_where_a_run_diverged_a_claim_is_inconclusive(grid: Grid, store: Store, made_up: MadeUp) -> None:
    """It has no interval there, and that too is an answer that is kept."""
    made_up.diverges = lambda config: config.epochs == 3
    counted = Counted()
    for _ in range(2):
        answers = Multiverse(grid, UNIVERSES, "sources").verdicts(counted.claim(), 20, store)
        one = answers.by_universe["universe 1"]
        assert (one.outcome, one.low, one.high, one.p_supported, one.p_refuted) == (
            "inconclusive",
            -math.inf,
            math.inf,
            1.0,
            1.0,
        )
        assert math.isnan(one.value)
    assert counted.counted() == list(EPOCHS)


# Specifications


def answer(p_supported: float, p_refuted: float, value: float = 0.0) -> UniverseVerdict:
    """Return an answer with these p-values."""
    outcome = "supported" if p_supported <= ERROR_RATE else "refuted" if p_refuted <= ERROR_RATE else "inconclusive"
    return UniverseVerdict(outcome, value, value - 1, value + 1, p_supported, p_refuted, value)


def in_default(*answers: UniverseVerdict) -> list[UniverseVerdicts]:
    """Return the answers of several claims in the default universe."""
    return [UniverseVerdicts(("classification",), {"default": one}) for one in answers]


SUPPORTED, WEAKER, OPEN, REFUTED = (
    answer(1e-6, 1.0, value=1.0),
    answer(1e-3, 1.0, value=2.0),
    answer(1.0, 1.0, value=3.0),
    answer(1.0, 1e-6, value=4.0),
)


@pytest.mark.parametrize(
    ("needs", "answers", "outcome", "deciding"),
    [
        ("all", [SUPPORTED, WEAKER], "supported", WEAKER),
        ("all", [SUPPORTED, REFUTED, OPEN], "refuted", REFUTED),
        ("all", [SUPPORTED, OPEN, SUPPORTED], "inconclusive", OPEN),
        ("most", [REFUTED, SUPPORTED, WEAKER], "supported", WEAKER),
        ("most", [REFUTED, SUPPORTED, REFUTED], "refuted", REFUTED),
        ("most", [REFUTED, SUPPORTED, OPEN], "inconclusive", OPEN),
        ("most", [SUPPORTED, REFUTED], "refuted", REFUTED),
        ("some", [REFUTED, OPEN, WEAKER], "supported", WEAKER),
        ("some", [REFUTED, REFUTED], "refuted", REFUTED),
        ("some", [REFUTED, OPEN], "inconclusive", OPEN),
        ("all", [OPEN], "inconclusive", OPEN),
    ],
)
def test_the_claim_that_decides_is_shown(
    grid: Grid, needs: Needs, answers: list[UniverseVerdict], outcome: str, deciding: UniverseVerdict
) -> None:
    """It is the weakest of as many as have to hold, in whatever order they come."""
    judged = Multiverse(grid, [universe(0)], "sources")
    for ordered in itertools.permutations(answers):
        (specification,) = judged.specifications(needs, in_default(*ordered))
        assert specification.outcome == outcome
        assert (specification.value, specification.low, specification.high) == (
            deciding.value,
            deciding.low,
            deciding.high,
        )


p_values_made = st.tuples(st.sampled_from([1e-9, 1e-4, 0.01, 0.04, 0.2, 1.0]), st.booleans()).map(
    lambda drawn: answer(drawn[0], 1.0) if drawn[1] else answer(1.0, drawn[0])
)


@given(st.sampled_from(NEEDS), st.lists(p_values_made, min_size=1, max_size=6))
def test_a_reading_comes_to_what_its_claims_come_to_together(needs: Needs, answers: list[UniverseVerdict]) -> None:
    """As outside of a multiverse, with the error rate held over the claims."""
    judged = Multiverse.__new__(Multiverse)
    judged._universes = [Universe("default", {"classification": {}}, {"classification": 1.0})]
    judged._grid = None  # type: ignore[assignment]  # asked for the text of answers, of which there are none
    (specification,) = judged.specifications(needs, in_default(*answers))
    expected, _ = combined(needs, [one.p_supported for one in answers], [one.p_refuted for one in answers])
    assert specification.outcome == expected


def test_choices_are_told_in_words(grid: Grid) -> None:
    """By the name of the field, where a reading speaks of one task."""
    judged = Multiverse(grid, [universe(0), universe(1, epochs=12, splits="one")], "sources")
    both = UniverseVerdicts(("classification",), {"default": OPEN, "universe 1": SUPPORTED})
    default, other = judged.specifications("all", [both])
    assert (default.universe, other.universe) == ("default", "universe 1")
    assert other.choices == {"scaling": "standard", "learning_rate": "0.03", "epochs": "12", "splits": "one"}
    assert (default.outcome, other.outcome) == ("inconclusive", "supported")
    assert other.weight == 0.2


def test_with_two_tasks_choices_name_theirs_and_weights_are_multiplied(tmp_path: Path) -> None:
    """Only universes that answer both tasks count."""
    (tmp_path / "protocol.toml").write_text(TWO_TASKS, encoding="utf-8")
    grid = read_grid(tmp_path / "protocol.toml")
    one_task = {"epochs": 3, "splits": "many"}
    universes = [
        Universe(
            "default", {"classification": one_task, "regression": one_task}, {"classification": 0.5, "regression": 0.4}
        ),
        Universe("universe 1", {"classification": one_task}, {"classification": 0.5}),
    ]
    judged = Multiverse(grid, universes, "sources")
    told = {"default": SUPPORTED, "universe 1": SUPPORTED}
    both = [UniverseVerdicts(("classification",), told), UniverseVerdicts(("regression",), told)]
    (specification,) = judged.specifications("all", both)
    assert set(specification.choices) == {f"{task}: {field}" for task in grid.reconstruction for field in one_task}
    assert specification.weight == pytest.approx(0.2)
    assert specification.outcome == "supported"
    assert len(judged.specifications("all", both[:1])) == 2
    assert set(judged.specifications("all", both[:1])[0].choices) == set(one_task)
    unknown = replace(universes[0], weights={"classification": 0.5, "regression": math.nan})
    (specification,) = Multiverse(grid, [unknown], "sources").specifications("all", both)
    assert math.isnan(specification.weight)


def test_what_no_universe_touches_has_no_specifications(tmp_path: Path) -> None:
    """A task that is not reconstructed is the same everywhere: to count universes would count one many times."""
    (tmp_path / "protocol.toml").write_text(TWO_TASKS, encoding="utf-8")
    judged = Multiverse(read_grid(tmp_path / "protocol.toml"), [universe(0), universe(1, epochs=3)], "sources")
    told = {"default": SUPPORTED, "universe 1": SUPPORTED}
    assert judged.specifications("all", [UniverseVerdicts(("regression",), told)]) == []
    assert judged.specifications("all", [UniverseVerdicts((), told)]) == []
    both = judged.specifications("all", [UniverseVerdicts(("classification", "regression"), told)])
    assert [set(one.choices) for one in both] == [{"scaling", "learning_rate", "epochs", "splits"}] * 2


# The folder of a report

WRITTEN = """
made_for = "{made_for}"
[candidates]
[answers]
[spreads]
[[universes]]
name = "default"
weights = {{ classification = 1.0 }}
answers = {{ classification = {{ scaling = "standard", learning_rate = 0.03, epochs = 6, splits = "many" }} }}
"""


@pytest.fixture
def folder(small_report: Path) -> Path:
    """Write the folder of a report with a single universe."""
    (small_report / "protocol.toml").write_text(PROTOCOL, encoding="utf-8")
    made_for = digest_of_facts([], read_grid(small_report / "protocol.toml"))
    (small_report / "reconstruction.toml").write_text(WRITTEN.format(made_for=made_for), encoding="utf-8")
    (small_report / "test_speed.py").write_text("def test_one():\n    pass\n", encoding="utf-8")
    return small_report


def sources_of(folder: Path) -> str:
    """Return the digest of what judges the claims of a folder, read anew."""
    open_multiverse.cache_clear()
    open_folder.cache_clear()
    return open_multiverse(folder)._sources


def test_a_change_of_claims_or_register_is_seen(folder: Path) -> None:
    """Also in a module that claims share; not of what is no code, and not without a change."""
    before = sources_of(folder)
    (folder / "notes.md").write_text("nothing", encoding="utf-8")
    assert sources_of(folder) == before
    (folder / "parts").mkdir()
    found = [before]
    for file, text in (
        ("test_speed.py", "def test_one():\n    return None\n"),
        ("parts/shared.py", "MARGIN = 3\n"),
        ("report.toml", (folder / "report.toml").read_text(encoding="utf-8").replace("1.1", "1.2")),
    ):
        (folder / file).write_text(text, encoding="utf-8")
        found.append(sources_of(folder))
    assert len(set(found)) == 4


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let what judging rests on be read from a copy of the harness."""
    copy = shutil.copytree(sources.PACKAGE, tmp_path / "harness", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(sources, "PACKAGE", copy)
    yield copy
    forget_sources()


def forget_sources() -> None:
    """Let them be read again."""
    sources.sources_of.cache_clear()
    sources.sources_mark.cache_clear()


def test_a_change_of_the_harness_is_seen(folder: Path, package: Path) -> None:
    """Wherever it may change what a claim says; a page cannot."""
    forget_sources()
    found = [sources_of(folder)]
    judging = ("judging/claim.py", "statistics/curves.py", "verdicts/band.py", "verdicts/verdict.py")
    for name in (*judging, "pages/report.py"):
        with (package / name).open("a", encoding="utf-8") as file:
            file.write("STEPS = 1\n")
        forget_sources()
        found.append(sources_of(folder))
    assert found[-1] == found[-2]
    assert len(set(found)) == 1 + len(judging)


def test_a_folder_is_read_once(folder: Path) -> None:
    """As its grid is."""
    open_multiverse.cache_clear()
    assert open_multiverse(folder) is open_multiverse(folder)
    assert list(open_multiverse(folder).grids) == ["default"]


def test_a_folder_without_universes_gets_one_sentence(folder: Path) -> None:
    """It says how to find some."""
    (folder / "reconstruction.toml").unlink()
    open_multiverse.cache_clear()
    with pytest.raises(
        RegisterError, match=r"reconstruction\.toml is missing; write it with: python -m harness reconstr"
    ):
        open_multiverse(folder)
