"""`make smoke ENV=...`: the walk of `make up` against a deployed stack and live Pluggy's sandbox connector.

The user's token comes from the environment variable USER_JWT or from a prompt. At the end the command prints names from
the first delivery: the headers that Pluggy sent beyond the usual ones, and the fields of the payload.
"""

import getpass
import json
import os
import re
import time
from typing import Any

from stack import account, console, environment, event_row, walk

PATIENCE_SECONDS = 600
LOG_DELAY_SECONDS = 60
LOG_POLL_SECONDS = 2
# This clock and the clock of the logs may differ.
CLOCK_TOLERANCE_SECONDS = 120

# In JSON and in plain text.
HEADER_NAMES = re.compile(r'delivery\.header_names"?\s*[:=]\s*"([^"]*)"')


def smoke() -> None:
    chosen = environment.required()
    token = os.environ.get("USER_JWT") or getpass.getpass("A user's access token (not shown): ")
    with account.reachable():
        outputs, parameters = account.describe(chosen)
        dynamodb = account.client("dynamodb", chosen)
        console.heading(f"Connect a sandbox bank through {chosen.stack_name}")
        start = time.time() - CLOCK_TOLERANCE_SECONDS
        walked = walk.run(
            walk.Surroundings(
                api_url=outputs["ApiUrl"].rstrip("/"),
                api_host=None,
                pluggy_url=parameters["PluggyBaseUrl"],
                user_token=token.strip(),
                events_of=lambda item_id: event_row.of_item(dynamodb, outputs["EventTableName"], item_id),
                patience_seconds=PATIENCE_SECONDS,
            )
        )
        console.heading("The item's status, from our API")
        print(json.dumps(walked.status, indent=2, ensure_ascii=False))
        console.heading("The first delivery")
        delivery = next((event for event in walked.events if event.origin == "webhook"), None)
        if delivery is None:
            raise console.Failure(
                "no webhook delivery arrived: the status came from a scheduled fetch",
                f"Check the registration: make register-webhook ENV={chosen.name}",
            )
        console.line(f"{delivery.event}, payload fields: {', '.join(delivery.payload_fields())}")
        names = _header_names(
            account.client("logs", chosen), outputs["WebhookLogGroupName"], walked.status["itemId"], start
        )
        console.line(f"headers: {names}")


def _header_names(logs: Any, group: str, item_id: str, since: float) -> str:
    """Returns the header names that the webhook logged for the item's first delivery. Log lines arrive with a delay."""
    deadline = time.monotonic() + LOG_DELAY_SECONDS
    while time.monotonic() < deadline:
        found = logs.filter_log_events(
            logGroupName=group, startTime=int(since * 1000), filterPattern=f'"delivery.header_names" "{item_id}"'
        )
        for event in found["events"]:
            names = HEADER_NAMES.search(event["message"])
            if names:
                return names[1]
        time.sleep(LOG_POLL_SECONDS)
    return f"not found in {group} within {LOG_DELAY_SECONDS} s"


if __name__ == "__main__":
    console.run(smoke)
