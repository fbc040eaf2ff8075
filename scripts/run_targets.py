"""Run of several make targets, one after the other, with their durations at the end."""

import subprocess
import sys
import time

from stack import console


def run_targets() -> None:
    targets = sys.argv[1:]
    seconds: dict[str, float] = {}
    for target in targets:
        console.heading(
            f"===== make {target} ({len(seconds) + 1} of {len(targets)}, {sum(seconds.values()):.0f} s so far)"
        )
        start = time.monotonic()
        result = subprocess.run(["make", "--no-print-directory", target], check=False)
        seconds[target] = time.monotonic() - start
        if result.returncode != 0:
            _print_times(seconds)
            raise console.Failure(f"make {target} failed", "Its last lines are above.")
    _print_times(seconds)


def _print_times(seconds: dict[str, float]) -> None:
    console.heading("Durations")
    for target, duration in seconds.items():
        console.line(f"{duration:7.0f} s  {target}")
    console.line(f"{sum(seconds.values()):7.0f} s  total")


if __name__ == "__main__":
    console.run(run_targets)
