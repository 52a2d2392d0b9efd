"""What a claim about an effect comes to where nothing differs but the seed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.base.errors import ConfigError, RegisterError
from harness.judging.claim import Claim
from harness.judging.collected import collect_claims
from harness.judging.placebo import PlaceboEvidence, pinned, placebo_cells, refuse_pin
from harness.report.folder import ReportFolder
from harness.report.protocol_file import read_grid
from harness.report.reading import Pin, Reading
from harness.report.register import Finding, Register
from harness.sessions.session_file import read_session
from harness.verdicts.band import Band
from tests.builders.reports import QUICK, QUICK_TRAIN, REPORT, protocol_toml

MakeClaims = Callable[..., None]
TANH = Pin("activation", "tanh")
PLACEBO = REPORT.replace("margin = 0.1\n", 'margin = 0.1\nplacebo = { activation = "tanh" }\n')
EFFECT = """
@finding
def test_difference(evidence, judge):
    relu, tanh = evidence(activation="relu"), evidence(activation="tanh")
    judge(mean_over_seeds(1 + relu.final_test_loss - tanh.final_test_loss, "difference"))
"""
TRAIN_WITH_EFFECT = QUICK_TRAIN.replace(
    "0.6 + noise[1]", '0.6 + noise[1] + (config.activation == "relu") * (1 + noise[2])'
)


def folder_with(tmp_path: Path, protocol: str = QUICK) -> ReportFolder:
    """Return a report with a grid of two activations."""
    (tmp_path / "protocol.toml").write_text(protocol, encoding="utf-8")
    (tmp_path / "train.py").write_text(QUICK_TRAIN, encoding="utf-8")
    return ReportFolder(tmp_path, Register(tmp_path / "report.toml", "A", {}), read_grid(tmp_path / "protocol.toml"))


def claim_with(pin: Pin | None, parameters: dict[str, Any] | None = None) -> Claim:
    """Return a claim with this placebo, on runs alone unless it has a parameter that nobody gives."""

    def on_runs(evidence: Any, judge: Any) -> None:
        pass

    def on_more(evidence: Any, judge: Any, machine: Any) -> None:
        pass

    reading = Reading("x", "difference", Band(0.1, 1.0, "more"), None, placebo=pin)
    finding = Finding("a.b", "A", "So it is.", "independent", {}, {"x": reading}, ())
    return Claim("test_a.py::test", on_more if parameters else on_runs, {}, finding, reading)


def test_each_value_is_trained_apart_on_the_splits_of_the_claim(tmp_path: Path) -> None:
    """The pinned value keeps its own trainings, which are there already; another one has second ones."""
    grid = folder_with(tmp_path).grid
    assert pinned({"activation": "tanh"}, grid, TANH) == {"activation": "tanh", "splits": "many"}
    assert pinned({"activation": "relu", "epochs": 3}, grid, TANH) == {
        "activation": "tanh",
        "epochs": 3,
        "splits": "second",
    }
    assert placebo_cells([{"activation": "relu"}], grid, None) == []
    assert placebo_cells([{"activation": "relu"}], grid, TANH) == [{"activation": "tanh", "splits": "second"}]
    cells = [grid.cell(pinned({"activation": one}, grid, TANH)) for one in ("relu", "tanh")]
    assert cells[0].config == cells[1].config


@pytest.mark.parametrize(
    ("chosen", "problem"),
    [
        ({"activation": "relu", "splits": "crossed"}, "a claim that chooses its splits has no placebo"),
        ({"activation": "sigmoid"}, "activation is 'sigmoid'; the grid in .* has: relu, tanh"),
        ({}, "say which activation: relu, tanh"),
    ],
)
def test_what_has_no_placebo(tmp_path: Path, chosen: dict[str, str], problem: str) -> None:
    """The sentence of the grid where the claim itself is wrong."""
    with pytest.raises(ConfigError, match=problem):
        pinned(chosen, folder_with(tmp_path).grid, TANH)


def test_the_evidence_asks_for_the_pinned_cell(tmp_path: Path) -> None:
    """And hands out what comes."""
    asked = []

    def evidence(**chosen: Any) -> str:
        asked.append(chosen)
        return "runs"

    placebo = PlaceboEvidence(evidence, folder_with(tmp_path).grid, TANH)  # type: ignore[arg-type]
    assert placebo(activation="relu") == "runs"
    assert asked == [{"activation": "tanh", "splits": "second"}]


FIVE = QUICK.replace('["relu", "tanh"]', '["relu", "tanh", "elu", "gelu", "selu"]')


@pytest.mark.parametrize(
    ("pin", "protocol", "parameters", "problem"),
    [
        (Pin("width", "1"), QUICK, None, r"the grid in .* has no axis 'width'; it has: framework, task, activation"),
        (Pin("activation", "elu"), QUICK, None, r"activation is 'elu'; the grid in .* has: relu, tanh$"),
        (TANH, FIVE, None, r"activation has 5 values; a placebo takes an axis of at most 4$"),
        (TANH, QUICK, {"machine": 1}, r"needs trainings of its own, and a claim that rests on them alone; take it out"),
    ],
)
def test_a_placebo_that_cannot_be_trained(
    tmp_path: Path, pin: Pin, protocol: str, parameters: dict[str, Any] | None, problem: str
) -> None:
    """Refused with file, table and key, before anything is trained."""
    folder = folder_with(tmp_path, protocol)
    place = rf'report\.toml, table \[findings\."a\.b"\.readings\.x\], key \'placebo\': {problem}'
    with pytest.raises(RegisterError, match=place):
        refuse_pin(claim_with(pin, parameters), folder)
    refuse_pin(claim_with(None, parameters), folder)


def test_a_placebo_of_the_small_grid_is_fine(tmp_path: Path) -> None:
    """Nothing is said."""
    refuse_pin(claim_with(TANH), folder_with(tmp_path))


def test_one_split_for_all_seeds_has_no_placebo(tmp_path: Path) -> None:
    """Its second trainings would be on other splits."""
    one = '{ value = "one", origin = "stated", reason = "said so" }'
    folder = folder_with(tmp_path, protocol_toml(splits=one))
    with pytest.raises(RegisterError, match="needs a split of its own for each seed; set splits to 'many'"):
        refuse_pin(claim_with(TANH), folder)


def test_a_band_that_holds_the_placebo_is_refused(make_claims: MakeClaims, pytester: pytest.Pytester) -> None:
    """Both activations are trained alike, so the band around no difference holds with one activation as well."""
    make_claims(EFFECT, report=PLACEBO)
    result = pytester.runpytest("claims", "-p", "no:xdist")
    result.stdout.fnmatch_lines(
        [
            "*report.toml, table [[]findings.\"speed.faster\".readings.ratio[]], key 'low': the band also holds where "
            "nothing differs but the seed (activation tanh throughout): * lies within 0.9 to 1.1; give a band that "
            "excludes it"
        ]
    )
    assert result.ret != 0


def test_a_band_beyond_the_placebo_stands(make_claims: MakeClaims, pytester: pytest.Pytester) -> None:
    """The effect is in the band, the placebo is not; the verdict tells both, and the trainings were all planned."""
    make_claims(EFFECT, report=PLACEBO.replace("low = 0.9\nhigh = 1.1", "low = 1.5\nhigh = 3.0"))
    (pytester.path / "claims" / "train.py").write_text(TRAIN_WITH_EFFECT, encoding="utf-8")
    result = pytester.runpytest("claims", "-p", "no:xdist", "--claims-seeds", "5")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["Planned trainings: 15, of which 15 done now*"])
    (claim,) = read_session(pytester.path / "reports" / "claims.json").claims
    placebo = claim.verdict.placebo
    assert placebo is not None
    assert (placebo.pinned, placebo.outcome) == ("activation tanh", "refuted")
    assert claim.verdict.value == pytest.approx(2, abs=0.05)
    assert placebo.value == pytest.approx(1, abs=0.05)
    assert placebo.value != 1  # trained with another seed
    assert np.all([placebo.low < placebo.value, placebo.value < placebo.high])


def test_a_claim_on_splits_of_its_own_has_no_placebo(make_claims: MakeClaims, pytester: pytest.Pytester) -> None:
    """One sentence with file, table and key where the claim is judged, and no error of pytest where it is planned."""
    crossed = EFFECT.replace('="relu")', '="relu", splits="crossed")').replace('="tanh")', '="tanh", splits="crossed")')
    make_claims(crossed, report=PLACEBO)
    (pytester.path / "claims" / "train.py").write_text(TRAIN_WITH_EFFECT, encoding="utf-8")
    result = pytester.runpytest("claims", "-p", "no:xdist")
    result.stdout.fnmatch_lines(
        [
            "*report.toml, table [[]findings.\"speed.faster\".readings.ratio[]], key 'placebo': a claim that chooses "
            "its splits has no placebo; take it out"
        ]
    )
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


def test_a_placebo_is_refused_when_claims_are_collected(small_report: Path) -> None:
    """By whoever collects them, not only in a session."""
    file = small_report / "report.toml"
    file.write_text(PLACEBO.replace('activation = "tanh"', 'width = "1"'), encoding="utf-8")
    (small_report / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (small_report / "test_placebo_claims.py").write_text(
        'import pytest\n\n@pytest.mark.finding("speed.faster", reading="ratio")\n'
        "def test_a(evidence, judge):\n    pass\n",
        encoding="utf-8",
    )
    with pytest.raises(RegisterError, match="has no axis 'width'"):
        collect_claims(small_report)
