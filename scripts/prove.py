"""`make prove` and `make test-faults`: the built functions under faults, on both DynamoDB engines.

`prove.py long` runs the proofs at their full size, `prove.py short` in seconds each.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from stack import console, dynamodb_local, machine, node_packages, paths

COMMAND = ["cargo", "test", "--locked", "--package", "tests", "--features", "built-stack", "--test", "faults"]
# The consumers of published events: the examples, which no build of the main stack includes. The one in Rust is
# compiled beside the package `tests`: alone, other features compile its dependencies again.
CONSUMER = "transactions-rust"
PACKAGES = ["--package", CONSUMER, "--package", "tests"]
CONSUMER_IN_RUST = ["cargo", "build", "--locked", *PACKAGES, "--bin", CONSUMER]
CONSUMER_IN_NODE = paths.ROOT / "examples" / "node"
# The proofs measure response times, and the longest ones use the whole machine.
THREADS = {"short": 2, "long": 1}


def prove() -> None:
    machine.require("rust", "node", "java")
    form = sys.argv[1] if len(sys.argv) > 1 else "short"
    _prepare_consumers()
    with tempfile.TemporaryDirectory() as folder:
        dynoxide = _Run("dynoxide", Path(folder) / "dynoxide", {"PROOF": form})
        with dynamodb_local.running() as url:
            local = _Run("DynamoDB Local", Path(folder) / "local", {"PROOF": form, "DYNAMODB_LOCAL_URL": url})
        _print_table([dynoxide, local])
    if not (dynoxide.passed and local.passed):
        raise console.Failure(
            "a proof failed", "The lines above say which; PROOF_SEED=<number> runs another random sequence."
        )


def _prepare_consumers() -> None:
    if subprocess.run(CONSUMER_IN_RUST, cwd=paths.ROOT, check=False).returncode != 0:
        raise console.Failure("the consumer in Rust cannot be built", "The lines above say why.")
    node_packages.install(CONSUMER_IN_NODE, "the packages of the consumer in Node.js")


class _Run:
    """A run of all proofs on one engine, and the figures that they wrote."""

    def __init__(self, engine: str, folder: Path, variables: dict[str, str]) -> None:
        self.engine = engine
        folder.mkdir()
        console.heading(engine)
        environment = {**os.environ, **variables, "PROOF_FIGURES": str(folder)}
        result = subprocess.run(
            [*COMMAND, "--", f"--test-threads={THREADS[variables['PROOF']]}"],
            cwd=paths.ROOT,
            env=environment,
            check=False,
        )
        self.passed = result.returncode == 0
        lines = [file.read_text().strip().split(" | ") for file in folder.iterdir()]
        self.figures = dict(lines)


def _print_table(runs: list[_Run]) -> None:
    print("\n| class | engine | figures |\n|---|---|---|")
    for kind in sorted({kind for run in runs for kind in run.figures}):
        for run in runs:
            print(f"| {kind} | {run.engine} | {run.figures.get(kind, 'none: it failed')} |")


if __name__ == "__main__":
    console.run(prove)
