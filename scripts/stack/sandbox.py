"""The sandbox: a fake Pluggy that is also the local identity provider. It loses its state when it stops."""

import os
import time
from typing import Any
from urllib.parse import urlencode

from pluggy_lambda import request
from stack import build, console, fingerprint, ministack, port, process, settings, widget_bundle
from stack.stack_file import Credentials

READY_SECONDS = 60

PROCESS = process.Background("sandbox")


def url() -> str:
    """Returns the sandbox's address, which is also the issuer of the users' tokens."""
    return f"http://127.0.0.1:{settings.sandbox_port()}"


def is_healthy(credentials: Credentials) -> bool:
    """Returns whether the sandbox runs with the current inputs and responds."""
    return PROCESS.is_running(_expected(credentials)) and request.answers(f"{url()}/health")


def start(credentials: Credentials) -> None:
    """Starts the sandbox and waits until it responds."""
    port.require_free(settings.sandbox_port(), settings.SANDBOX_PORT_VARIABLE)
    environment = {"PATH": os.defpath, "SANDBOX_CLIENT_SECRET": credentials.client_secret}
    PROCESS.start(_command(credentials), environment, _expected(credentials))
    deadline = time.monotonic() + READY_SECONDS
    while not request.answers(f"{url()}/health"):
        if not PROCESS.is_running() or time.monotonic() > deadline:
            raise PROCESS.failure("the sandbox did not start:")
        time.sleep(0.1)


def user_token(address: str, user: str) -> str:
    """Returns a JWT for a user from the identity provider."""
    form = urlencode({"grant_type": "password", "username": user}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = request.send("POST", f"{address}/oauth2/token", headers=headers, body=form)
    if answer.status != 200:
        raise console.Failure(f"the identity provider answered {answer.status} to a token request for {user}")
    return answer.json()["access_token"]


def ask(address: str, method: str, path: str, body: Any = None) -> request.Answer:
    """Sends a request to the sandbox's own API."""
    if body is None:
        return request.send(method, f"{address}{path}")
    return request.send_json(method, f"{address}{path}", body)


def _command(credentials: Credentials) -> list[str]:
    bundle = widget_bundle.current()
    return [
        str(build.SANDBOX),
        "--listen", f"127.0.0.1:{settings.sandbox_port()}",
        "--url", url(),
        "--client-id", credentials.client_id,
        "--time-scale", settings.time_scale(),
        "--deliver-via", ministack.endpoint(),
        *(["--widget", str(bundle)] if bundle else []),
    ]  # fmt: skip


def _expected(credentials: Credentials) -> str:
    return fingerprint.of_text(build.sandbox_sources(), *_command(credentials), credentials.client_secret)
