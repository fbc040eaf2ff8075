"""`make test-budgets`: what the built functions execute and how large they are, against `bench/budgets.toml`."""

import os
import subprocess
import sys

from stack import build, console, machine, paths, valgrind

COMMAND = ["cargo", "test", "--locked", "--package", "bench", "--features", "built-stack", "--test", "budgets"]
# An instruction of one processor is not that of another, and neither are their binaries.
ARCHITECTURE = "x86_64"


def test_budgets() -> None:
    machine.require("rust")
    if machine.architecture() != ARCHITECTURE:
        console.line(f"budgets: nothing is held against them, since they are those of {ARCHITECTURE}")
        return
    variables = {**os.environ, **valgrind.environment()}
    build.floor()
    result = subprocess.run([*COMMAND, "--", "--nocapture"], cwd=paths.ROOT, env=variables, check=False)
    sys.exit(result.returncode)


if __name__ == "__main__":
    console.run(test_budgets)
