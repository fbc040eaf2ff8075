"""The line that continues a long job after an interruption or a failure."""

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from pluggy_lambda.errors import Failure, InterruptedFailure

# For a value that the printed line cannot have.
AGAIN = "the same value"


@dataclass(frozen=True)
class Resume:
    """A command line. An option without a name is an argument; one without a value is left out."""

    command: str
    env: str
    options: Mapping[str, str]

    def __str__(self) -> str:
        words = ["pluggy-lambda", *self.command.split(), "--env", self.env]
        arguments = [value for name, value in self.options.items() if value and not name]
        for name, value in self.options.items():
            if value and name:
                words += [f"{name}={value}"] if value.startswith("-") else [name, value]
        # An argument may begin with a hyphen.
        separator = ["--"] if any(value.startswith("-") for value in arguments) else []
        return quoted([*words, *separator, *arguments])

    @contextmanager
    def offered(self, progress: str) -> Iterator[None]:
        """Adds the line to a failure inside the block, also to an interruption."""
        try:
            yield
        except KeyboardInterrupt:
            raise InterruptedFailure(f"interrupted: {progress}", f"To continue: {self}") from None
        except Failure as failure:
            raise failure.advised(f"To continue: {self}") from None


def position(cursor: str, read: int | None, rate: float | None) -> dict[str, str]:
    """Returns the options that continue a search of rows. What is unknown, or was not chosen, is left out."""
    return {
        "--cursor": cursor,
        "--read": str(read) if cursor and read is not None else "",
        "--rate": chosen_rate(rate),
    }


def chosen_rate(rate: float | None) -> str:
    """Returns the rate as an option has it, or nothing if the operator chose none."""
    return "" if rate is None else f"{rate:g}"


def quoted(words: list[str]) -> str:
    """Returns a command line for the shell of this machine."""
    return " ".join(map(_for_windows, words)) if os.name == "nt" else shlex.join(words)


def _for_windows(word: str) -> str:
    """Returns a word as cmd and PowerShell both take it. One that they take differently is left to the operator."""
    if re.fullmatch(r"[\w+=:./\\-]+", word, re.ASCII):
        return word
    if not re.search(r'[%$`!"\r\n\u201c-\u201e]', word):
        # A backslash before the mark would escape it.
        return f'"{word}{word[len(word.rstrip(chr(92))) :]}"'
    name, equals, _ = word.partition("=")
    return f'{name}="{AGAIN}"' if equals and name.startswith("--") else f'"{AGAIN}"'
