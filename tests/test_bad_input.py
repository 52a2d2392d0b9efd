"""Whatever stands in the files of a report, reading them ends well or in one line that names file, table and key."""

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.broken_files import FLOWERS, WHOLE, complaint, documents, places, toml_of

PLACES = {name: list(places(document)) for name, document in documents().items()}
LONG = "x" * 10_000
texts = st.text(max_size=20) | st.sampled_from(
    ["", LONG, "../../etc/passwd", "/etc/passwd", "<script>", "\u202egnp", "a\nb", "\x1b[31m", "\0", "1e999999", "nan"]
)
plain = (
    st.none()  # stands for: leave the key out
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**63, -(10**400), 10**30])
    | st.floats()
    | texts
    | st.dates()
    | st.datetimes()
    | st.times()
)
values = st.recursive(
    plain.filter(lambda value: value is not None),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
bounded = settings(
    max_examples=250,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a data file, in which broken files can be written."""
    (tmp_path / "flowers.csv").write_text(FLOWERS)
    return tmp_path


def broken(name: str, place: tuple[str | int, ...], how: str, value: Any) -> str:
    """Return a whole file in which one thing is left out, replaced, renamed, wrapped or joined by another."""
    document = documents()[name]
    inside: Any = document
    for step in place[:-1]:
        inside = inside[step]
    last: Any = place[-1]
    if how == "left out":
        del inside[last]
    elif how == "replaced":
        inside[last] = value
    elif how == "in a list":
        inside[last] = [inside[last]]
    elif how == "in a table":
        inside[last] = {str(last): inside[last]}
    elif how == "twice" and isinstance(inside, list):
        inside.append(copy.deepcopy(inside[last]))
    elif isinstance(inside, dict):  # renamed, or joined by another
        inside[str(value)[:50]] = inside.pop(last) if how == "renamed" else value
    return toml_of(document)


hows = st.sampled_from(["left out", "replaced", "in a list", "in a table", "twice", "renamed", "joined"])


@bounded
@given(data=st.data(), name=st.sampled_from(sorted(WHOLE)), how=hows, value=values)
def test_a_changed_file_is_read_or_refused_in_one_line(
    folder: Path, data: st.DataObject, name: str, how: str, value: Any
) -> None:
    """One change anywhere in a file of the report."""
    place = data.draw(st.sampled_from(PLACES[name]))
    complaint(folder, name, broken(name, place, how, value).encode())


@bounded
@given(name=st.sampled_from(sorted(WHOLE)), start=st.integers(0, 5_000), end=st.integers(0, 5_000), noise=st.binary())
def test_a_torn_file_is_read_or_refused_in_one_line(
    folder: Path, name: str, start: int, end: int, noise: bytes
) -> None:
    """A part of a file is cut out, and any bytes stand in its place."""
    content = WHOLE[name].encode()
    complaint(folder, name, content[:start] + noise + content[end:])
