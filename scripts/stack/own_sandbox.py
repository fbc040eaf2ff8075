"""A separate sandbox for a test."""

import os
import secrets
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pluggy_lambda import request
from stack import build, console, port

READY_SECONDS = 60
# Slow enough for a client to see a login that waits for the user, fast enough for many logins.
TIME_SCALE = 50


@contextmanager
def running(*options: str, program: Path = build.SANDBOX, time_scale: int = TIME_SCALE) -> Iterator[dict[str, str]]:
    """Runs a sandbox with these options, and yields the environment in which Pluggy's clients find it."""
    number = port.unused()
    url = f"http://127.0.0.1:{number}"
    client_id, client_secret = str(uuid.uuid4()), secrets.token_urlsafe()
    command = [
        str(program), "--listen", f"127.0.0.1:{number}", "--url", url,
        "--client-id", client_id, "--time-scale", str(time_scale), *options,
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
