"""Keep pickles of others from running code here: while they are refused, only named objects can be loaded by one."""

import pickletools
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from typing import Any

from harness.base.errors import ExecutorError

_allowed: list[frozenset[tuple[str, str]]] = []  # one for each time that pickles are being refused
_watched: list[bool] = []  # not empty once the hook is in place


class RefusedPickle(ExecutorError, TypeError):  # noqa: N818 - says what happened, as the errors of verdicts do
    """A pickle asked for an object that is not allowed; nothing of it was executed."""


@contextmanager
def refusing_pickles(*allowed: tuple[str, str]) -> Iterator[None]:
    """Refuse, in all threads of this process, pickles that load any object but those allowed.

    A pickle can run code only through a function or class that it names, and Python tells of each before it is looked
    up (the audit event ``pickle.find_class``, whichever module unpickles). Plain numbers, texts and bytes name none.

    Parameters
    ----------
    allowed
        Module and name of what may be loaded.
    """
    if not _watched:
        sys.addaudithook(_refuse)  # for good: Python has no way to remove it
        _watched.append(True)
    entry = frozenset(allowed)
    _allowed.append(entry)
    try:
        yield
    finally:
        _allowed.remove(entry)


def error_in(pickle: bytes) -> str:
    """Return the kind of an error that was pickled, and what it says, read without unpickling it."""
    try:
        texts = [text for _, text, _ in pickletools.genops(pickle) if isinstance(text, str)]
    except ValueError:
        return "an error that cannot be read"
    kinds = [text for text in texts if re.fullmatch(r"[A-Z]\w*(Error|Exception|Worker)", text)]
    if not kinds:
        return "an error of unknown kind"
    after = takewhile(lambda text: text != "unpickle_traceback", texts[texts.index(kinds[0]) + 1 :])
    said = [text for text in after if text not in ("__dict__", "args", "tblib.pickling_support")]
    return ": ".join([kinds[0], *([", ".join(said)] if said else [])])


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "pickle.find_class" and any(arguments not in allowed for allowed in list(_allowed)):
        module, name = arguments
        raise RefusedPickle(f"refused to unpickle {module}.{name}: results of other machines are plain bytes")
