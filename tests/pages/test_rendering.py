import math

import jinja2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.pages.rendering import TEMPLATES, _environment, anchor, compile_templates, interval, number, visible

TEXTS = st.text(st.characters(), max_size=40)


@given(TEXTS)
@example("a\u202eb\ud800\x00")
def test_visible_text_can_be_written_and_does_not_reorder(text: str) -> None:
    """Whatever a text holds, UTF-8 takes it, and no character of it hides or reorders its neighbours."""
    shown = visible(text)
    assert shown.encode().decode() == shown
    assert not set(shown) & set("\x00\x1b\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_what_is_hidden_is_named() -> None:
    """A reader sees which character stands there; line feeds, emoji and other scripts stay as they are."""
    assert visible("a\u202eb") == "a[U+202E]b"
    assert visible("one\ntwo 👩‍🔬 שלום") == "one\ntwo 👩‍🔬 שלום"


@given(st.lists(TEXTS, min_size=1, max_size=2), st.lists(TEXTS, min_size=1, max_size=2))
@example(["a b"], ["a-b"])
@example(["a:b"], ["a", "b"])
def test_other_names_have_other_anchors(one: list[str], other: list[str]) -> None:
    """Names and anchors go one to one, and an anchor needs no escape in an address."""
    assert (anchor(*one) == anchor(*other)) == (one == other)
    assert all(character.isascii() and (character.isalnum() or character in "._-:") for character in anchor(*one))


def test_plain_names_are_their_own_anchors() -> None:
    """An address can be written by hand."""
    assert anchor("speed.faster", "ratio") == "speed.faster:ratio"


def test_numbers_read_as_in_print() -> None:
    """Four digits, a true minus sign, an infinity sign, a dash where there is no number."""
    assert [number(value) for value in (-1.23456, math.inf, -math.inf, math.nan, 2e-6)] == [
        "−1.235",
        "∞",
        "−∞",
        "–",
        "2e−06",
    ]
    assert interval(1, 0.5, math.inf) == "1 [0.5, ∞]"


def test_templates_are_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was compiled beforehand is not when a page is made; without that it would be."""
    compile_templates()
    names = [file.name for file in TEMPLATES.glob("*.jinja")]
    assert "index.html.jinja" in names
    compiled: list[str] = []
    compile_one = jinja2.Environment.compile

    def compile_noted(environment: jinja2.Environment, source: str, name: str, filename: str) -> object:
        compiled.append(name)
        return compile_one(environment, source, name, filename)

    monkeypatch.setattr(jinja2.Environment, "compile", compile_noted)
    for name in names:
        _environment().get_template(name)
    assert compiled == []
    assert _environment().cache is not None
    _environment().cache.clear()
    _environment().get_template("index.html.jinja")
    assert "index.html.jinja" in compiled
