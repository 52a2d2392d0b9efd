import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from harness.sessions.report_under_test import FindingNotes
from harness.sessions.session import JudgedClaim, Session
from harness.sessions.session_file import SCHEMA_FILE, read_session, write_session
from harness.verdicts.band import OUTCOMES, Band
from harness.verdicts.verdict import Neighbour
from tests.builders.sessions import REPORT, full_claim, full_session, judged_claim
from tests.builders.specifications import specification_with

SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
EARLIER = {"missing": "holes", "trainers": "frameworks", "origin": "provenance"}
EARLIER_BASES = {"independent": "held out", "fitted": "calibrated"}


def earlier(plain: Any) -> Any:
    """Return what an edition before this one wrote: some names were others."""
    if isinstance(plain, dict):
        told = {EARLIER.get(name, name): earlier(value) for name, value in plain.items()}
        return {**told, "basis": EARLIER_BASES[told["basis"]]} if "basis" in told else told
    return [earlier(one) for one in plain] if isinstance(plain, list) else plain


def without_roles(plain: Any) -> Any:
    """Return what was written before readings had a role, and neighbouring conventions."""
    if isinstance(plain, dict):
        later = ("role", "neighbours", "fragile", "of_one_draw", "placebo", "premise")
        return {name: without_roles(value) for name, value in plain.items() if name not in later}
    return [without_roles(one) for one in plain] if isinstance(plain, list) else plain


@pytest.mark.parametrize("basis", ["independent", "fitted"])
def test_a_session_of_an_earlier_edition_is_read(tmp_path: Path, basis: str) -> None:
    """From its file and from a history, as if this edition had written it."""
    # Each reading was a verdict of its own.
    whole = full_session(claims=(full_claim(basis=basis, role="alternative"),), missing=("A worker died.",))
    before = {**without_roles(earlier(whole.to_plain())), "schema": 1}
    del before["findings"]
    for report in before["reports"]:
        del report["notes"]
    assert (before["holes"], before["claims"][0]["verdict"]["frameworks"]) == (["A worker died."], ["torch"])
    file = tmp_path / "claims.json"
    file.write_text(json.dumps(before), encoding="utf-8")
    assert read_session(file).to_plain() == whole.to_plain()
    assert Session.from_plain(before).to_plain() == whole.to_plain()


def without_premises(plain: Any) -> Any:
    """Return what was written before findings had a premise, and claims a placebo."""
    if isinstance(plain, dict):
        return {name: without_premises(value) for name, value in plain.items() if name not in ("placebo", "premise")}
    return [without_premises(one) for one in plain] if isinstance(plain, list) else plain


def test_a_session_without_premises_is_read(tmp_path: Path) -> None:
    """No finding had one, and no claim a placebo."""
    whole = full_session()
    before = {**without_premises(whole.to_plain()), "schema": 4}
    (tmp_path / "claims.json").write_text(json.dumps(before), encoding="utf-8")
    assert read_session(tmp_path / "claims.json").to_plain() == whole.to_plain()


def test_a_session_of_the_edition_before_has_no_notes(tmp_path: Path) -> None:
    """Nor any answer that could be outdated."""
    before = {**without_premises(full_session().to_plain()), "schema": 3}
    for report in before["reports"]:
        del report["notes"]
    (tmp_path / "claims.json").write_text(json.dumps(before), encoding="utf-8")
    assert read_session(tmp_path / "claims.json").notes == {}


@pytest.mark.parametrize(
    ("verdicts", "outdated"), [((), 0), (("holds",), 0), (("depends", "holds"), 0), (("depends",), 1)]
)
def test_an_answer_is_outdated_if_it_was_written_for_another_verdict(verdicts: tuple[str, ...], outdated: int) -> None:
    """Where nobody wrote one, or it was written for this one, nothing is wrong; notes survive the file."""
    claim = judged_claim("a")
    note = FindingNotes(finding=claim.verdict.finding, place="here", verdicts=verdicts, answer="So.", because="It is.")
    session = full_session(claims=(claim,), reports=(replace(REPORT, notes=(note,)),))
    assert len(session.outdated_answers) == outdated
    assert Session.from_plain(session.to_plain()).notes == {note.finding: note}


NEIGHBOUR = Neighbour("a band of 0.6 to 1", "refuted", 1.0, 0.001)


def test_a_session_survives_its_file(tmp_path: Path) -> None:
    """What is read is what was written, with universes, holes and numbers that are not finite."""
    curve = [
        specification_with(),
        specification_with(universe="wine", outcome="refuted", value=math.nan, high=math.inf),
    ]
    whole = full_session(
        claims=(
            full_claim("a", value=math.nan, low=-math.inf, high=math.inf, power=math.nan, neighbours=(NEIGHBOUR,)),
            full_claim("b", outcome="refuted", finding="x.y", band=Band(0.5, math.inf, "open above")),
        ),
        universes="all",
        specified={("optimizers.adam-rmsprop-level", "loss"): curve},
        missing=("Collected but never reported: c.",),
    )
    write_session(whole, tmp_path / "claims.json")
    again = read_session(tmp_path / "claims.json")
    assert again.to_plain() == whole.to_plain()
    assert again.claims[1] == whole.claims[1]
    assert (again.environment, again.reports, again.missing) == (whole.environment, whole.reports, whole.missing)
    assert [one.universe for one in again.specified["optimizers.adam-rmsprop-level", "loss"]] == ["default", "wine"]
    assert math.isnan(again.claims[0].verdict.power)
    assert again.judgements[1] == whole.judgements[1]


numbers = st.floats() | st.integers(-(10**6), 10**6).map(float)
proportions = st.floats(0, 1)
judged = st.builds(
    full_claim,
    test=st.text(min_size=1),
    outcome=st.sampled_from(OUTCOMES),
    finding=st.text(min_size=1),
    reading=st.text(min_size=1),
    statement=st.text(),
    value=numbers,
    low=numbers,
    high=numbers,
    p_supported=proportions,
    p_refuted=proportions,
    power=proportions | st.just(math.nan),
    band=st.builds(Band, numbers, numbers, st.text()),
    looks=st.lists(st.integers(0, 1000), min_size=1).map(tuple),
    basis=st.sampled_from(("independent", "fitted")),
)


@given(st.lists(judged, max_size=3, unique_by=lambda one: one.test), st.lists(st.text(min_size=1)).map(tuple))
def test_every_session_is_valid_and_reads_the_same(claims: list[JudgedClaim], arguments: tuple[str, ...]) -> None:
    """Whatever texts and numbers a session holds, its JSON is of the schema and gives the session back."""
    whole = full_session(claims=tuple(claims), arguments=arguments)
    plain = json.loads(json.dumps(whole.to_plain(), allow_nan=False))
    Draft202012Validator(SCHEMA).validate(plain)
    assert Session.from_plain(plain).to_plain() == plain
