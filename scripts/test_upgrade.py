"""`make test-upgrade FROM=<archive> TO=<archive>`: an update and a rollback of a release while webhooks arrive.

The release FROM is deployed to MiniStack. While the sandbox delivers, TO replaces it, and FROM replaces TO. Afterwards
every event is stored and published, and each item's row says what the sandbox says.
"""

import itertools
import json
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pluggy_lambda import request
from stack import console, local, ministack, own_sandbox, release_deployment, sandbox
from stack.release_deployment import Release

ITEMS = 20
# Each execution ends in several events.
SECONDS_BETWEEN_EXECUTIONS = 0.2
# Traffic before, between and after the deployments.
SECONDS_OF_TRAFFIC = 15
PATIENCE_SECONDS = 180
# Longer than the wait before the last round of a delivery.
MINUTES_OF_RETRIES = 150
CONNECTOR = 2
BANK_CREDENTIALS = {"user": "user-ok", "password": "password-ok"}


@dataclass
class Pluggy:
    """The sandbox, with an API key."""

    url: str
    key: str
    items: list[str] = field(default_factory=list)

    def connect(self, user: str) -> None:
        """Creates an item of a user."""
        body = {"connectorId": CONNECTOR, "parameters": BANK_CREDENTIALS, "clientUserId": user}
        answer = request.send_json("POST", f"{self.url}/items", body, headers={"x-api-key": self.key})
        self.items.append(answer.json()["id"])

    def item(self, item_id: str) -> dict[str, Any]:
        """Returns an item."""
        return request.send("GET", f"{self.url}/items/{item_id}", headers={"x-api-key": self.key}).json()

    def execute(self, item_id: str) -> None:
        """Starts an execution, unless one is running."""
        sandbox.ask(self.url, "POST", f"/sandbox/items/{item_id}/sync")

    def attempts(self) -> list[dict[str, Any]]:
        """Returns every attempt of a delivery."""
        return sandbox.ask(self.url, "GET", "/sandbox/deliveries").json()["deliveries"]


def test_upgrade() -> None:
    archives = [Path(argument) for argument in sys.argv[1:]]
    if len(archives) != 2 or not all(archive.is_file() for archive in archives):
        raise console.Failure("two archives are needed", "make test-upgrade FROM=<archive> TO=<archive>")
    with tempfile.TemporaryDirectory() as folder, local.exclusive(), ministack.reachable():
        old, new = (
            release_deployment.unpack(archive, Path(folder) / name)
            for archive, name in zip(archives, ("from", "to"), strict=True)
        )
        options = ["--deliver-via", ministack.endpoint()]
        with release_deployment.emulator(), own_sandbox.running(*options, program=old.sandbox) as variables:
            _update_and_roll_back(old, new, variables)


def _update_and_roll_back(old: Release, new: Release, variables: dict[str, str]) -> None:
    for release in (old, new):
        release_deployment.set_up(release, variables)
    with console.step("deploy FROM"):
        outputs = old.deploy()
    host = release_deployment.api_host(old)
    release_deployment.register(outputs)
    published = _listen(outputs["EventBusName"])
    pluggy = _pluggy(variables)
    codes = [_code(outputs)]
    statuses: Counter[int] = Counter()
    with _traffic(pluggy, host, statuses):
        _wait_in_traffic(pluggy)
        for name, release in (("update to TO", new), ("roll back to FROM", old)):
            before = len(pluggy.attempts())
            with console.step(name):
                outputs = release.deploy()
            console.line(f"version {outputs['Version']}, {len(pluggy.attempts()) - before} delivery attempts meanwhile")
            codes.append(_code(outputs))
            _wait_in_traffic(pluggy)
    if codes[0] == codes[1] or codes[0] != codes[2]:
        raise console.Failure(f"the webhook's code was not changed and changed back: {codes}")
    _compare(pluggy, outputs, published)
    console.line(f"GET /items: {', '.join(f'{count} x {status}' for status, count in sorted(statuses.items()))}")


def _pluggy(variables: dict[str, str]) -> Pluggy:
    url = variables["PLUGGY_API_URL"]
    credentials = {"clientId": variables["PLUGGY_CLIENT_ID"], "clientSecret": variables["PLUGGY_CLIENT_SECRET"]}
    pluggy = Pluggy(url, request.send_json("POST", f"{url}/auth", credentials).json()["apiKey"])
    for number in range(ITEMS):
        pluggy.connect(f"usr_{number}")
    return pluggy


