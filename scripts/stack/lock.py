"""Locks between commands that run at the same time in one checkout."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from stack import paths


@contextmanager
def held(name: str) -> Iterator[None]:
    """Waits until no other command holds the lock of this name, and holds it."""
    file = paths.TOOLS / "locks" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
