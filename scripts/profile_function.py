"""`make profile FUNCTION=webhook`: instructions by code, for each part of a function's life."""

import os
import subprocess
import sys
from collections import Counter

from stack import build, callgrind, console, machine, paths, valgrind

BUILT = paths.LOCAL / "build" / "symbols"
PROFILES = paths.CALLGRIND / "symbols"
COUNT = ["cargo", "run", "--locked", "--quiet", "--package", "bench", "--bin", "instructions", "--"]
# Each part of a life: the cost of processes that end after it, minus the cost of those that end before it.
PARTS = {
    "init, without connections": ("init", None, 1),
    "opening the connections": ("connected", "init", 1),
    "the first invocation": ("first", "connected", 1),
    "a warm invocation, of 20": ("warm", "first", 20),
}
LINES = 25
WIDTH = 110


def profile() -> None:
    function = sys.argv[1] if len(sys.argv) > 1 else ""
    if not (paths.ROOT / "functions" / function / "Cargo.toml").is_file() or not function:
        raise console.Failure("FUNCTION names no function", "Name one of functions/: make profile FUNCTION=webhook")
    machine.require("rust")
    variables = {**os.environ, **valgrind.environment(), "BOOTSTRAPS": str(BUILT)}
    console.heading(f"Compile {function} with the names of its code (minutes, when it has changed)")
    folder = ["--lambda-dir", os.path.relpath(BUILT, paths.ROOT)]
    build.bootstraps(function, [function], machine.architecture(), ["--profile", "symbols", *folder])
    console.heading("Run it under callgrind")
    result = subprocess.run([*COUNT, str(PROFILES), function], cwd=paths.ROOT, env=variables, check=False)
    if result.returncode != 0:
        raise console.Failure(f"{function} cannot be measured", "The lines above say why.")
    for part, (life, before, times) in PARTS.items():
        costs = callgrind.read(PROFILES / function / f"{life}-0")
        if before is not None:
            costs = costs.beyond(callgrind.read(PROFILES / function / f"{before}-0"))
        _print(part, costs, times)
    console.line(
        f"\nThe profiles are in {console.relative(PROFILES / function)}; kcachegrind and callgrind_annotate read them."
    )


def _print(part: str, costs: callgrind.Costs, times: int) -> None:
    total = costs.own.total() // times
    console.heading(f"{part[0].upper()}{part[1:]}: {total:,} instructions")
    for title, counter in (
        ("by crate", costs.by_crate),
        ("in itself", costs.own),
        ("with what it calls", costs.inclusive),
    ):
        _print_top(title, counter, times, total)


def _print_top(title: str, counter: Counter[str], times: int, total: int) -> None:
    console.line(f"\n  {title}:")
    for name, cost in counter.most_common(LINES):
        if cost > 0:
            console.line(f"{cost // times:>12,} {100 * cost / times / max(total, 1):>5.1f} %  {name[:WIDTH]}")


if __name__ == "__main__":
    console.run(profile)
