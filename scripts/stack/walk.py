"""One bank connection through the whole path, as an app and its user would make it, each step shown as it happens."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stack import console, request
from stack.event_row import EventRow

CONNECTOR = 2
CREDENTIALS = {"user": "user-ok", "password": "password-ok"}
POLL_SECONDS = 0.25

DONE = "ready"
# From these only a person gets a connection out again, so waiting longer is of no use.
DEAD_ENDS = {"failed", "reconnect", "ready_partial"}


@dataclass(frozen=True)
class Surroundings:
    """What the walk runs against: the local stack, or a deployed one and live Pluggy."""

    api_url: str
    api_host: str | None
    pluggy_url: str
    user_token: str
    events_of: Callable[[str], list[EventRow]]
    patience_seconds: float


def run(surroundings: Surroundings) -> dict[str, Any]:
    """Walks the path and returns the item's final status."""
    start = time.monotonic()

    def tell(who: str, what: str) -> None:
        console.line(f"{time.monotonic() - start:6.2f} s  {who:<9} {what}")

    connect_token = _connect_token(surroundings, tell)
    item_id = _connect(surroundings, connect_token, tell)
    return _watch(surroundings, item_id, tell)


def call_api(surroundings: Surroundings, method: str, path: str, body: dict[str, Any] | None = None) -> request.Answer:
    """A request of the signed-in user's app to our API."""
    headers = {"authorization": f"Bearer {surroundings.user_token}"}
    url = f"{surroundings.api_url}{path}"
    if body is None:
        return request.send(method, url, headers=headers, host=surroundings.api_host)
    return request.send_json(method, url, body, headers=headers, host=surroundings.api_host)


def _connect_token(surroundings: Surroundings, tell: Callable[[str, str], None]) -> str:
    answer = call_api(surroundings, "POST", "/connect-token", {})
    token = (answer.json() or {}).get("accessToken")
    if not token:
        raise _unexpected("our API", "POST /connect-token", answer)
    tell("app", f"POST /connect-token -> {answer.status}, token valid until {answer.json().get('expiresAt')}")
    return token


def _connect(surroundings: Surroundings, connect_token: str, tell: Callable[[str, str], None]) -> str:
    body = {"connectorId": CONNECTOR, "parameters": CREDENTIALS}
    url = f"{surroundings.pluggy_url}/items"
    answer = request.send_json("POST", url, body, headers={"x-api-key": connect_token})
    item_id = (answer.json() or {}).get("id")
    if not item_id:
        raise _unexpected("Pluggy", "POST /items", answer)
    tell(
        "widget",
        f"POST /items at Pluggy, connector {CONNECTOR}, {CREDENTIALS['user']} -> {answer.status}, item {item_id}",
    )
    return item_id


def _watch(surroundings: Surroundings, item_id: str, tell: Callable[[str, str], None]) -> dict[str, Any]:
    seen_events: set[str] = set()
    seen_state = ""
    deadline = time.monotonic() + surroundings.patience_seconds
    while time.monotonic() < deadline:
        answer = call_api(surroundings, "GET", f"/items/{item_id}")
        # Read after the status, so that what led to the last one has been shown when the walk ends.
        for row in surroundings.events_of(item_id):
            if row.id not in seen_events:
                seen_events.add(row.id)
                tell(row.origin, f"{row.event} stored")
        status = answer.json() or {}
        state = _state(answer)
        if state != seen_state:
            seen_state = state
            tell("app", f"GET /items/{{itemId}} -> {state}")
        if status.get("phase") == DONE:
            return status
        if status.get("phase") in DEAD_ENDS:
            raise console.Failure(f"the connection ended as {status['phase']}:\n{json.dumps(status, indent=2)}")
        time.sleep(POLL_SECONDS)
    raise console.Failure(
        f"the connection was not {DONE} within {surroundings.patience_seconds:.0f} s; last seen: {seen_state}",
        f"{len(seen_events)} event(s) of item {item_id} were stored. The functions' logs tell more (make logs).",
    )


def _state(answer: request.Answer) -> str:
    if answer.status == 404:
        return "404, not known yet"
    if answer.status != 200:
        return str(answer.status)
    status = answer.json() or {}
    action = (status.get("nextAction") or {}).get("kind")
    at_pluggy = f"{status.get('status')}/{status.get('executionStatus')} at Pluggy"
    return f"200, phase {status.get('phase')}, next action {action} ({at_pluggy})"


def _unexpected(who: str, what: str, answer: request.Answer) -> console.Failure:
    body = answer.body.decode(errors="replace")[:500]
    return console.Failure(f"{who} answered {answer.status} to {what}: {body}", "The logs tell more (make logs).")
