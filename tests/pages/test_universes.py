from collections.abc import Sequence
from dataclasses import replace

import pytest

from harness.pages.context import PageContext
from harness.pages.index import index_html
from harness.pages.universes import headlines
from harness.reconstruction.headlines import Headline
from harness.reconstruction.specification import Specification
from harness.sessions.session import Specified
from harness.verdicts.band import Outcome
from tests.builders.sessions import full_claim, full_session
from tests.builders.specifications import specification_with

KEY = ("optimizers.sgd-fails", "loss")


def headline_texts(specified: Specified) -> dict[tuple[str, str], str]:
    """Return the headline of each reading."""
    return {key: one.text for key, one in headlines(specified).items()}


def universes_texts(specified: Specified) -> dict[tuple[str, str], str]:
    """Return the numbers behind each headline."""
    return {key: one.numbers for key, one in headlines(specified).items()}


def universes(outcomes: Sequence[Outcome], splits: str = "many", **choices: Sequence[str]) -> list[Specification]:
    """Return a universe for each outcome, with the answers to further choices."""
    return [
        specification_with(
            universe=f"{splits} {number}",
            outcome=outcome,
            choices={"splits": splits, **{name: values[number] for name, values in choices.items()}},
        )
        for number, outcome in enumerate(outcomes)
    ]


def test_universes_on_one_split_are_told_apart() -> None:
    """What they say holds for that split alone: they are in no count and no weight of the others."""
    many, one = universes(["supported"] * 3), universes(["refuted"] * 2, "one")
    alone = "3 supported, 0 refuted, 0 inconclusive; by weight 1.00, 0.00, 0.00"
    apart = "apart, on one split of the data: 0 supported, 2 refuted, 0 inconclusive; by weight 0.00, 1.00, 0.00"
    assert universes_texts({KEY: many}) == {KEY: alone}
    assert universes_texts({KEY: [*one, *many]}) == {KEY: f"{alone}; {apart}"}
    assert universes_texts({KEY: one}) == {KEY: apart}
    assert universes_texts({}) == {}


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (["supported"] * 10, "holds in all plausible reconstructions"),
        (["refuted"] * 10, "holds in no plausible reconstruction"),
        (["inconclusive"] * 10, "is undecided in all plausible reconstructions"),
        (
            ["refuted"] * 6 + ["inconclusive"] * 4,
            "does not hold in 0.60 of the plausible reconstructions, is undecided in 0.40",
        ),
        (["refuted"] * 19 + ["supported"], "does not hold in 0.95 of the plausible reconstructions"),
        (["supported"] * 9 + ["inconclusive"], "holds in 0.90 of the plausible reconstructions"),
        (
            ["supported"] * 5 + ["refuted"] * 3 + ["inconclusive"] * 2,
            "holds in 0.50 of the plausible reconstructions, does not hold in 0.30, is undecided in 0.20",
        ),
    ],
)
def test_a_headline_says_whether_a_finding_holds(outcomes: list[Outcome], expected: str) -> None:
    """By the weight of universes on many splits."""
    curve = [*universes(outcomes), *universes(["refuted"] * 5, "one")]
    assert headline_texts({KEY: curve}) == {KEY: expected}


def test_a_headline_names_the_choice_that_decides() -> None:
    """If one does beyond chance."""
    outcomes: list[Outcome] = ["supported"] * 12 + ["refuted"] * 12
    curve = universes(outcomes, data=["wine"] * 12 + ["iris"] * 12)
    assert headline_texts({KEY: curve})[KEY] == (
        "depends on data: holds in 0.50 of the plausible reconstructions, does not hold in 0.50"
    )
    assert "data decides" in universes_texts({KEY: curve})[KEY]


def test_all_means_all() -> None:
    """One universe that says otherwise, however little it weighs, is not rounded away."""
    curve = [replace(one, weight=1.0) for one in universes(["supported"] * 4)]
    curve += [replace(one, universe="rare", weight=0.001) for one in universes(["refuted"])]
    assert headline_texts({KEY: curve})[KEY] == "holds in more than 0.99 of the plausible reconstructions"


@pytest.mark.parametrize(
    ("outcomes", "most"),
    [
        (["refuted"] * 6 + ["supported"] * 4, "refuted"),
        (["refuted"] * 4 + ["supported"] * 6, "supported"),
        (["refuted"] * 5 + ["supported"] * 5, None),
        (["refuted"] * 2 + ["supported"] * 2 + ["inconclusive"] * 5, "inconclusive"),
    ],
)
def test_what_most_of_them_say(outcomes: list[Outcome], most: Outcome | None) -> None:
    """By weight, of those on many splits; half is not most."""
    curve = [*universes(outcomes), *universes(["supported"] * 20, "one")]
    assert headlines({KEY: curve})[KEY].most == most


def test_the_first_table_says_what_a_finding_comes_to_elsewhere() -> None:
    """Marked where most plausible reconstructions say the opposite of the verdict above it."""
    claim = full_claim()  # refuted
    key = (claim.verdict.finding, claim.verdict.reading)
    for outcome, sentence in (
        ("refuted", "It holds in no plausible reconstruction."),
        ("supported", "<strong>Unlike here</strong>, it holds in all plausible reconstructions."),
    ):
        curve = universes([outcome] * 6)  # type: ignore[list-item]
        page = index_html(full_session(claims=(claim,), specified={key: curve}))
        assert f"<small>{sentence}</small>" in page
    assert "plausible reconstruction" not in index_html(full_session(claims=(claim,)))


def test_what_an_earlier_session_found_is_shown_with_its_day() -> None:
    """And whether something has changed since; what this session finds comes first."""
    claim = full_claim()  # refuted
    key = (claim.verdict.finding, claim.verdict.reading)
    text = "holds in 0.70 of the plausible ones"
    known = Headline(text=text, numbers="7 of 10", most="supported", judged="2026-11-27")
    session = full_session(claims=(claim,))
    page = index_html(session, PageContext(headlines={key: known}))
    assert "<strong>Unlike here</strong>, it holds in 0.70 of the plausible ones (2026-11-27).</small>" in page
    assert "<dd>7 of 10 (2026-11-27)</dd>" in page
    page = index_html(session, PageContext(headlines={key: replace(known, outdated=True)}))
    assert "holds in 0.70 of the plausible ones (2026-11-27; claims or universes have changed since).</small>" in page
    now = full_session(claims=(claim,), specified={key: universes(["refuted"] * 3)})
    page = index_html(now, PageContext(headlines={key: known}))
    assert "It holds in no plausible reconstruction.</small>" in page
    assert "0.70" not in page
