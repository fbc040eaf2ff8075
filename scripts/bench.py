"""`make bench`, `make bench-batch` and `make bench-scale`: measurements of the built functions.

`RECORD=yes` writes those of `bench` and `bench-scale` to docs/.
"""

import os
import subprocess
import sys

from stack import build, console, machine, paths, valgrind

COMMAND = ["cargo", "bench", "--locked", "--profile", "prove", "--package", "bench", "--features", "built-stack"]


def bench() -> None:
    names = sys.argv[1:]
    machine.require("rust")
    variables = dict(os.environ)
    if not {"batch", "speed"}.isdisjoint(names):
        variables |= valgrind.environment()
    if "speed" in names:
        build.floor()
        variables |= _rival()
    for name in names:
        console.heading(name)
        result = subprocess.run([*COMMAND, "--bench", name], cwd=paths.ROOT, env=variables, check=False)
        if result.returncode != 0:
            raise console.Failure(f"{name} could not be measured", "The lines above say why.")


def _rival() -> dict[str, str]:
    """Returns the variable with the rival's bundle, or none without Node.js."""
    try:
        machine.require("node")
    except console.Failure as failure:
        console.line(f"without the rival in Node.js: {failure}")
        return {}
    return {"RIVAL": str(build.rival())}


if __name__ == "__main__":
    console.run(bench)
