"""Run of make targets side by side, one on each core, with their durations at the end.

What a target prints appears when it has ended, so that the lines of two do not mix. Until then it is in
`.local/logs/make-<target>.log`.
"""

import functools
import subprocess
import sys
import time

from stack import console, paths, side_by_side
from stack.side_by_side import Step

# A target, and those that must have passed before it.
AFTER = {
    "test-template": ["build"],
    "test-budgets": ["build"],
    "test-faults": ["build"],
    # Both build the page.
    "test-end-to-end": ["build", "test-frontend"],
    # One local stack runs at a time.
    "test-browser": ["test-end-to-end"],
    "test-release": ["build", "test-browser"],
}
# Between two lines that say what still runs.
PROGRESS_SECONDS = 60


def run_targets() -> None:
    start = time.monotonic()
    seconds: dict[str, float] = {}
    try:
        side_by_side.run(steps(sys.argv[1:], seconds))
    finally:
        console.heading("Durations")
        for target, duration in seconds.items():
            console.line(f"{duration:7.0f} s  {target}")
        console.line(f"{time.monotonic() - start:7.0f} s  in all")


def steps(targets: list[str], seconds: dict[str, float]) -> list[Step]:
    """Returns the targets as steps. Each writes its duration into `seconds`."""
    made: dict[str, Step] = {}

    def step(target: str) -> Step:
        if target not in made:
            after = [step(name) for name in AFTER.get(target, []) if name in targets]
            made[target] = Step(f"make {target}", functools.partial(_make, target, seconds), after)
        return made[target]

    return [step(target) for target in targets]


def _make(target: str, seconds: dict[str, float]) -> None:
    start = time.monotonic()
    console.line(f"make {target} begins")
    log = paths.LOGS / f"make-{target}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = ["make", "--no-print-directory", target]
    with (
        log.open("w") as output,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        while _still_runs(process):
            console.line(f"make {target} runs ({time.monotonic() - start:.0f} s)")
    seconds[target] = time.monotonic() - start
    # One call, so that no line of another target comes between.
    print(f"\n===== make {target}\n{log.read_text(errors='replace')}", flush=True)
    if process.returncode != 0:
        raise console.Failure(f"make {target} failed", "Its output is above.")


def _still_runs(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(PROGRESS_SECONDS)
    except subprocess.TimeoutExpired:
        return True
    return False


if __name__ == "__main__":
    console.run(run_targets)
