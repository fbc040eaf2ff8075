"""Cargo, with its progress in one line and its errors in full."""

import os
import queue
import re
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator

from stack import console, paths, tool

# A terminal replaces the line often. A log gets a new line less often.
TERMINAL_SECONDS = 1
LOG_SECONDS = 20
LINES_OF_AN_ERROR = 40
# Cargo draws `Building [===>   ] 12/345: crate, crate`, and replaces it with the next line.
PROGRESS = re.compile(r"Building \[[=> ]*\] (\d+)/(\d+)")


def environment() -> dict[str, str]:
    """Returns the environment in which the pinned build tools find each other."""
    programs = tool.executable("sam", "sam").parent
    return {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "SAM_CLI_TELEMETRY": "0"}


def packages(names: Iterable[str]) -> list[str]:
    """Returns the arguments that select packages of the workspace."""
    return [argument for name in names for argument in ("--package", name)]


def run(label: str, arguments: list[str]) -> None:
    """Runs cargo, shows its progress, and prints at the end how many crates it compiled."""
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
    """Returns groups of packages whose common compilation gives the same result as compiling each alone.

    Cargo compiles all packages of a run with one common set of features, so a group must agree on the features.
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
    """Returns every dependency of the packages with its features."""
    command = ["cargo", "tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p} {f}"]
    result = subprocess.run([*command, *packages(names)], cwd=paths.ROOT, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise console.Failure(f"cargo cannot read the workspace:\n  {result.stderr.strip()}")
    return set(result.stdout.splitlines())


def _lines(process: subprocess.Popen[str], interval: float) -> Iterator[str]:
    """Yields the lines that the process writes, and an empty one each time it is silent for the interval."""
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
