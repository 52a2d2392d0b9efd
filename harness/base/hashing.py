"""Digests that are the same in every process, of plain values and of files."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def content_digest(content: Any) -> str:
    """Return the SHA-256 (hexadecimal) of the canonical JSON of `content`."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(files: Iterable[Path]) -> str:
    """Return a digest of the contents of files, whatever their order."""
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
