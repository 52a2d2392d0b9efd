"""The reconstructions that a task's open choices allow."""

from typing import Any

Answers = dict[str, Any]
Candidate = tuple[int, ...]
