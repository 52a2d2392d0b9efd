import html
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from harness.pages.summary import LARGEST, LONGEST, code, plain, summary_markdown
from harness.verdicts.band import OUTCOMES
from tests.builders.sessions import full_claim, full_session
from tests.builders.specifications import specification_with

RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
COMMENT = "<!-- -->"
HOSTILE = (
    "<script>alert(1)</script>",
    "<!-- --><b>",
    "[a](javascript:alert(1)) ![b](http://x/y.png)",
    "**bold** _it_ ~~no~~ `code` $x$ | cell | \\| #",
    "# title",
    "- item",
    "---",
    "1. one",
    "> quoted",
    "&lt;b&gt; &amp;",
    "[x]: http://x",
)


def rendered(markdown: str) -> str:
    """Return Markdown as HTML."""
    return str(RENDERER.render(markdown))


def text_of(page: str) -> str:
    """Return what a reader sees of HTML."""
    return html.unescape(re.sub(r"<[^>]*>", "", page)).strip()


def refuted(number: int = 0, **changes: Any) -> Any:
    """Build a claim that is refuted, where supported was expected."""
    return full_claim(f"claims/test_x.py::test_y[{number}]", outcome="refuted", finding=f"a.b{number}", **changes)


def test_a_session_without_changes_is_short() -> None:
    """The headline, the counts and how to run it again; no list of what there is not."""
    text = summary_markdown(full_session(claims=(full_claim(p_supported=0.001, p_refuted=1.0),)))
    assert text.startswith("### Claims: A small report\n\n✔ 1 claim judged, each as the register expects.\n")
    rows = ["| independent | 1 | 0 | 0 | 0 | 0 |", "| related to fitted ones | 0 | 0 | 0 | 0 | 0 |"]
    assert "\n".join([*rows, "| fitted (no evidence) | 0 | 0 | 0 | 0 | 0 |"]) in text
    assert "####" not in text
    assert text.endswith(
        "\n2026-01-31T12:00:00+00:00, 6 s; 60 trainings, 20 of them done now. Some CPU, 2 cores; commit 3c7121b32fc7. "
        "Python 3.11.7; `numpy 2.4.6, torch 2.13.0`\n\nAgain: `pytest claims -n auto`\n"
    )


def test_what_is_missing_comes_first_and_what_changed_next() -> None:
    """Missing results on top; then changes against the last session and against the register, then findings."""
    text = summary_markdown(
        full_session(claims=(full_claim(), refuted()), missing=("A worker died.",)),
        ["a.b (loss) was supported, and is refuted."],
    )
    order = [
        "### ✘ This session is not finished\n\n- A worker died.",
        "### Claims: ",
        "✘ 2 claims judged, **1 not as the register expects**.",
        "#### Changed since the last session\n\n- a.b (loss) was supported, and is refuted.",
        "#### Not as the register expects\n\n- ✘ refuted, not supported: a.b0 (loss) 0: 0.03123",
        "Again: `pytest claims -k loss`",
        "#### Findings that do not hold, or not surely\n\n| Answer | Finding |",
        "| **a.b0**: Adam and RMSprop end almost identical in loss and accuracy. | 0 of 1, needs all |",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_universes_have_a_column_where_there_are_some() -> None:
    """In how many universes a reading holds."""
    curve = [specification_with(universe=f"u{number}", outcome=OUTCOMES[number % 3]) for number in range(6)]
    one = full_session(claims=(refuted(),), specified={("a.b0", "loss"): curve})
    assert " | Universes that support it |" in summary_markdown(one)
    assert " | 2 of 6 |" in summary_markdown(one)


def test_a_session_without_verdicts_says_so() -> None:
    """Nothing was judged, which is not the same as nothing changed."""
    assert "No claim came to a verdict." in summary_markdown(full_session(claims=()))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_is(text: str) -> None:
    """At the beginning of a list's line and in a cell of a table, nothing becomes markup."""
    for page in (
        rendered(f"- {plain(text)}"),
        rendered(f"| a | b |\n|---|---|\n| {plain(text)} | c |"),
    ):
        tags = set(re.findall(r"<(/?\w+)", page.replace(COMMENT, "")))
        assert tags <= {"ul", "/ul", "li", "/li", "table", "/table", "thead", "/thead", "tbody", "/tbody"} | {
            f"{end}{tag}" for end in ("", "/") for tag in ("tr", "th", "td")
        }, page
        assert text in text_of(page)


seen = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"))


@given(st.text(seen, max_size=LONGEST))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    """Whatever it is made of, the words of one line are what a reader sees."""
    assert text_of(rendered(f"- {plain(text)}")).split() == text.split()


@pytest.mark.parametrize("text", ["@user", "see #12", "https://x.org", "www.x.org", ":smile:", "GH-12", "a@b.org"])
def test_nothing_is_linked_or_called(text: str) -> None:
    """What GitHub makes of plain words, it does not find in a text that a report gave."""
    assert text not in plain(text)
    assert text_of(rendered(plain(text))) == text


@pytest.mark.parametrize("text", ["pytest claims", "a `b` c", "``", "`", "echo '|' <b>", "two\nlines"])
def test_code_is_one_span_of_code(text: str) -> None:
    """Backticks within do not end it."""
    page = rendered(f"x {code(text)} y")
    [inner] = re.findall(r"<code>(.*)</code>", page)
    assert html.unescape(inner) == text.replace("\n", " ")


def test_steering_characters_are_left_out() -> None:
    """Text that would run backwards, or clear a terminal that shows the file."""
    assert plain("a\u202eb\x1b[2Jc\u200bd") == "a b \\[2Jc d"


def test_a_large_session_fits_a_comment() -> None:
    """Lists are cut until all fits, and say how much was left out; the head and the foot stay."""
    hostile = "@#|<>&*" * 100
    many = tuple(
        replace(refuted(number, statement=hostile), test=f"claims/test_x.py::test_y[{hostile}{number}]")
        for number in range(400)
    )
    text = summary_markdown(full_session(claims=many, missing=(hostile,) * 200), [hostile] * 300)
    assert len(text.encode()) <= LARGEST
    assert re.search(r"^- and \d+ more$", text, re.MULTILINE)
    assert "400 claims judged" in text
    assert text.endswith("Again: `pytest claims -n auto`\n")
