from harness.base.errors import LONGEST, HarnessError, on_one_line


def test_an_error_is_one_line() -> None:
    """Whatever it quotes: a terminal shows escapes instead of doing what they say."""
    assert str(HarnessError("a\nb \x1b[31m \u202egnp é \U0001f40d")) == "a\\nb \\x1b[31m \\u202egnp é \U0001f40d"


def test_an_error_is_no_page() -> None:
    """Of a sentence around something long, both ends stay: where it is, and what would be right."""
    text = on_one_line(f"file, key 'a': is {'x' * 100_000}; give text")
    assert len(text) < LONGEST
    assert text.startswith("file, key 'a': is xxx")
    assert text.endswith("xxx; give text")
    assert on_one_line("x" * LONGEST) == "x" * LONGEST
