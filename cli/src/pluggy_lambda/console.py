"""Output of the commands: results on the standard output, messages and progress on the standard error.

Values come from outside: from a bank, a user or Pluggy. They are never read as rich's markup. rich is imported where
something is printed, because it takes longer than a whole --help.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.console import Console as Terminal
    from rich.status import Status
    from rich.text import Text

# The version of every document that --json prints.
DOCUMENT_VERSION = 1
# A log needs no line for each step of a long job.
SECONDS_BETWEEN_LINES = 10.0


class Console:
    """The output of one command."""

    def __init__(
        self,
        command: str = "",
        environment: str = "",
        *,
        as_json: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._command = command
        self._environment = environment
        self._as_json = as_json
        self._clock = clock
        self._output = _terminal(sys.stdout)
        self._messages = _terminal(sys.stderr)
        self._status: Status | None = None
        self._line_at = clock()

    def result(self, lines: Sequence["str | Text"], document: Any) -> None:
        """Prints the result: as text, or as the one JSON document of the command."""
        self.clear()
        if self._as_json:
            self._print_document("result", document)
        else:
            for line in lines:
                self._output.print(_text(line) if isinstance(line, str) else line)

    def error(self, problem: str, remedy: str) -> None:
        """Prints a failure: a sentence, an empty line and a hint."""
        self.clear()
        self._messages.print(_text("error:", "bold red"), _text(problem))
        if remedy:
            self._messages.print()
            self._messages.print(_text("hint:", "bold"), _text(remedy))
        if self._as_json:
            self._print_document("error", {"problem": problem, "remedy": remedy})

    def say(self, text: str = "") -> None:
        """Prints a message."""
        self.clear()
        self._messages.print(_text(text))

    def heading(self, text: str) -> None:
        """Prints the heading of a group of messages."""
        self.clear()
        self._messages.print()
        self._messages.print(_text(text, "bold"))

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Prints a step before it runs, so that a slow one is visible, and its duration afterwards."""
        self.clear()
        start = self._clock()
        self._messages.print(_text(f"{text} ... "), end="")
        try:
            yield
        except BaseException:
            self._messages.print("failed")
            raise
        self._messages.print(f"{self._clock() - start:.1f} s")

    def progress(self, text: str, *, log: bool = True) -> None:
        """Shows a line that the next one replaces on a terminal. A log gets one after each ten seconds, or none.

        A terminal that is too narrow shows where the line is cut off: half a number is another number.
        """
        if self._messages.is_terminal:
            if self._status is None:
                self._status = self._messages.status("")
                self._status.start()
            self._status.update(_text(_cut(text, self._messages.width - len("* "))))
        elif log and self._clock() - self._line_at >= SECONDS_BETWEEN_LINES:
            self._line_at = self._clock()
            self._messages.print(_text(text))

    def clear(self) -> None:
        """Removes the line of `progress`."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _print_document(self, name: str, content: Any) -> None:
        document = {
            "version": DOCUMENT_VERSION,
            "command": self._command,
            "environment": self._environment,
            name: content,
        }
        print(json.dumps(document, indent=2), flush=True)


def _terminal(stream: TextIO) -> "Terminal":
    from rich.console import Console as Terminal

    return Terminal(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)


def _text(text: str, style: str = "") -> "Text":
    from rich.text import Text

    return Text(printable(text), style)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def is_interactive() -> bool:
    """Returns whether somebody can answer a question."""
    return sys.stdin.isatty()


def printable(text: str) -> str:
    """Returns the text without control characters, which could steer the terminal."""
    return "".join(
        character if character.isprintable() or character == "\n" else "\N{REPLACEMENT CHARACTER}" for character in text
    )
