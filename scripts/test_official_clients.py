"""`make test-official-clients`: the sandbox, tested with the clients that Pluggy itself publishes."""

import subprocess
import sys

from stack import build, console, machine, node_packages, own_sandbox, paths, tool

CLIENTS = paths.ROOT / "tests" / "official-clients"
NODE = CLIENTS / "node"
PYTHON_TOOLS = "official-clients"


def test_official_clients() -> None:
    machine.require("rust", "node")
    tool.install([PYTHON_TOOLS])
    node_packages.install(NODE, "Pluggy's Node client")
    build.sandbox()
    pytest = str(tool.executable(PYTHON_TOOLS, "pytest"))
    with own_sandbox.running() as environment:
        # One file after the other, because they share the sandbox, its request counts and its switches.
        node = ["node", "--test", "--test-concurrency=1", "--test-reporter=spec"]
        python = [pytest, "--quiet", "-p", "no:cacheprovider", "python"]
        failed = [
            subprocess.run(command, cwd=folder, env=environment, check=False).returncode != 0
            for command, folder in ((node, NODE), (python, CLIENTS))
        ]
    sys.exit(any(failed))


if __name__ == "__main__":
    console.run(test_official_clients)
