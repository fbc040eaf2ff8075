"""Code in the pages that no test compiles: it can be parsed, and the targets of make exist.

TypeScript is part of compiled files (scripts/tests/test_fences.py), and Rust is a documentation test.
"""

import json
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

BLOCK = re.compile(r"^( *)``` ?(\S*)[^\n]*\n(.*?)^\1```[ \t]*$", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"(?:^|&& |\| )make ([a-z][a-z-]*)", re.MULTILINE)
PLACEHOLDER = re.compile(r"<[A-Za-z-]+>")


def faults(text: str, targets: set[str]) -> Iterator[tuple[int, str]]:
    """Returns line and fault of each block that cannot be parsed, or that names no target of make."""
    for block in BLOCK.finditer(text):
        _, language, code = block.groups()
        line = text.count("\n", 0, block.start()) + 1
        if language not in PARSERS:
            yield line, f"a block of the language {language or '(none)'} is not checked"
        elif problem := PARSERS[language](code):
            yield line, problem
        if language == "sh":
            for target in TARGET.findall(code):
                if target not in targets:
                    yield line, f"make {target}: there is no such target"


def _json(code: str) -> str:
    try:
        json.loads(code)
    except ValueError as error:
        return str(error)
    return ""


def _yaml(code: str) -> str:
    try:
        yaml.compose(code)
    except yaml.YAMLError as error:
        return str(error)
    return ""


def _shell(code: str) -> str:
    return _parsed(["bash", "-n"], PLACEHOLDER.sub("placeholder", code))


def _javascript(code: str) -> str:
    with tempfile.NamedTemporaryFile("w", suffix=".mjs") as file:
        file.write(code)
        file.flush()
        return _parsed(["node", "--check", file.name], "")


def _parsed(command: list[str], code: str) -> str:
    result = subprocess.run(command, input=code, capture_output=True, text=True, check=False)
    return result.stderr.strip() if result.returncode else ""


def _anything(_: str) -> str:
    return ""


PARSERS: dict[str, Callable[[str], str]] = {
    "csv": _anything,
    "js": _javascript,
    "json": _json,
    "rust": _anything,
    "sh": _shell,
    "text": _anything,
    "ts": _anything,
    "tsx": _anything,
    "yaml": _yaml,
}


def targets(makefile: Path) -> set[str]:
    """Returns the targets of a Makefile."""
    return set(re.findall(r"^([a-z][a-z-]*):", makefile.read_text(encoding="utf-8"), re.MULTILINE))
