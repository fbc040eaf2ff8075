"""Content hashes that say whether work already done still holds."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from stack import paths

IGNORED_FOLDERS = {"target", "node_modules", "__pycache__", ".aws-sam"}


def of_files(roots: Iterable[Path]) -> str:
    """The hash of every file below the roots: names and contents, not times, so that a fresh clone counts as equal."""
    digest = hashlib.sha256()
    for file in sorted(_files(roots)):
        digest.update(f"{os.path.relpath(file, paths.ROOT)}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def of_text(*texts: str) -> str:
    """The hash of some texts, in their order."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(hashlib.sha256(text.encode()).digest())
    return digest.hexdigest()


def sha256(text: str) -> str:
    """The plain SHA-256 of a text, in lower-case hex."""
    return hashlib.sha256(text.encode()).hexdigest()


class Stamp:
    """Remembers the hash of what was last done, and is written only after it was done."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def matches(self, fingerprint: str) -> bool:
        """Whether the work was done for this very input."""
        return self.file.is_file() and self.file.read_text() == fingerprint

    def write(self, fingerprint: str) -> None:
        """The work is done."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(fingerprint)

    def clear(self) -> None:
        """The work is about to be redone; an interruption must not leave the old word standing."""
        self.file.unlink(missing_ok=True)


def _files(roots: Iterable[Path]) -> Iterable[Path]:
    for root in roots:
        if root.is_file():
            yield root
        elif root.is_dir():
            for entry in root.iterdir():
                if entry.name not in IGNORED_FOLDERS:
                    yield from _files([entry])
