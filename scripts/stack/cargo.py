"""Cargo, with its progress in one line and its errors in full."""

import os
import queue
import re
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator

from stack import console, paths, tool

# On a terminal the line is replaced; a log gets a new one only now and then.
TERMINAL_SECONDS = 1
LOG_SECONDS = 20
LINES_OF_AN_ERROR = 40
# Cargo draws `Building [===>   ] 12/345: crate, crate` and replaces it by the next one.
PROGRESS = re.compile(r"Building \[[=> ]*\] (\d+)/(\d+)")


def environment() -> dict[str, str]:
    """The environment in which the pinned build tools find each other."""
    programs = tool.executable("sam", "sam").parent
    return {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "SAM_CLI_TELEMETRY": "0"}


def packages(names: Iterable[str]) -> list[str]:
    """Returns the arguments that select packages of the workspace."""
    return [argument for name in names for argument in ("--package", name)]


def run(label: str, arguments: list[str]) -> None:
    """Runs cargo, shows what it compiles and how much is left, and says afterwards how much it compiled."""
    start = shown = time.monotonic()
    interval = TERMINAL_SECONDS if console.is_terminal() else LOG_SECONDS
    compiled, at, done = 0, "starting", ""
    lines: list[str] = []
    command = ["cargo", *arguments]
    drawn = {"CARGO_TERM_COLOR": "never", "CARGO_TERM_PROGRESS_WHEN": "always", "CARGO_TERM_PROGRESS_WIDTH": "80"}
    with subprocess.Popen(
        command, cwd=paths.ROOT, env={**environment(), **drawn}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
    ) as process:  # fmt: skip
        for line in _lines(process, interval):
            words = line.split()
            if progress := PROGRESS.search(line):
                done = f", {progress[1]} of {progress[2]} done"
            elif words:
                lines.append(line)
            if words[:1] == ["Compiling"]:
                compiled, at = compiled + 1, words[1]
            elif words[:1] == ["Blocking"]:
                at = "waiting for another cargo"
            elif words[:1] in (["Downloading"], ["Downloaded"]):
                at = "downloading crates"
            now = time.monotonic()
            if now - shown >= interval:
                shown = now
                console.progress(f"{label}: {at}{done} ({now - start:.0f} s)")
    console.progress_done()
    if process.returncode != 0:
        raise _failure(label, command, lines)
    crates = f"{compiled} crates compiled" if compiled else "up to date"
    console.line(f"{label}: {crates}, {time.monotonic() - start:.1f} s")


def groups(names: list[str]) -> list[list[str]]:
    """Packages that can be compiled at once and come out as if each were compiled alone.

    Cargo gives what is compiled at once one common set of features, so only packages that agree on it belong together.
    """
    groups: list[list[str]] = []
    for package in names:
        fitting = next((group for group in groups if _agree([*group, package])), None)
        if fitting is None:
            groups.append([package])
        else:
            fitting.append(package)
    return groups


def _agree(names: list[str]) -> bool:
    together = _features(names)
    return all(_features([name]) <= together for name in names)


def _features(names: list[str]) -> set[str]:
    """Every dependency of the packages with its features, one a line."""
    command = ["cargo", "tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p} {f}"]
    result = subprocess.run([*command, *packages(names)], cwd=paths.ROOT, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise console.Failure(f"cargo cannot read the workspace:\n  {result.stderr.strip()}")
    return set(result.stdout.splitlines())


def _lines(process: subprocess.Popen[str], interval: float) -> Iterator[str]:
    """What the process writes, line by line; an empty one whenever it has been silent for the interval."""
    received: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read() -> None:
        for line in process.stderr or []:
            received.put(line.rstrip())
        received.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = received.get(timeout=interval)
        except queue.Empty:
            line = ""
        if line is None:
            return
        yield line


def _failure(label: str, command: list[str], lines: list[str]) -> console.Failure:
    first = next((index for index, text in enumerate(lines) if text.startswith("error")), max(len(lines) - 20, 0))
    return console.Failure(
        "\n  ".join([f"{label} does not compile:", *lines[first : first + LINES_OF_AN_ERROR]]),
        f"The command: {' '.join(command)}",
    )
