"""The feed of the demo page: what Pluggy, the backend and its bus did, in the order in which it happened.

The collector asks the sandbox and the local AWS while somebody watches. A user's feed has that user's items alone.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

ITEM_PATH = re.compile(r"^/items/([0-9a-f-]{36})(/[a-z-]+)?$")
POLL_SECONDS = 0.4
# After this time without a watcher nothing is asked any more.
PATIENCE_SECONDS = 5
ITEM_PREFIX = "ITEM#"
LEFT_OUT = "(left out)"

Entry = dict[str, Any]


@dataclass(frozen=True)
class Sources:
    """Sources of the collector. Each function returns everything, except `messages`, which returns the new ones."""

    deliveries: Callable[[], list[dict[str, Any]]]
    requests: Callable[[], list[dict[str, Any]]]
    messages: Callable[[], list[dict[str, Any]]]
    rows: Callable[[], list[dict[str, Any]]]


@dataclass
class Feed:
    """The entries so far, the rows of the item table, and who owns which item."""

    entries: list[Entry] = field(default_factory=list)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    # The owner of an item stays known after its row has become a tombstone, which has none.
    owners: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def take(self, entries: Iterable[Entry]) -> None:
        """Adds the entries that are new, by their ids."""
        for entry in sorted(entries, key=lambda entry: entry["at"]):
            if entry["id"] not in self.seen:
                self.seen.add(entry["id"])
                self.entries.append(entry)

    def take_rows(self, rows: Iterable[dict[str, Any]], now: str) -> None:
        """Stores the rows, and adds an entry for each that a fetch has changed."""
        for row in rows:
            item_id = row["pk"].removeprefix(ITEM_PREFIX)
            if "owner" in row:
                self.owners[item_id] = row["owner"]
            before = self.rows.get(item_id, {})
            self.rows[item_id] = row
            state = [row.get(name) for name in ("status", "executionStatus", "deletedAt")]
            if state != [before.get(name) for name in ("status", "executionStatus", "deletedAt")]:
                name = "deleted" if "deletedAt" in row else "/".join(text for text in state if isinstance(text, str))
                self.take([_entry("row", f"{row.get('fetchedAt')}-{name}", now, item_id, name or "placeholder")])

    def of(self, user: str, start: int) -> tuple[list[Entry], int]:
        """Returns the user's entries from a position on, and the next position.

        Stops at an entry whose owner is not known yet, at most for a while: webhooks come before the row.
        """
        found = []
        position = start
        for entry in self.entries[start:]:
            owner = self.owners.get(entry["itemId"])
            if owner is None and time.time() - entry["seenAt"] < PATIENCE_SECONDS:
                break
            position += 1
            if owner == user:
                found.append({name: value for name, value in entry.items() if name != "seenAt"})
        return found, position

    def rows_of(self, user: str) -> dict[str, dict[str, Any]]:
        """Returns the user's rows by item id, without login links."""
        return {item_id: shown(row) for item_id, row in self.rows.items() if self.owners.get(item_id) == user}


class Collector:
    """A feed that is kept up to date while somebody watches."""

    def __init__(self, sources: Sources) -> None:
        """Starts nothing: the first watcher does."""
        self._sources = sources
        self._feed = Feed()
        self._lock = threading.Lock()
        self._asked_at = 0.0

    def news(self, user: str, start: int) -> tuple[list[Entry], int, dict[str, dict[str, Any]]]:
        """Returns the user's entries from a position on, the next position, and the user's rows."""
        with self._lock:
            if time.monotonic() - self._asked_at >= POLL_SECONDS:
                self._collect()
                self._asked_at = time.monotonic()
            entries, position = self._feed.of(user, start)
            return entries, position, self._feed.rows_of(user)

    def _collect(self) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        for message in self._sources.messages():
            detail = message.get("detail", {})
            if detail.get("itemId") and detail.get("owner"):
                self._feed.owners.setdefault(detail["itemId"], detail["owner"])
            self._feed.take(bus_entries([message], now))
        self._feed.take(delivery_entries(self._sources.deliveries()))
        self._feed.take(fetch_entries(self._sources.requests()))
        self._feed.take_rows(self._sources.rows(), now)


def delivery_entries(deliveries: Iterable[dict[str, Any]]) -> list[Entry]:
    """Returns an entry for each attempt to deliver a webhook event."""
    return [
        _entry("webhook", f"{one['eventId']}-{one['attempt']}", one["at"], one["itemId"], one["event"], _outcome(one))
        for one in deliveries
        if one["itemId"] is not None
    ]


def fetch_entries(requests: Iterable[dict[str, Any]]) -> list[Entry]:
    """Returns an entry for each request of the backend about an item. Those of the widget are left out."""
    found = []
    for number, one in enumerate(requests):
        path = ITEM_PATH.match(one["path"])
        if path and not one["fromBrowser"] and one["status"] is not None:
            found.append(_entry("fetch", str(number), one["at"], path[1], one["method"], str(one["status"])))
    return found


def bus_entries(messages: Iterable[dict[str, Any]], now: str) -> list[Entry]:
    """Returns an entry for each event of the bus that is about an item. Copies of webhook events are left out."""
    found = []
    for message in messages:
        detail = message.get("detail", {})
        name = message.get("detail-type", "")
        if detail.get("itemId") and not name.startswith("webhook."):
            found.append(_entry("bus", detail["id"], now, detail["itemId"], name))
    return found


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """Returns a row of DynamoDB's as plain values. JSON in a text becomes a value, too."""
    return {name: _plain(value) for name, value in row.items()}


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """Returns a row for the page: the link of a login, and the answers to a bank's question, are left out."""
    parameter = row.get("parameter")
    if isinstance(parameter, dict):
        return {**row, "parameter": {**parameter, **({"data": LEFT_OUT} if "data" in parameter else {})}}
    return row if parameter is None else {**row, "parameter": LEFT_OUT}


def _plain(value: dict[str, Any]) -> Any:
    kind, content = next(iter(value.items()))
    if kind == "N":
        return int(content) if re.fullmatch(r"-?\d+", content) else float(content)
    if kind == "S" and content[:1] in "[{":
        try:
            return json.loads(content)
        except ValueError:
            return content
    if kind == "M":
        return plain(content)
    if kind == "L":
        return [_plain(one) for one in content]
    return content


def _outcome(delivery: dict[str, Any]) -> str:
    outcome = delivery["outcome"]
    return str(outcome["status"]) if isinstance(outcome, dict) else outcome


def _entry(kind: str, id_: str, at: str, item_id: str, name: str, detail: str = "") -> Entry:
    entry = {"id": f"{kind}-{id_}", "kind": kind, "at": at, "itemId": item_id, "name": name}
    return {**entry, "detail": detail, "seenAt": time.time()}
