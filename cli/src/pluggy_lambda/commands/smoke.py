"""`pluggy-lambda smoke`: connects a sandbox bank through a deployed stack and Pluggy, and writes a report."""

import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from pluggy_lambda import __version__, event_row, request, walk
from pluggy_lambda.aws import Stack
from pluggy_lambda.errors import Failure
from pluggy_lambda.event_row import EventRow
from pluggy_lambda.options import Operation, operation

PATIENCE_SECONDS = 600
LOG_DELAY_SECONDS = 60
LOG_POLL_SECONDS = 2
# This clock and the clock of the logs may differ.
CLOCK_TOLERANCE_SECONDS = 120
# Headers that answer what Pluggy allows, and their values: numbers, with their names where a header has several.
LIMIT_NAME = re.compile(r"(x-)?ratelimit(-(limit|policy|remaining|reset|used))?|retry-after")
LIMIT_VALUE = re.compile(r'(([a-z]{1,9}=|"[a-z]{1,9}"; ?[a-z]=)?[0-9]{1,10}([,;] ?|$)){1,9}')

# In JSON and in plain text.
HEADER_NAMES = re.compile(r'delivery\.header_names"?\s*[:=]\s*"([^"]*)"')
EPILOG = """\b
Examples:
  pluggy-lambda smoke --env dev
  make --silent user-token | pluggy-lambda smoke --env local --report report.json
"""


@click.command(epilog=EPILOG)
@click.option(
    "--report",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file of the report. [default: smoke-<env>.json]",
)
@operation
def smoke(run: Operation, file: Path | None) -> None:
    """Connect a sandbox bank through a deployed stack.

    The command needs a user's access token of your identity provider, by prompt or as a line of the standard input.
    It connects Pluggy's sandbox bank as your app does, and waits until the item is ready, for at most ten minutes.

    The report can be sent to others. It has names of headers and fields, RateLimit-* values, statuses and durations,
    and no token, no id and no body.
    """
    file = file or Path(f"smoke-{run.environment.name}.json")
    token = run.ask_token()
    stack = run.aws.stack()
    responses: list[dict[str, Any]] = []
    start = time.time() - CLOCK_TOLERANCE_SECONDS
    begun = time.monotonic()
    run.console.heading(f"Connect a sandbox bank through {run.environment.stack_name}")
    with run.aws.explained():
        walked = walk.run(_surroundings(run, stack, token, responses), run.console.say)
        seconds = time.monotonic() - begun
        delivery = next((event for event in walked.events if event.origin == "webhook"), None)
    names = _header_names_if_any(run, stack, walked.status["itemId"], start) if delivery else None
    report = _report(run, walked, responses, delivery, names, seconds)
    file.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if delivery is None:
        raise Failure(
            f"no webhook delivery arrived, so a scheduled fetch gave the status; the report is {file}",
            f"Check the registration: pluggy-lambda webhook register --env {run.environment.name}",
        )
    run.console.result(
        [
            f"the connection is {walked.status['phase']} after {seconds:.0f} s",
            f"first delivery: {delivery.event}, payload fields {', '.join(report['delivery']['payloadFields'])}",
            f"headers of the delivery beyond the usual: {_named(names)}",
            f"the report is {file}",
        ],
        report,
    )


def _surroundings(run: Operation, stack: Stack, token: str, responses: list[dict[str, Any]]) -> walk.Surroundings:
    dynamodb, table = run.aws.client("dynamodb"), stack.output("EventTableName")
    local = run.environment.local_stack() if run.environment.is_local else None

    def observe(what: str, answer: request.Answer) -> None:
        responses.append({"request": what, "status": answer.status, **_headers(answer)})

    return walk.Surroundings(
        api_url=local["api"]["url"] if local else stack.output("ApiUrl").rstrip("/"),
        api_host=local["api"]["host"] if local else None,
        pluggy_url=stack.parameters["PluggyBaseUrl"],
        user_token=token,
        events_of=lambda item_id: event_row.of_item(dynamodb, table, item_id),
        patience_seconds=PATIENCE_SECONDS,
        observe=observe,
    )


def _headers(answer: request.Answer) -> dict[str, Any]:
    limits = {
        name: value
        for name, value in answer.headers.items()
        if LIMIT_NAME.fullmatch(name) and LIMIT_VALUE.fullmatch(value)
    }
    return {"headerNames": sorted(answer.headers), "limits": limits}


def _report(
    run: Operation,
    walked: walk.Walked,
    responses: list[dict[str, Any]],
    delivery: EventRow | None,
    names: list[str] | None,
    seconds: float,
) -> dict[str, Any]:
    status = walked.status
    return {
        "version": __version__,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "region": run.environment.region,
        "seconds": round(seconds, 1),
        "phase": status["phase"],
        "status": status.get("status"),
        "executionStatus": status.get("executionStatus"),
        "itemFields": sorted(status),
        "events": [{"event": event.event, "origin": event.origin} for event in walked.events],
        "delivery": delivery
        and {"event": delivery.event, "payloadFields": delivery.payload_fields(), "headerNames": names},
        "pluggyResponses": responses,
    }


def _header_names_if_any(run: Operation, stack: Stack, item_id: str, since: float) -> list[str] | None:
    """Returns the header names. The report is worth having without them."""
    try:
        with run.aws.explained():
            return _header_names(run, stack, item_id, since)
    except Failure as failure:
        run.console.say(f"the log of the webhook cannot be read: {failure}")
        return None


def _header_names(run: Operation, stack: Stack, item_id: str, since: float) -> list[str] | None:
    """Returns the header names that the webhook logged for the item's deliveries. Log lines arrive with a delay."""
    logs, group = run.aws.client("logs"), stack.output("WebhookLogGroupName")
    deadline = time.monotonic() + LOG_DELAY_SECONDS
    while time.monotonic() < deadline:
        run.console.progress("waiting for the webhook's log")
        found = logs.filter_log_events(
            logGroupName=group, startTime=int(since * 1000), filterPattern=f'"DeliveriesStored" "{item_id}"'
        )
        if lines := [event["message"] for event in found["events"]]:
            return _unusual_headers(lines)
        time.sleep(LOG_POLL_SECONDS)
    return None


def _named(names: list[str] | None) -> str:
    return "not found" if names is None else ", ".join(names) or "none"


def _unusual_headers(lines: list[str]) -> list[str]:
    """Returns the header names in the lines. A delivery with none but usual headers names none."""
    found = [names[1].replace(",", " ").split() for line in lines if (names := HEADER_NAMES.search(line))]
    return sorted({name for names in found for name in names})
