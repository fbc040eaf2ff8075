"""The report of an item or a user as text for a terminal."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pluggy_lambda.console import printable

LABEL_WIDTH = 12
ROWS = {
    "absent": "none: Pluggy never named the item to us, or its row is lost",
    "placeholder": "a placeholder: no fetch has succeeded yet",
    "tombstone": "a tombstone",
}
PROVENANCES = {
    "response": "Pluggy's response",
    "event": "an event only",
    "import": "an operator only",
}


def item(report: dict[str, Any], now: datetime, env: str) -> list[str]:
    """Returns the report of an item as lines."""
    lines = [f"Item {report['itemId']}"]
    lines += _facts(_row_facts(report, now) + _snapshot_facts(report["snapshot"], now) + _schedule_facts(report, now))
    total, complete = report["eventsTotal"], report["eventsComplete"]
    shown = len(report["events"])
    if not complete:
        title = f"Events ({shown} of more than {total}): not all were read; newer ones may be missing"
    else:
        title = f"Events, newest first ({shown} of {total})" if shown else "No events"
    lines += ["", title]
    lines += _table(_event_row(event) for event in report["events"])
    if report["row"] == "absent":
        command = f"replay --env {env} {report['itemId']}" if shown else f"items import --env {env}"
        lines += ["", f"To fetch it: pluggy-lambda {command}"]
    return lines


def user(report: dict[str, Any], now: datetime, env: str) -> list[str]:
    """Returns a user's items as lines."""
    items, unreadable = report["items"], report["unreadable"]
    broken = []
    if unreadable:
        rows_of = "1 row" if unreadable == 1 else f"{unreadable} rows"
        broken = [f"{rows_of} cannot be read. The log of inspect names the attribute."]
    if not items:
        return broken or [
            "No item has this owner.",
            f"To search the events for items whose rows are lost: pluggy-lambda replay --env {env} --user ID",
        ]
    rows = [["item", "bank", "phase", "next fetch", "why"]]
    for entry in items:
        connection = entry["connection"] or {}
        fetch = _when(entry["schedule"]["nextFetchAt"], now)
        rows.append(
            [
                entry["itemId"],
                entry["connector"] or "-",
                connection.get("phase", "-"),
                fetch,
                connection.get("why", "-"),
            ]
        )
    return [f"{len(items)} {'item' if len(items) == 1 else 'items'}, newest first", *_table(rows), *broken]


def _owner(report: dict[str, Any]) -> str:
    return f"{report['owner']} (by {PROVENANCES[report['ownerProvenance']]})" if report["owner"] else ""


def _row_facts(report: dict[str, Any], now: datetime) -> list[tuple[str, str]]:
    row = ROWS.get(report["row"], "")
    if report["row"] == "unreadable":
        row = f"cannot be read because of the attribute {report['unreadable']}"
    connection = report["connection"]
    facts = [
        ("row", row),
        ("unconfirmed", "no event of Pluggy's names it, and it was never fetched" if report["unconfirmed"] else ""),
        ("deleted", _when(report["deletedAt"], now)),
        ("owner", _owner(report) or ("nobody, so nobody can see it" if connection else "")),
        ("created", _when(report["createdAt"], now)),
    ]
    if connection:
        until = f", until {_when(connection['expiresAt'], now)}" if connection["expiresAt"] else ""
        facts += [
            ("phase", f"{connection['phase']} ({connection['reason']}): {connection['why']}"),
            ("next action", connection["nextAction"] + until),
        ]
    return facts


