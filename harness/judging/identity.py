"""Which claim a test is: its node id, without what other plugins add to it.

A plugin may parametrize every test, as pytest-repeat does with ``--count 2`` to run each twice. Such items are
repetitions of one claim: they differ in nothing that the claim asks for, so they have one verdict, one record in the
register and one history.
"""

from collections.abc import Iterator
from typing import Any

import pytest


def claim_id(item: pytest.Item) -> str:
    """Return the node id of a claim with no parameters but its own.

    Its own are those that it, or a fixture that it asks for, has by name; marks, the report's fixtures and its
    conftest give such. A parameter of no such name does not reach it.
    """
    callspec = getattr(item, "callspec", None)
    if callspec is None:
        return item.nodeid
    known = set(getattr(item, "fixturenames", callspec.params))
    calls = list(_calls(item, callspec.params))
    ids = list(getattr(callspec, "_idlist", ()))
    if len(ids) != len(calls) or all(name in known for name in callspec.params):
        return item.nodeid  # pytest does not say which part of it stands for what, or all of it is the claim's
    case = "-".join(one for one, names in zip(ids, calls, strict=True) if known.issuperset(names))
    function = item.nodeid.removesuffix(f"[{callspec.id}]")
    return f"{function}[{case}]" if case else function


def marked_parameters(item: pytest.Item) -> Iterator[tuple[list[str], list[str]]]:
    """Return for each mark that parametrizes a test the names that it gives, and which of these go to fixtures."""
    for marker in item.iter_markers("parametrize"):
        given = dict(zip(("argnames", "argvalues", "indirect"), marker.args, strict=False)) | dict(marker.kwargs)
        told, indirect = given["argnames"], given.get("indirect", False)
        names = [name.strip() for name in told.split(",") if name.strip()] if isinstance(told, str) else list(told)
        yield names, names if indirect is True else list(indirect or ())


def _calls(item: pytest.Item, parameters: dict[str, Any]) -> Iterator[list[str]]:
    """Return parameters in their order, together where one mark gave them: each such group has one part of the id."""
    together = {names[0]: names for names, _ in marked_parameters(item) if names}
    left = list(parameters)
    while left:
        names = together.get(left[0], left[:1])
        yield names
        left = left[len(names) :]
