"""`make test-official-clients`: the sandbox, used by the clients that Pluggy itself publishes."""

import os
import secrets
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from stack import build, console, machine, node_packages, paths, port, request, tool

CLIENTS = paths.ROOT / "tests" / "official-clients"
NODE = CLIENTS / "node"
PYTHON_TOOLS = "official-clients"
READY_SECONDS = 60
# Slow enough for a client to see a login wait for an answer, fast enough to watch many of them.
TIME_SCALE = 50


def test_official_clients() -> None:
    machine.require("rust", "node")
    tool.install([PYTHON_TOOLS])
    node_packages.install(NODE, "Pluggy's Node client")
    build.sandbox()
    pytest = str(tool.executable(PYTHON_TOOLS, "pytest"))
    with _sandbox() as environment:
        # One file after the other: they share the sandbox, its request counts and its switches.
        node = ["node", "--test", "--test-concurrency=1", "--test-reporter=spec"]
        python = [pytest, "--quiet", "-p", "no:cacheprovider", "python"]
        failed = [
            subprocess.run(command, cwd=folder, env=environment, check=False).returncode != 0
            for command, folder in ((node, NODE), (python, CLIENTS))
        ]
    sys.exit(any(failed))


@contextmanager
def _sandbox() -> Iterator[dict[str, str]]:
    """A sandbox of its own, and the environment in which the clients find it."""
    number = port.unused()
    url = f"http://127.0.0.1:{number}"
    client_id, client_secret = str(uuid.uuid4()), secrets.token_urlsafe()
    command = [
        str(build.SANDBOX), "--listen", f"127.0.0.1:{number}", "--url", url,
        "--client-id", client_id, "--time-scale", str(TIME_SCALE),
    ]  # fmt: skip
    environment = {**os.environ, "SANDBOX_CLIENT_SECRET": client_secret}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not request.answers(f"{url}/health"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise console.Failure("the sandbox did not start")
            time.sleep(0.05)
        yield {
            **os.environ,
            "PLUGGY_API_URL": url,
            "PLUGGY_CLIENT_ID": client_id,
            "PLUGGY_CLIENT_SECRET": client_secret,
            "PYTHONDONTWRITEBYTECODE": "1",
        }
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    console.run(test_official_clients)
