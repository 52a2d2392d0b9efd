"""What earlier editions wrote of a session, as this one writes it."""

from collections.abc import Mapping
from typing import Any

SCHEMA = 5


def migrated(plain: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what `Session.to_plain` wrote in an earlier edition as this one writes it; anything else as it is."""
    if plain.get("schema") == 1 and "holes" in plain:
        plain = {**_renamed(plain), "schema": 2}
    if plain.get("schema") == 2 and "readings" in plain:
        plain = {**_with_roles(plain), "schema": 3, "findings": []}
    if plain.get("schema") == 3 and isinstance(plain.get("reports"), list):
        plain = {**plain, "schema": 4, "reports": [_with_notes(one) for one in plain["reports"]]}
    if plain.get("schema") == 4 and "readings" in plain:
        plain = {**_with_premises(plain), "schema": SCHEMA}
    return plain


def _with_premises(plain: Any) -> Any:
    """Return what was written when no finding had a premise, and no claim a placebo."""
    if isinstance(plain, Mapping):
        told = {name: _with_premises(value) for name, value in plain.items()}
        if "needs" in told:
            told["premise"] = ""
            told |= {"placebo": None} if "band" in told else {}
        return told
    return [_with_premises(one) for one in plain] if isinstance(plain, list) else plain


def _with_notes(report: Any) -> Any:
    return {**report, "notes": []} if isinstance(report, Mapping) else report


# Names of schema 1, with what took their place.
_NAMES = {"holes": "missing", "frameworks": "trainers", "provenance": "origin"}
_BASES = {"held out": "independent", "calibrated": "fitted"}


def _renamed(plain: Any) -> Any:
    """Return what an earlier edition wrote, with the names of this one at any depth."""
    if isinstance(plain, Mapping):
        told = {_NAMES.get(name, name): _renamed(value) for name, value in plain.items()}
        return {**told, "basis": _BASES.get(told["basis"], told["basis"])} if "basis" in told else told
    return [_renamed(one) for one in plain] if isinstance(plain, list) else plain


def _with_roles(plain: Any) -> Any:
    """Return what was written when each reading was a verdict of its own: all of them count as alternatives.

    Nothing was said then of neighbouring conventions.
    """
    if isinstance(plain, Mapping):
        told = {name: _with_roles(value) for name, value in plain.items()}
        if "needs" in told:
            told["role"] = "alternative"
            told |= {"neighbours": []} if "band" in told else {"fragile": [], "of_one_draw": False}
        return told
    return [_with_roles(one) for one in plain] if isinstance(plain, list) else plain
