"""`make test-budgets`: instructions and sizes of the built functions, compared with `bench/budgets.toml`."""

import os
import subprocess
import sys

from stack import build, console, machine, paths, valgrind

# Beside the package `tests`, as all other tests are compiled: alone, other features compile its dependencies again.
PACKAGES = ["--package", "bench", "--package", "tests"]
COMMAND = ["cargo", "test", "--locked", *PACKAGES, "--features", "bench/built-stack", "--test", "budgets"]
# Instructions and binaries of different processors cannot be compared.
ARCHITECTURE = "x86_64"


def test_budgets() -> None:
    machine.require("rust")
    if machine.architecture() != ARCHITECTURE:
        console.line(f"budgets: not compared, because they are for {ARCHITECTURE}")
        return
    variables = {**os.environ, **valgrind.environment()}
    build.floor()
    result = subprocess.run([*COMMAND, "--", "--nocapture"], cwd=paths.ROOT, env=variables, check=False)
    sys.exit(result.returncode)


if __name__ == "__main__":
    console.run(test_budgets)
