"""A walk: one bank connection through the whole path, as an app and its user make it. Each step is shown."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pluggy_lambda import request
from pluggy_lambda.errors import Failure
from pluggy_lambda.event_row import EventRow

CONNECTOR = 2
CREDENTIALS = {"user": "user-ok", "password": "password-ok"}
POLL_SECONDS = 0.25
LOGS = "the functions' logs in CloudWatch, or make logs for the local stack"

DONE = "ready"
CODE = re.compile(r"[A-Z0-9_]{1,60}|urn:pluggy-lambda:problem:[a-z-]{1,60}")
# Only a person resolves these phases, so waiting longer does not help.
DEAD_ENDS = {"failed", "reconnect", "ready_partial"}


@dataclass(frozen=True)
class Surroundings:
    """The target of the walk: the local stack, or a deployed one and live Pluggy."""

    api_url: str
    api_host: str | None
    pluggy_url: str
    user_token: str
    events_of: Callable[[str], list[EventRow]]
    patience_seconds: float
    observe: Callable[[str, request.Answer], None] = lambda _what, _answer: None
    """Receives Pluggy's responses, each with the request that it answers."""


@dataclass(frozen=True)
class Walked:
    """The result of the walk."""

    status: dict[str, Any]
    """The item's final status, from our API."""
    events: list[EventRow]
    """The events that were stored meanwhile, oldest first."""


@dataclass(frozen=True)
class Started:
    """An item in an execution, and what was known of it before, which is not news."""

    item_id: str
    old_fetched_at: str | None = None
    old_event_ids: frozenset[str] = frozenset()


Print = Callable[[str, str], None]


def run(surroundings: Surroundings, say: Callable[[str], None]) -> Walked:
    """Connects a bank, and waits until the item is ready. `say` prints each step."""
    start = time.monotonic()

    def show(who: str, what: str) -> None:
        say(f"{time.monotonic() - start:6.2f} s  {who:<9} {what}")

    return _watch(surroundings, _connect(surroundings, show), show)


def call_api(surroundings: Surroundings, method: str, path: str, body: dict[str, Any] | None = None) -> request.Answer:
    """Sends a request of the signed-in user's app to our API."""
    headers = {"authorization": f"Bearer {surroundings.user_token}"}
    url = f"{surroundings.api_url}{path}"
    if body is None:
        return request.send(method, url, headers=headers, host=surroundings.api_host)
    return request.send_json(method, url, body, headers=headers, host=surroundings.api_host)


def existing_items(answer: request.Answer) -> list[str]:
    """Returns the items because of which Pluggy refuses a second one with the same credentials (`avoidDuplicates`)."""
    body = answer.object()
    # Pluggy documents 400, but 409 was observed too.
    if answer.status not in (400, 409) or body.get("codeDescription") != "ITEM_USER_ALREADY_EXISTS":
        return []
    items = body.get("items")
    return [item for item in items if isinstance(item, str)] if isinstance(items, list) else []


def _connect(surroundings: Surroundings, show: Print) -> Started:
    answer = _ask_for_token(surroundings, {})
    if not (token := _token(answer)):
        raise _unexpected("our API", "POST /connect-token", answer)
    show("app", f"POST /connect-token -> {answer.status}, token valid until {answer.object().get('expiresAt')}")
    body = {"connectorId": CONNECTOR, "parameters": CREDENTIALS}
    answer = _ask_pluggy(surroundings, "POST", "/items", token, body)
    what = f"POST /items at Pluggy, connector {CONNECTOR}, {CREDENTIALS['user']} -> {answer.status}"
    if existing := existing_items(answer):
        show("widget", f"{what}, connected already")
        return _update(surroundings, existing, show)
    item_id = answer.object().get("id")
    if not item_id:
        raise _unexpected("Pluggy", "POST /items", answer)
    show("widget", f"{what}, item {item_id}")
    return Started(item_id)


