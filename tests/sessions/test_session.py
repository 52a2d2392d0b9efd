import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from harness.base.errors import SessionError
from harness.sessions.session import (
    SCHEMA_FILE,
    FindingNotes,
    JudgedClaim,
    Session,
    read_session,
    write_session,
)
from harness.verdicts.verdict import OUTCOMES, Band, Neighbour
from tests.builders.sessions import REPORT, full_claim, full_session, judged_claim
from tests.builders.specifications import specification_with


def refusal(plain: Any, file: Path) -> str:
    """Return what is said of a file that is no session."""
    file.write_text(plain if isinstance(plain, str) else json.dumps(plain), encoding="utf-8")
    with pytest.raises(SessionError) as raised:
        read_session(file)
    return str(raised.value)


def objects(schema: Any) -> list[dict[str, Any]]:
    """Return every part of a schema that describes an object with named fields."""
    parts = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    found = [inner for part in parts for inner in objects(part)]
    return [schema, *found] if isinstance(schema, dict) and isinstance(schema.get("properties"), dict) else found


SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))


def test_the_schema_is_one_and_says_what_every_field_is() -> None:
    """It is valid itself, allows no field that it does not name, needs every one, and describes each."""
    Draft202012Validator.check_schema(SCHEMA)
    described = objects(SCHEMA)
    assert len(described) == 13
    for part in described:
        assert part["additionalProperties"] is False
        assert sorted(part["required"]) == sorted(part["properties"])
        for name, field in part["properties"].items():
            assert field["description"].endswith("."), name


# There and back


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


# What is refused


def put(*path: str | int, value: Any) -> Callable[[Any], None]:
    """Return what puts a value at a place of a session's plain values."""

    def change(plain: Any) -> None:
        *way, last = path
        for step in way:
            plain = plain[step]
        plain[last] = value

    return change


@pytest.mark.parametrize(
    ("damage", "place", "reason"),
    [
        (put("claims", 0, "verdict", "outcome", value="maybe"), "$.claims[0].verdict.outcome", "'maybe' is not one of"),
        (put("claims", 0, "verdict", "value", value="1.5"), "$.claims[0].verdict.value", "'1.5' is not one of"),
        (put("claims", 0, "verdict", "value", value=None), "$.claims[0].verdict.value", "not of type 'number'"),
        (put("claims", 0, "verdict", "power", value="inf"), "$.claims[0].verdict.power", "'nan' was expected"),
        (put("claims", 0, "verdict", "p_refuted", value=1.5), "$.claims[0].verdict.p_refuted", "greater than"),
        (put("claims", 0, "verdict", "looks", value=[]), "$.claims[0].verdict.looks", "should be non-empty"),
        (put("claims", 0, "verdict", "cells", value="net1"), "$.claims[0].verdict.cells", "not of type 'array'"),
        (put("claims", 0, "verdict", "band", "low", value=True), "$.claims[0].verdict.band.low", "not of type"),
        (put("claims", 0, "expected", value=["supported"] * 2), "$.claims[0].expected", "non-unique"),
        (put("claims", 0, "figure", value="javascript:alert(1)"), "$.claims[0].figure", "does not match"),
        (put("claims", 0, "figure", value="/etc/passwd"), "$.claims[0].figure", "does not match"),
        (put("claims", 0, "mood", value="good"), "$.claims[0]", "'mood' was unexpected"),
        (put("readings", 0, "universes", value=[{}]), "$.readings[0].universes[0]", "is a required property"),
        (put("reports", 0, "choices", 0, "origin", value="guess"), "$.reports[0].choices[0].origin", "'guess'"),
        (put("environment", "cores", value=0), "$.environment.cores", "less than the minimum"),
        (put("environment", "packages", "numpy", value=2), "$.environment.packages.numpy", "not of type 'string'"),
        (put("started", value="yesterday"), "$.started", "does not match"),
        (put("needed", value=-1), "$.needed", "less than the minimum"),
        (put("needed", value=1.5), "$.needed", "not of type 'integer'"),
        (put("universes", value="some"), "$.universes", "'some' is not one of ['default', 'all']"),
        (put("schema", value=0), "$.schema", "5 was expected"),
        (put("schema", value=True), "$.schema", "5 was expected"),
        (lambda plain: plain.pop("environment"), "$", "'environment' is a required property"),
        (
            lambda plain: plain["claims"][0]["verdict"].pop("note"),
            "$.claims[0].verdict",
            "'note' is a required property",
        ),
    ],
)
def test_damage_is_named_with_file_and_place(
    damage: Callable[[Any], None], place: str, reason: str, tmp_path: Path
) -> None:
    """One sentence says which file is wrong, where in it, and what would be right."""
    plain = full_session().to_plain()
    damage(plain)
    file = tmp_path / "claims.json"
    said = refusal(plain, file)
    assert said.startswith(f"{file}, {place}: ")
    assert reason in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cannot be read (Expecting value"),
        ('{"schema": 1', "cannot be read (Expecting"),
        ('{"schema": NaN}', "cannot be read (NaN is no number in JSON)"),
        ("[" * 100_000, "cannot be read ("),
        ("[]", ", $: [] is not of type 'object'"),
        ('{"schema": 6}', "has schema 6, newer than this harness reads (5); update pytest-claims"),
    ],
)
def test_what_is_no_session_is_refused(text: str, reason: str, tmp_path: Path) -> None:
    """A file that is cut, is no JSON, or is from a newer harness."""
    assert reason in refusal(text, tmp_path / "claims.json")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Where it was looked for stands in the sentence."""
    with pytest.raises(SessionError, match=r"nowhere\.json: cannot be read"):
        read_session(tmp_path / "nowhere.json")


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are refused like what is no JSON."""
    (tmp_path / "claims.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(SessionError, match=r"claims\.json: cannot be read"):
        read_session(tmp_path / "claims.json")


def test_a_sentence_does_not_repeat_the_file(tmp_path: Path) -> None:
    """What is wrong may be large; its beginning and its end are shown."""
    plain = full_session().to_plain()
    plain["claims"] = {"long": "x" * 10_000}
    said = refusal(plain, tmp_path / "claims.json").removeprefix(str(tmp_path))
    assert len(said) < 300
    assert said.endswith("is not of type 'array'")


def test_a_session_that_cannot_be_written_leaves_the_last_one(tmp_path: Path) -> None:
    """A value that is no JSON raises before the file is touched."""
    file = tmp_path / "claims.json"
    write_session(full_session(), file)
    before = file.read_bytes()
    with pytest.raises((TypeError, ValueError)):
        write_session(replace(full_session(), seconds=math.nan), file)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]
