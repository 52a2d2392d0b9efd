"""JSON with a digest of its content, so that damage is found before anything is read from it."""

import json
from typing import Any

from harness.base.errors import StoreError
from harness.base.hashing import content_digest

SCHEMA = 1


def seal(content: Any) -> bytes:
    """Return a file's bytes for plain JSON values."""
    return json.dumps({"schema": SCHEMA, "sha256": content_digest(content), "content": content}).encode()


def unseal(payload: bytes, place: str) -> Any:
    """Return the content that `seal` was given.

    Parameters
    ----------
    place
        Where the bytes come from, for errors.

    Raises
    ------
    StoreError
        If a newer version of the harness wrote them.
    ValueError
        If they are damaged.
    """
    try:
        document = json.loads(payload)
    except RecursionError as reason:
        raise ValueError("it is nested deeper than any sealed file") from reason
    if not (isinstance(document, dict) and document.keys() == {"schema", "sha256", "content"}):
        raise ValueError("it has not the fields of a sealed file")
    if isinstance(document["schema"], int) and document["schema"] > SCHEMA:
        raise StoreError(
            f"{place} have schema {document['schema']}, newer than this harness reads ({SCHEMA}); "
            "update pytest-claims or give another folder for the store"
        )
    if document["schema"] != SCHEMA or document["sha256"] != content_digest(document["content"]):
        raise ValueError("its checksum does not match")
    return document["content"]