@contextmanager
def _traffic(pluggy: Pluggy, host: str, statuses: Counter[int]) -> Iterator[None]:
    """Starts executions, and reads from the API and counts its statuses, until the block ends."""
    done = threading.Event()
    token = sandbox.user_token(pluggy.url, "usr_0")

    def execute() -> None:
        for item_id in itertools.cycle(pluggy.items):
            if done.wait(SECONDS_BETWEEN_EXECUTIONS):
                return
            pluggy.execute(item_id)

    def read() -> None:
        while not done.wait(SECONDS_BETWEEN_EXECUTIONS):
            headers = {"authorization": f"Bearer {token}"}
            answer = request.send("GET", f"{ministack.endpoint()}/items", headers=headers, host=host)
            statuses[answer.status] += 1

    threads = [threading.Thread(target=each, daemon=True) for each in (execute, read)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()


def _wait_in_traffic(pluggy: Pluggy) -> None:
    """Lets traffic pass, and checks that there is some."""
    before = len(pluggy.attempts())
    time.sleep(SECONDS_OF_TRAFFIC)
    if len(pluggy.attempts()) == before:
        raise console.Failure("no delivery was attempted, so this proves nothing")


def _code(outputs: dict[str, str]) -> str:
    """Returns the digest of the code that answers the webhook's address."""
    function = outputs["WebhookFunctionName"]
    return ministack.client("lambda").get_function_configuration(FunctionName=function, Qualifier="live")["CodeSha256"]


def _listen(bus: str) -> Callable[[], set[str]]:
    """Copies the webhook events of the bus to a queue. Returns what reads the ids of all of them so far."""
    events, sqs = ministack.client("events"), ministack.client("sqs")
    name = f"upgrade-{uuid.uuid4()}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps({"source": ["pluggy-lambda"]}))
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": name, "Arn": arn}])
    found: set[str] = set()

    def read() -> set[str]:
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                event = json.loads(message["Body"])
                if event["detail-type"].startswith("webhook."):
                    found.add(event["detail"]["body"]["eventId"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    return read


def _compare(pluggy: Pluggy, outputs: dict[str, str], published: Callable[[], set[str]]) -> None:
    with console.step("every delivery is accepted"):
        sandbox.ask(pluggy.url, "POST", "/sandbox/time/pass", {"minutes": MINUTES_OF_RETRIES})
        _until("no delivery is open", lambda: not _open(pluggy) and not _running(pluggy))
    attempts = pluggy.attempts()
    sent = {attempt["eventId"] for attempt in attempts}
    refused = sum(not _is_accepted(attempt) for attempt in attempts)
    dynamodb = ministack.client("dynamodb")
    with console.step("every event is stored"):
        stored = {row["sk"]["S"] for row in _rows(dynamodb, outputs["EventTableName"])}
        _require_none("not stored", sent - stored)
    with console.step("every event is published"):
        _until("every event is published", lambda: not sent - published())
    with console.step("every row is as the sandbox says"):
        _until("every row is current", lambda: not _differing(pluggy, dynamodb, outputs["ItemTableName"]))
    console.line(
        f"{len(sent)} events in {len(attempts)} attempts, of which {refused} failed and were repeated; "
        f"{len(sent)} stored, {len(sent)} published; {len(pluggy.items)} of {len(pluggy.items)} items equal"
    )


def _open(pluggy: Pluggy) -> set[str]:
    """Returns the events that no attempt has delivered."""
    attempts = pluggy.attempts()
    accepted = {attempt["eventId"] for attempt in attempts if _is_accepted(attempt)}
    return {attempt["eventId"] for attempt in attempts} - accepted


def _running(pluggy: Pluggy) -> list[str]:
    return [item_id for item_id in pluggy.items if pluggy.item(item_id)["status"] == "UPDATING"]


def _is_accepted(attempt: dict[str, Any]) -> bool:
    return attempt["outcome"] == {"status": 200}


def _differing(pluggy: Pluggy, dynamodb: Any, table: str) -> list[str]:
    rows = {row["pk"]["S"]: row for row in _rows(dynamodb, table)}
    differing = []
    for item_id in pluggy.items:
        item, row = pluggy.item(item_id), rows.get(f"ITEM#{item_id}", {})
        updated_at = round(datetime.fromisoformat(item["updatedAt"]).timestamp() * 1000)
        expected = {"status": item["status"], "executionStatus": item["executionStatus"], "version": str(updated_at)}
        if expected != {name: next(iter(row.get(name, {"S": ""}).values())) for name in expected}:
            differing.append(item_id)
    return differing


def _rows(dynamodb: Any, table: str) -> list[dict[str, Any]]:
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [row for page in pages for row in page["Items"]]


def _until(what: str, is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        if time.monotonic() > deadline:
            raise console.Failure(f"not so after {PATIENCE_SECONDS} s: {what}")
        time.sleep(1)


def _require_none(what: str, found: set[str]) -> None:
    if found:
        raise console.Failure(f"{len(found)} events are {what}, for example {sorted(found)[0]}")


if __name__ == "__main__":
    console.run(test_upgrade)
