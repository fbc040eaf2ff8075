"""`make smoke STACK=...`: the walk of `make up` against a deployed stack and live Pluggy's sandbox connector.

The user's token comes from the environment variable USER_JWT, or is asked for. At the end it tells what the first
delivery really looked like, in names only: which headers Pluggy sent and which fields its payload had.
"""

import getpass
import json
import os
import time
from typing import Any

from stack import account, console, event_row, walk

PATIENCE_SECONDS = 600
LOG_DELAY_SECONDS = 60


def smoke() -> None:
    name = account.stack_name()
    token = os.environ.get("USER_JWT") or getpass.getpass("A user's access token (not shown): ")
    started_ms = int(time.time() * 1000)
    with account.reachable():
        outputs, parameters = account.describe(name)
        dynamodb = account.client("dynamodb")
        console.heading(f"Connect a sandbox bank through {name}")
        status = walk.run(
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
        print(json.dumps(status, indent=2, ensure_ascii=False))
        console.heading("The first delivery")
        deliveries = [
            row
            for row in event_row.of_item(dynamodb, outputs["EventTableName"], status["itemId"])
            if row.origin == "webhook"
        ]
        if deliveries:
            console.line(f"{deliveries[0].event}, payload fields: {', '.join(deliveries[0].payload_fields())}")
        else:
            console.line("none: the state came from a check, so look at the webhook's registration")
        console.line(f"headers: {_header_names(account.client('logs'), outputs['WebhookLogGroupName'], started_ms)}")


def _header_names(logs: Any, group: str, started_ms: int) -> str:
    """The names that the webhook function logged; its log lines arrive with a delay."""
    deadline = time.monotonic() + LOG_DELAY_SECONDS
    while time.monotonic() < deadline:
        found = logs.filter_log_events(
            logGroupName=group, startTime=started_ms, filterPattern='"delivery.header_names"'
        )
        for event in found["events"]:
            names = _find(json.loads(event["message"]), "delivery.header_names")
            if names:
                return str(names)
        time.sleep(2)
    return f"not found in {group} within {LOG_DELAY_SECONDS} s"


def _find(value: Any, name: str) -> Any:
    if not isinstance(value, dict):
        return None
    return value.get(name) or next((found for entry in value.values() if (found := _find(entry, name))), None)


if __name__ == "__main__":
    console.run(smoke)
