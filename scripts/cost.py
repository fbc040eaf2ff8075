"""`make cost`: what a thousand of each thing take of the built functions, on DynamoDB Local, and what that costs."""

import os
import subprocess
import sys

from stack import console, dynamodb_local, machine, paths

COMMAND = [
    "cargo",
    "bench",
    "--locked",
    "--profile",
    "prove",
    "--package",
    "tests",
    "--features",
    "built-stack",
    "--bench",
    "cost",
]
FIGURES = paths.ROOT / "target" / "cost.json"


def cost() -> None:
    machine.require("rust", "node", "java")
    with dynamodb_local.running() as url:
        environment = {**os.environ, "DYNAMODB_LOCAL_URL": url, "COST_JSON": str(FIGURES)}
        result = subprocess.run(COMMAND, cwd=paths.ROOT, env=environment, check=False)
    if result.returncode == 0:
        print(f"\nThe same as JSON: {FIGURES.relative_to(paths.ROOT)}", file=sys.stderr)
    sys.exit(result.returncode)


if __name__ == "__main__":
    console.run(cost)
