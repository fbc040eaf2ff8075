"""Receives events of the bus by HTTPS, outside AWS. `EventsToBackend` in ../template.yaml sends them."""

import hmac
import json
import logging
import os
from collections.abc import Callable
from typing import Any, Protocol

# The value of the secret BackendKey of that stack.
EVENTS_KEY = os.environ["EVENTS_KEY"]
if not EVENTS_KEY:
    raise RuntimeError("EVENTS_KEY is empty")


class Seen(Protocol):
    """The ids of handled events, for example a table of your database, for 60 days."""

    def has(self, event_id: str) -> bool: ...

    def add(self, event_id: str) -> None: ...


def receive(key: str | None, body: bytes, seen: Seen, handle: Callable[[dict[str, Any]], None]) -> int:
    """Handles a request by the value of its header x-events-key and its body as it arrived. Returns the status.

    EventBridge waits 5 seconds for it. It sends the event again after a 500, and puts it into the queue for a person
    after a 400. `handle({"type": ..., "detail": ...})` does your work. It may be called twice for an event, and for
    the events of an item in any order.
    """
    if key is None or not hmac.compare_digest(key.encode(errors="replace"), EVENTS_KEY.encode()):
        return 401
    event = _parsed(body)
    if event is None:
        return 400
    event_id = event["detail"]["id"]
    try:
        if seen.has(event_id):
            return 204
        handle(event)
        # Afterwards, so that interrupted work is done again.
        seen.add(event_id)
    except Exception as error:
        logging.error("event %s not handled: %s", event_id, type(error).__name__)
        return 500
    return 204


def _parsed(body: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(body)
        is_known = event["detail"]["schemaVersion"] == 1 and isinstance(event["detail"]["id"], str)
    except (KeyError, TypeError, ValueError):
        return None
    return event if is_known else None
