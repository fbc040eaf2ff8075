"""Links between files of the repository: each target exists, with the heading that the link names."""

import re
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

from documents import markdown

# Other hosts are not asked.
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//")


def broken(pages: list[Path], files: set[Path]) -> Iterator[tuple[Path, int, str]]:
    """Returns page, line and fault of each link that leads to none of `files`, or to a heading that is not there."""
    folders = {folder for file in files for folder in file.parents}
    for page in pages:
        for line, target in markdown.links(page.read_text(encoding="utf-8")):
            if ELSEWHERE.match(target):
                continue
            path, _, anchor = urllib.parse.unquote(target).partition("#")
            file = (page.parent / path).resolve() if path else page
            if file not in files and file not in folders:
                yield page, line, f"{target} does not exist"
            elif anchor and file.suffix == ".md" and anchor not in markdown.anchors(file.read_text(encoding="utf-8")):
                yield page, line, f"{target}: the page has no such heading"
