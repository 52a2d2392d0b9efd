from pathlib import Path

import pytest

from harness.base.errors import RegisterError
from harness.report.answers import WrittenAnswer
from harness.report.register import read_register
from tests.builders.reports import ANSWERED, REPORT

SECOND = REPORT[REPORT.index("[findings") :].replace("speed.faster", "speed.slower")


def written(folder: Path, text: str) -> Path:
    """Write a register."""
    file = folder / "report.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_an_answer_and_a_place_are_read(tmp_path: Path) -> None:
    """Both may be absent."""
    (without,) = read_register(written(tmp_path, REPORT)).findings.values()
    assert (without.answer, without.place) == (None, "")
    told = REPORT.replace('basis = "independent"', 'basis = "independent"\nplace = "second paragraph"') + ANSWERED
    (finding,) = read_register(written(tmp_path, told)).findings.values()
    assert finding.place == "second paragraph"
    assert finding.answer == WrittenAnswer("does not hold", "No: B is as fast.", "The ratio is 1.00.")
    noisy = told + 'also = "not decided"\n'
    (finding,) = read_register(written(tmp_path, noisy)).findings.values()
    assert finding.answer is not None
    assert finding.answer.verdicts == ("does not hold", "not decided")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'because = "The ratio is 1.00."\n',
            "",
            "[findings.\"speed.faster\".answer], key 'because': missing; give text",
        ),
        (
            "does not hold",
            "fails",
            "key 'verdict': is 'fails'; give one of: holds, does not hold, not decided, depends",
        ),
        ("because", "reason", "[findings.\"speed.faster\".answer], key 'because': missing"),
        ('text = "No', 'colour = "red"\ntext = "No', "key 'colour': unknown; known here: also, because, text, verdict"),
    ],
)
def test_a_wrong_answer_is_one_sentence(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    """With file, table and key."""
    with pytest.raises(RegisterError) as raised:
        read_register(written(tmp_path, REPORT + ANSWERED.replace(old, new)))
    assert str(raised.value).startswith(f"{tmp_path}/report.toml, table [findings.")
    assert sentence in str(raised.value)


@pytest.mark.parametrize("more", [ANSWERED, ""])
def test_all_findings_have_one_or_none(tmp_path: Path, more: str) -> None:
    """A page on which some are answered would leave its reader alone with the others."""
    text = REPORT + more + SECOND
    text = text if more else text.replace('basis = "independent"', 'basis = "independent"\nplace = "here"', 1)
    with pytest.raises(RegisterError) as raised:
        read_register(written(tmp_path, text))
    key = "answer" if more else "place"
    assert f'table [findings."speed.slower"], key {key!r}: missing, though other findings have one; ' in str(
        raised.value
    )
