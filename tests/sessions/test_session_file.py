import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from harness.base.errors import SessionError
from harness.sessions.session_file import SCHEMA_FILE, read_session, write_session
from tests.builders.sessions import full_session


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
