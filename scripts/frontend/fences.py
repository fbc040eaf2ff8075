"""TypeScript in Markdown: each block names the file that it is part of, such as `file=frontend/examples/a.ts#provider`.

The file is compiled and tested in its folder. After the hash comes the name of a region, which is between
`// #region provider` and `// #endregion`; without one the block is the whole file.
"""

import re
import textwrap

from stack import console, paths

FENCE = re.compile(r"^```(tsx?)([^\n]*)\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
SOURCE = re.compile(r" file=([\w./\[\]-]+)(?:#([\w-]+))?")
MARKER = re.compile(r"^[ \t]*// #(?:end)?region\b.*\n", re.MULTILINE)


def filled(markdown: str) -> str:
    """Returns the page with the code that the files have now."""
    return FENCE.sub(_block, markdown)


def _block(fence: re.Match[str]) -> str:
    language, info, _ = fence.groups()
    source = SOURCE.fullmatch(info)
    if source is None:
        raise console.Failure(f"this block names no file: ```{language}{info}", "Write file=PATH#REGION after it.")
    path, name = source.groups()
    return f"```{language}{info}\n{_code(path, name)}```"


def _code(path: str, name: str | None) -> str:
    file = (paths.ROOT / path).resolve()
    if not file.is_file() or not file.is_relative_to(paths.ROOT):
        raise console.Failure(f"a block names the file {path}, which does not exist")
    text = file.read_text()
    return region(text, name, path) if name else MARKER.sub("", text)


def region(text: str, name: str, path: str) -> str:
    """Returns a region of a file, without the markers and its indentation."""
    pattern = rf"^[ \t]*// #region {re.escape(name)}\n(.*?)^[ \t]*// #endregion$"
    found = re.search(pattern, text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise console.Failure(f"{path} has no region {name}")
    return textwrap.dedent(MARKER.sub("", found[1]))
