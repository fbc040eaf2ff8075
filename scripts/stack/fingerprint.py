"""Content hashes that show whether finished work is still valid."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from stack import paths

IGNORED_FOLDERS = {"target", "node_modules", "dist", "__pycache__", ".aws-sam"}


def of_files(roots: Iterable[Path]) -> str:
    """Returns a hash of all files below the roots: names and contents, not times, so that a fresh clone is equal."""
    digest = hashlib.sha256()
    for file in sorted(_files(roots)):
        digest.update(f"{os.path.relpath(file, paths.ROOT)}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def of_text(*texts: str) -> str:
    """Returns a hash of the texts, in their order."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(hashlib.sha256(text.encode()).digest())
    return digest.hexdigest()


def sha256(text: str) -> str:
    """Returns the SHA-256 of a text, in lower-case hex."""
    return hashlib.sha256(text.encode()).hexdigest()


class Stamp:
    """A file with the hash of the last finished work."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def matches(self, fingerprint: str) -> bool:
        """Returns whether the work was done for this input."""
        return self.file.is_file() and self.file.read_text() == fingerprint

    def write(self, fingerprint: str) -> None:
        """Records that the work is done."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(fingerprint)

    def clear(self) -> None:
        """Removes the record before the work is repeated, so that an interruption does not leave it."""
        self.file.unlink(missing_ok=True)


def _files(roots: Iterable[Path]) -> Iterable[Path]:
    for root in roots:
        if root.is_file():
            yield root
        elif root.is_dir():
            for entry in root.iterdir():
                if entry.name not in IGNORED_FOLDERS:
                    yield from _files([entry])
