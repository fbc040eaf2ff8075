"""Schemathesis on the running stack: valid and invalid requests from docs/reference/openapi.yaml."""

import os
import subprocess
import time
import uuid
from typing import Any

from pluggy_lambda import request
from stack import backend_role, console, ministack, paths, sandbox, settings, tool

TOOLS = "schemathesis"
FOLDER = paths.ROOT / "tests" / "schemathesis"
DOCUMENT = paths.ROOT / "docs" / "reference" / "openapi.yaml"
# The folder in which the configuration expects the ids of this run.
IDS = paths.LOCAL / "schemathesis"
# The sandbox's plain bank, and two of its customers.
CONNECTOR = 2
BANK_USERS = {"item-to-read": "user-ok", "item-to-delete": "user-ok-two-checking-accounts"}
PATIENCE_SECONDS = 60
POLL_SECONDS = 0.25


def is_conformant(stack: dict[str, Any]) -> bool:
    """Returns whether the API conforms.

    Uses two new users with one item to read and one to delete each, because an item of both would be deleted for one
    before it is read for the other. The first one has a token. A backend calls for the second one.
    """
    tool.install([TOOLS])
    user, user_of_backend = (f"auth0|{uuid.uuid4().hex}" for _ in range(2))
    token, its_token = (sandbox.user_token(stack["sandbox"]["url"], name) for name in (user, user_of_backend))
    session = backend_role.session()
    ids = {"user": user_of_backend}
    with console.step("four bank connections for the requests"):
        for name, bank_user in BANK_USERS.items():
            ids[name] = _connect(stack, token, bank_user)
            ids[f"{name}-of-user"] = _connect(stack, its_token, bank_user)
    IDS.mkdir(parents=True, exist_ok=True)
    for name, identifier in ids.items():
        (IDS / f"{name}.txt").write_text(f'"{identifier}"\n')
    environment = {
        **os.environ,
        "API_HOST": stack["api"]["host"],
        "AWS_ACCESS_KEY_ID": ministack.ROOT_KEY,
        "AWS_ENDPOINT": stack["aws"]["endpoint"],
        "AWS_SECRET_ACCESS_KEY": ministack.ROOT_KEY,
        "BACKEND_ACCESS_KEY": session.access_key,
        "BACKEND_REGION": settings.REGION,
        "BACKEND_SECRET_KEY": session.secret_key,
        "BACKEND_TOKEN": session.token,
        "LIMIT_TABLE": stack["tables"]["limits"],
        "PYTHONDONTWRITEBYTECODE": "1",
        "USER_TOKEN": token,
    }
    command = [str(tool.executable(TOOLS, "schemathesis")), "run", "--url", stack["api"]["url"], str(DOCUMENT)]
    return subprocess.run(command, cwd=FOLDER, env=environment, check=False).returncode == 0


def _connect(stack: dict[str, Any], token: str, bank_user: str) -> str:
    """Connects a bank as the widget does, and returns the item's id once our API knows it."""
    issued = _api(stack, token, "POST", "/connect-token").json()
    created = request.send_json(
        "POST",
        f"{stack['sandbox']['url']}/items",
        {"connectorId": CONNECTOR, "parameters": {"user": bank_user, "password": "password-ok"}},
        headers={"x-api-key": issued["accessToken"]},
    )
    item_id = created.json()["id"]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (answer := _api(stack, token, "GET", f"/items/{item_id}")).status != 200 or _is_in_progress(answer):
        if time.monotonic() > deadline:
            raise console.Failure(f"our API answers {answer.status} for a connection that was made a minute ago")
        time.sleep(POLL_SECONDS)
    return item_id


def _is_in_progress(answer: request.Answer) -> bool:
    return "retry-after" in answer.headers


def _api(stack: dict[str, Any], token: str, method: str, path: str) -> request.Answer:
    headers = {"authorization": f"Bearer {token}"}
    return request.send(method, f"{stack['api']['url']}{path}", headers=headers, host=stack["api"]["host"])
