"""When Python looks for what can be thrown away."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def all_kept() -> Iterator[None]:
    """Let Python not look for what can be thrown away: where nothing can as yet, it would look again and again."""
    looks = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looks:
            gc.enable()


@contextmanager
def kept_for_good() -> Iterator[None]:
    """Let Python not look, nor look later at what there is by the end: what is imported is never thrown away."""
    with all_kept():
        yield
        gc.freeze()