def _update(surroundings: Surroundings, existing: list[str], show: Print) -> Started:
    """Continues in update mode, as the widget does, with the first item that belongs to the user."""
    for item_id in existing:
        answer = _ask_for_token(surroundings, {"itemId": item_id})
        if token := _token(answer):
            break
    else:
        raise Failure(
            f"the credentials are those of {', '.join(existing)}, and our API answered {answer.status} to "
            "POST /connect-token with an itemId",
            "Use a token of the user who connected it, or delete the item at Pluggy.",
        )
    show("app", f"POST /connect-token with the itemId -> {answer.status}, for update mode")
    started = Started(
        item_id,
        call_api(surroundings, "GET", f"/items/{item_id}").object().get("fetchedAt"),
        frozenset(row.id for row in surroundings.events_of(item_id)),
    )
    answer = _ask_pluggy(surroundings, "PATCH", f"/items/{item_id}", token, {"parameters": CREDENTIALS})
    if answer.status != 200:
        raise _unexpected("Pluggy", "PATCH /items/{id}", answer)
    show("widget", f"PATCH /items/{{id}} at Pluggy -> {answer.status}, item {item_id}")
    return started


def _ask_for_token(surroundings: Surroundings, body: dict[str, Any]) -> request.Answer:
    return call_api(surroundings, "POST", "/connect-token", body)


def _token(answer: request.Answer) -> str | None:
    return answer.object().get("accessToken")


def _ask_pluggy(
    surroundings: Surroundings, method: str, path: str, connect_token: str, body: dict[str, Any]
) -> request.Answer:
    answer = request.send_json(method, f"{surroundings.pluggy_url}{path}", body, headers={"x-api-key": connect_token})
    surroundings.observe(f"{method} {'/items/{id}' if path != '/items' else path}", answer)
    return answer


def _watch(surroundings: Surroundings, started: Started, show: Print) -> Walked:
    events: dict[str, EventRow] = {}
    seen_state = ""
    deadline = time.monotonic() + surroundings.patience_seconds
    while time.monotonic() < deadline:
        answer = call_api(surroundings, "GET", f"/items/{started.item_id}")
        # Read after the status, so that the events behind the last status are printed before the walk ends.
        for row in surroundings.events_of(started.item_id):
            if row.id not in events and row.id not in started.old_event_ids:
                events[row.id] = row
                show(row.origin, f"{row.event} stored")
        status = answer.object()
        is_news = started.old_fetched_at is None or status.get("fetchedAt") != started.old_fetched_at
        state = _state(answer, is_news)
        if state != seen_state:
            seen_state = state
            show("app", f"GET /items/{{itemId}} -> {state}")
        if is_news and status.get("phase") == DONE:
            return Walked(status, list(events.values()))
        if is_news and status.get("phase") in DEAD_ENDS:
            raise Failure(f"the connection ended as {status['phase']}: {state}", f"See {LOGS}.")
        time.sleep(POLL_SECONDS)
    raise Failure(
        f"the connection was not {DONE} within {surroundings.patience_seconds:.0f} s; last seen: {seen_state}",
        f"{len(events)} event(s) of item {started.item_id} were stored. See {LOGS}.",
    )


def _state(answer: request.Answer, is_news: bool) -> str:
    if answer.status == 404:
        return "404, not known yet"
    if answer.status != 200:
        return str(answer.status)
    if not is_news:
        return "200, as before"
    status = answer.object()
    action = (status.get("nextAction") or {}).get("kind")
    at_pluggy = f"{status.get('status')}/{status.get('executionStatus')} at Pluggy"
    return f"200, phase {status.get('phase')}, next action {action} ({at_pluggy})"


def _unexpected(who: str, what: str, answer: request.Answer) -> Failure:
    """Returns a failure with the response's codes. The rest of a body may name a user or have a token."""
    codes = [str(answer.object().get(name, "")) for name in ("codeDescription", "type")]
    shown = "".join(f", {code}" for code in codes if CODE.fullmatch(code))
    return Failure(f"{who} answered {answer.status}{shown} to {what}", f"See {LOGS}.")
