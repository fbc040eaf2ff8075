"""Test of the routes for backends on the running stack, where MiniStack verifies signatures and policies."""

import json
import time
import uuid
from typing import Any

from pluggy_lambda import request
from stack import backend, backend_role, console, sandbox, settings
from stack.backend import Session

# The sandbox's plain bank.
CONNECTOR = 2
BANK_CREDENTIALS = {"user": "user-ok", "password": "password-ok"}
IN_PROGRESS = ("connecting", "updating")
PATIENCE_SECONDS = 60
POLL_SECONDS = 0.25
# A role with the same permissions that the deployment does not list, and one with no permissions.
OTHER_ROLE_ARN = "arn:aws:iam::000000000000:role/backend-2"
POWERLESS_ROLE_ARN = "arn:aws:iam::000000000000:role/powerless"


def are_answered(stack: dict[str, Any]) -> bool:
    """Returns whether both examples use the API for a user, and no other caller does."""
    backend.install()
    problems = []
    for program in backend.PROGRAMS:
        with console.step(f"a bank connection by the backend in {program}"):
            problems += [f"{program}: {problem}" for problem in _problems_of(program, stack)]
    with console.step("callers that are no backend"):
        problems += _problems_of_others(stack)
    for problem in problems:
        console.line(f"failed: {problem}")
    return not problems


def _problems_of(program: str, stack: dict[str, Any]) -> list[str]:
    session = backend_role.session()
    user = f"auth0|{uuid.uuid4().hex}"

    def call(method: str, path: str, body: Any = None) -> list[Any]:
        return backend.make(program, [[user, method, path, body]], stack["backend"]["apiUrl"], session)[0]

    status, issued = call("POST", "/connect-token", {"language": "pt"})
    if status != 200:
        return [f"a connect token: {status} {issued}"]
    created = request.send_json(
        "POST",
        f"{stack['sandbox']['url']}/items",
        {"connectorId": CONNECTOR, "parameters": BANK_CREDENTIALS},
        headers={"x-api-key": json.loads(issued)["accessToken"]},
    )
    item = f"/items/{created.json()['id']}"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (answer := call("GET", item))[0] != 200 or json.loads(answer[1])["phase"] in IN_PROGRESS:
        if time.monotonic() > deadline:
            return [f"{item} after a minute: {answer}"]
        time.sleep(POLL_SECONDS)
    token = sandbox.user_token(stack["sandbox"]["url"], user)
    with_token = _send(stack, item, f"Bearer {token}")
    found = {
        "the item for an app": (with_token.status, with_token.body.decode()) == tuple(answer),
        "the list": item.removeprefix("/items/") in call("GET", "/items?limit=20")[1],
        "an event of the widget": call("POST", "/connect-events", {"event": "onOpen", "timestamp": 1})[0] == 202,
        "the deletion": call("DELETE", item)[0] == 204,
    }
    return [what for what, is_right in found.items() if not is_right]


def _problems_of_others(stack: dict[str, Any]) -> list[str]:
    api_id = stack["backend"]["apiUrl"].rpartition("/")[2]
    backend_role.create(api_id, OTHER_ROLE_ARN)
    backend_role.create(None, POWERLESS_ROLE_ARN)
    session = backend_role.session()
    token = sandbox.user_token(stack["sandbox"]["url"], "usr_1")
    path = "/users/usr_1/items"
    of_ours, of_the_gateway = "about:blank", "message"

    def of_session(session: Session) -> tuple[int, str]:
        [(status, body)] = backend.make("Python", [["usr_1", "GET", "/items"]], stack["backend"]["apiUrl"], session)
        return status, body

    def of_header(path: str, header: str | None) -> tuple[int, str]:
        answer = _send(stack, path, header)
        return answer.status, answer.body.decode()

    header = f"AWS4-HMAC-SHA256 Credential={session.access_key}/20261123/{settings.REGION}/execute-api/aws4_request"
    answers = {
        "a role that is not listed": (of_session(backend_role.session(OTHER_ROLE_ARN)), 403, of_ours),
        "a role without a policy": (of_session(backend_role.session(POWERLESS_ROLE_ARN)), 403, of_the_gateway),
        "a wrong secret": (of_session(Session(session.access_key, "wrong", session.token)), 403, of_the_gateway),
        "nothing": (of_header(path, None), 403, of_the_gateway),
        "a token": (of_header(path, f"Bearer {token}"), 401, of_ours),
        "a signature on a route of the app": (of_header("/items", header), 401, of_the_gateway),
    }
    return [
        f"{what}: {status} {body}"
        for what, ((status, body), wanted, author) in answers.items()
        if status != wanted or author not in body
    ]


def _send(stack: dict[str, Any], path: str, authorization: str | None) -> request.Answer:
    headers = {"authorization": authorization} if authorization else {}
    return request.send("GET", f"{stack['api']['url']}{path}", headers=headers, host=stack["api"]["host"])