def _snapshot_facts(snapshot: dict[str, Any] | None, now: datetime) -> list[tuple[str, str]]:
    if snapshot is None:
        return []
    error, bank = snapshot["error"] or {}, snapshot["connector"] or {}
    pending = "another holder must approve at the bank" if snapshot["hasResourcesPendingAuthorization"] else ""
    return [
        ("status", f"{snapshot['status']}, execution {snapshot['executionStatus']}"),
        ("error", ": ".join(filter(None, [error.get("code"), error.get("message")]))),
        ("bank says", error.get("providerMessage") or ""),
        (
            "bank",
            ", ".join(filter(None, [bank.get("name"), f"connector {bank['id']}" if bank else "", bank.get("health")])),
        ),
        ("products", "; ".join(_product(name, product, now) for name, product in snapshot["products"].items())),
        ("pending", pending),
        ("fetched", _when(snapshot["fetchedAt"], now)),
        ("changed", _when(snapshot["updatedAt"], now)),
        ("collected", _when(snapshot["lastUpdatedAt"], now)),
        ("auto-sync", _when(snapshot["nextAutoSyncAt"], now)),
        ("consent ends", _when(snapshot["consentExpiresAt"], now)),
    ]


def _schedule_facts(report: dict[str, Any], now: datetime) -> list[tuple[str, str]]:
    schedule = report["schedule"]
    if schedule is None:
        return []
    failures, confirming = schedule["fetchFailures"], schedule["confirmingFetches"]
    overdue = " OVERDUE" if schedule["overdueSeconds"] else ""
    fetch = _when(schedule["nextFetchAt"], now)
    return [
        ("next fetch", fetch + overdue if fetch else "none"),
        ("failures", f"{failures} in a row" if failures else ""),
        ("last error", _failed_fetch(schedule["lastError"], now)),
        ("signal", f"{signal}, not yet confirmed by a fetch" if (signal := schedule["pendingSignal"]) else ""),
        ("confirming", f"{confirming} fetches in a row" if confirming else ""),
        (
            "missing",
            f"Pluggy has said 404 since {_when(schedule['missingSince'], now)}" if schedule["missingSince"] else "",
        ),
    ]


def _failed_fetch(error: dict[str, Any] | None, now: datetime) -> str:
    if error is None:
        return ""
    error_id = f", Pluggy's error id {error['errorId']}" if error.get("errorId") else ""
    return f"{_when(error['at'], now)} {error['reason']}{error_id}"


def _product(name: str, product: dict[str, Any], now: datetime) -> str:
    at, is_updated = _when(product["lastUpdatedAt"], now), product["isUpdated"]
    if is_updated is None:
        state = f"last updated {at}" if at else ""
    elif is_updated:
        state = f"updated {at}"
    else:
        state = f"not updated since {at}" if at else "not updated"
    warnings = f"with warnings {', '.join(product['warnings'])}" if product["warnings"] else ""
    return " ".join(filter(None, [name, state.strip(), warnings]))


def _event_row(event: dict[str, Any]) -> list[str]:
    remarks = [
        f"quarantined: {event['quarantine']}" if event["quarantine"] else "",
        "cut" if event["truncated"] else "",
    ]
    return [_time(event["receivedAt"]), event["event"], event["origin"], event["id"], ", ".join(filter(None, remarks))]


def _facts(facts: list[tuple[str, str]]) -> list[str]:
    return [f"  {label:<{LABEL_WIDTH}}  {_one_line(text)}" for label, text in facts if text]


def _table(rows: Iterable[list[str]]) -> list[str]:
    cells = [[_one_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        ("  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))).rstrip()
        for row in cells
    ]


def _one_line(text: str) -> str:
    return printable(text.replace("\n", "\N{REPLACEMENT CHARACTER}"))


def _when(text: str | None, now: datetime) -> str:
    return f"{_time(text)} ({_distance(_parse(text), now)})" if text else ""


def _time(text: str) -> str:
    return _parse(text).strftime("%Y-%m-%d %H:%M:%SZ")


def _parse(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _distance(at: datetime, now: datetime) -> str:
    seconds = round((at - now).total_seconds())
    amount = abs(seconds)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if amount >= 2 * size:
            span = f"{amount // size} {unit}"
            break
    else:
        span = f"{amount} s"
    return f"in {span}" if seconds > 0 else f"{span} ago"
