"""Pages whose code blocks are parts of tested files."""

from collections.abc import Iterator
from pathlib import Path

from stack import paths


def pages() -> Iterator[Path]:
    """Returns the pages of docs/, and those beside the packages and examples."""
    yield from sorted((paths.ROOT / "docs").rglob("*.md"))
    frontend = paths.ROOT / "frontend"
    for pattern in ("*.md", "packages/*/*.md", "examples/*/*.md"):
        yield from sorted(frontend.glob(pattern))
