"""TypeScript in Markdown: fenced blocks that name a file, such as ```` ```ts client.ts ````."""

import re

from stack import console

FENCE = re.compile(r"^```(tsx?)[ \t]+(\S+)[ \t]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*\.tsx?")
# Names of generated files in the same folder.
TAKEN = {"api.ts", "answers.ts"}


def files(markdown: str) -> dict[str, str]:
    """Returns the text of each file: its blocks, in their order."""
    texts: dict[str, str] = {}
    for kind, name, text in FENCE.findall(markdown):
        if not FILE_NAME.fullmatch(name) or not name.endswith(f".{kind}") or name in TAKEN:
            raise console.Failure(f"a block of {kind} cannot be the file {name}", "Name another file after its ```.")
        texts[name] = texts.get(name, "") + text
    return texts
