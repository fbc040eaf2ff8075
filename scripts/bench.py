"""`make bench`: speed of the built functions, and what publishing takes. `RECORD=yes` writes it to docs/."""

import os
import subprocess

from stack import build, console, machine, paths, valgrind

BENCHES = ["speed", "publishing"]
COMMAND = ["cargo", "bench", "--locked", "--profile", "prove", "--package", "bench", "--features", "built-stack"]


def bench() -> None:
    machine.require("rust")
    build.floor()
    variables = {**os.environ, **valgrind.environment()}
    for name in BENCHES:
        console.heading(name)
        result = subprocess.run([*COMMAND, "--bench", name], cwd=paths.ROOT, env=variables, check=False)
        if result.returncode != 0:
            raise console.Failure(f"{name} could not be measured", "The lines above say why.")


if __name__ == "__main__":
    console.run(bench)
