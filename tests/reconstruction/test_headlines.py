"""What the plausible reconstructions said is kept beside the report, and known to be outdated."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.base.errors import RegisterError
from harness.reconstruction import headlines
from harness.reconstruction.headlines import Headline, read_headlines, write_headlines
from harness.report.folder import ReportFolder, open_folder
from harness.verdicts.band import Outcome
from tests.builders.reports import PROTOCOL, REPORT

KEY = ("speed.faster", "ratio")
HELD = Headline(text="holds in all plausible reconstructions", numbers="3 supported", most="supported")
FILE = """judged = "2026-11-27"

[findings."speed.faster".ratio]
text = "holds in all plausible reconstructions"
numbers = "3 supported"
most = "supported"
made_for = "before"
"""


def opened(folder: Path) -> ReportFolder:
    """Return a report as another process would read it."""
    open_folder.cache_clear()
    headlines._sources.cache_clear()
    return open_folder(folder)


@pytest.fixture
def report(tmp_path: Path) -> ReportFolder:
    """Return a small report with a file of claims and universes."""
    (tmp_path / "report.toml").write_text(REPORT, encoding="utf-8")
    (tmp_path / "protocol.toml").write_text(PROTOCOL, encoding="utf-8")
    (tmp_path / "reconstruction.toml").write_text("", encoding="utf-8")
    (tmp_path / "test_speed.py").write_text("", encoding="utf-8")
    return opened(tmp_path)


@pytest.mark.parametrize("most", ["supported", "refuted", "inconclusive", None])
def test_what_was_found_is_read_again(report: ReportFolder, most: Outcome | None) -> None:
    """With its day, and not outdated as long as nothing changes."""
    found = replace(HELD, most=most, text='"depends" on\nall')
    write_headlines(report, {KEY: found}, "2026-11-27")
    assert read_headlines(opened(report.path)) == {KEY: replace(found, judged="2026-11-27")}


def test_before_the_first_session_in_all_universes_nothing_is_known(report: ReportFolder) -> None:
    """No file, no headline."""
    assert read_headlines(report) == {}


def appends(name: str, text: str) -> Callable[[Path], None]:
    """Return a change that appends to a file."""

    def change(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return change


def new_band(folder: Path) -> None:
    """Widen the band of the reading."""
    register = folder / "report.toml"
    text = register.read_text(encoding="utf-8")
    assert "low = 0.9" in text
    register.write_text(text.replace("low = 0.9", "low = 0.8"), encoding="utf-8")


def new_title(folder: Path) -> None:
    """Change a sentence that no verdict rests on."""
    register = folder / "report.toml"
    text = register.read_text(encoding="utf-8")
    register.write_text(text.replace('title = "A small report"', 'title = "Another"'), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "outdated"),
    [
        (appends("test_speed.py", "\n"), True),
        (appends("helpers.py", "\n"), True),
        (appends("reconstruction.toml", "\n"), True),
        (new_band, True),
        (new_title, False),
        (appends("notes.md", "\n"), False),
    ],
    ids=["claims", "module", "universes", "band", "title", "notes"],
)
def test_a_change_makes_headlines_outdated(
    report: ReportFolder, change: Callable[[Path], None], outdated: bool
) -> None:
    """One of the reading, of the claims or of the universes; not one of words."""
    write_headlines(report, {KEY: HELD}, "2026-11-27")
    change(report.path)
    assert read_headlines(opened(report.path))[KEY].outdated is outdated


def test_readings_that_are_gone_are_left_out(report: ReportFolder) -> None:
    """A finding or a reading that the register has no more is spoken of nowhere."""
    gone = FILE.replace("speed.faster", "speed.gone") + FILE.partition("\n\n")[2].replace(".ratio]", ".gone]")
    (report.path / "headlines.toml").write_text(gone, encoding="utf-8")
    assert read_headlines(report) == {}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('judged = "2026-11-27"', "", "top level, key 'judged': missing; give text"),
        (
            'most = "supported"',
            'most = "all"',
            "is 'all'; give one of: supported, refuted, inconclusive, none",
        ),
        ('made_for = "before"', "made_for = 3", "key 'made_for': is 3; give text"),
        ("numbers", "number", "key 'numbers': missing; give text"),
        ("most", "colour = 1\nmost", "key 'colour': unknown; known here: made_for, most, numbers, text"),
    ],
)
def test_a_malformed_file_is_refused(report: ReportFolder, old: str, new: str, sentence: str) -> None:
    """In one sentence, with file, table and key."""
    file = report.path / "headlines.toml"
    file.write_text(FILE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RegisterError) as caught:
        read_headlines(report)
    assert str(caught.value).startswith(str(file))
    assert sentence in str(caught.value)


def test_a_file_that_cannot_be_written_is_said(report: ReportFolder) -> None:
    """With the reason."""
    (report.path / "headlines.toml").mkdir()
    with pytest.raises(RegisterError, match=r"headlines.toml cannot be written \(.*\); what universes say is not kept"):
        write_headlines(report, {KEY: HELD}, "2026-11-27")


@pytest.mark.parametrize(
    ("outcome", "most", "disagrees"),
    [
        ("supported", "refuted", True),
        ("refuted", "supported", True),
        ("refuted", "refuted", False),
        ("inconclusive", "refuted", False),
        ("supported", "inconclusive", False),
        ("supported", None, False),
    ],
)
def test_the_default_may_disagree_with_most(outcome: Outcome, most: Outcome | None, disagrees: bool) -> None:
    """Only where it says the opposite; inconclusive disagrees with nobody."""
    assert replace(HELD, most=most).disagrees_with(outcome) is disagrees
