"""Output of the commands: steps with timings, and failures in plain words."""

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from pluggy_lambda.errors import Failure
from stack import paths

INTERRUPTED = 130


def heading(text: str) -> None:
    """Prints the heading of a group of steps."""
    print(f"\n{_bold(text)}", flush=True)


class Phases:
    """The numbered parts of a long command: the current one, those that are left, and the total time."""

    def __init__(self, names: Sequence[str], started: float | None = None) -> None:
        """Sets the phases. `started` is the wall-clock time at which the operator began to wait; now by default."""
        self._names = names
        self._begun = 0
        self._started = time.time() if started is None else started

    def next(self, note: str = "") -> None:
        """Begins the next part. The note says what to expect of it."""
        name, left = self._names[self._begun], self._names[self._begun + 1 :]
        self._begun += 1
        heading(f"[{self._begun}/{len(self._names)}] {name}{f' ({note})' if note else ''}")
        if left:
            line(f"then: {', '.join(text[0].lower() + text[1:] for text in left)}")

    def done(self) -> None:
        """Prints how long all parts took."""
        heading(f"Done in {time.time() - self._started:.0f} s")


def line(text: str = "") -> None:
    """Prints a line under the current heading."""
    # One write, so that no line of another thread comes between.
    print(f"  {text}\n" if text else "\n", end="", flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Prints a step before it runs, so that a slow one is visible, and its duration afterwards."""
    start = time.monotonic()
    print(f"  {text} ... ", end="", flush=True)
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - start:.1f} s", flush=True)


def is_terminal() -> bool:
    """Returns whether the output is a terminal, not a log."""
    return sys.stdout.isatty()


def progress(text: str) -> None:
    """Prints a line that the next one replaces on a terminal. A log keeps it."""
    if is_terminal():
        width = os.get_terminal_size().columns
        print(f"\r\033[K  {text}"[: width + 4], end="", flush=True)
    else:
        line(text)


def progress_done() -> None:
    """Clears the line that `progress` left."""
    if is_terminal():
        print("\r\033[K", end="", flush=True)


def run(command: Callable[[], object]) -> None:
    """Runs a command. Every failure ends as one clear line and a non-zero exit code."""
    try:
        command()
    except Failure as failure:
        sys.exit(_explain(str(failure), failure.remedy))
    except KeyboardInterrupt:
        print("\ninterrupted; run the same command again to continue", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except Exception as error:  # The trace is for a bug report, not for the operator.
        log = paths.LOGS / "failure.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(traceback.format_exc())
        sys.exit(_explain(f"{type(error).__name__}: {error}", f"this is unexpected; details are in {relative(log)}"))


def passes(part: Callable[[], bool]) -> bool:
    """Returns whether a part of a command passes. A failure is printed, so that the other parts still run."""
    try:
        return part()
    except Failure as failure:
        _explain(str(failure), failure.remedy)
        return False


def relative(path: os.PathLike[str]) -> str:
    """Returns a path relative to the checkout, in which `make` runs."""
    return os.path.relpath(path, paths.ROOT)


def _explain(problem: str, remedy: str) -> int:
    sys.stdout.flush()
    print(f"\n{_bold('error:')} {problem}", file=sys.stderr)
    if remedy:
        print(f"\n{_bold('hint:')} {remedy}", file=sys.stderr)
    return 1


def _bold(text: str) -> str:
    return f"\033[1m{text}\033[0m" if is_terminal() else text
