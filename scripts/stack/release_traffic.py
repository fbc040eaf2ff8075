"""Webhooks and requests while releases change: a sandbox whose items keep executing, and the outcome of its events."""

import itertools
import json
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pluggy_lambda import request
from stack import ministack, sandbox

ITEMS = 20
# Each execution ends in several events.
SECONDS_BETWEEN_EXECUTIONS = 0.5
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

    def running(self) -> list[str]:
        """Returns the items in an execution."""
        return [item_id for item_id in self.items if self.item(item_id)["status"] == "UPDATING"]

    def undelivered(self) -> set[str]:
        """Returns the events that no attempt has delivered yet."""
        attempts = self.attempts()
        sent = {attempt["eventId"] for attempt in attempts}
        return sent - {attempt["eventId"] for attempt in attempts if is_accepted(attempt)}

    def attempts(self) -> list[dict[str, Any]]:
        """Returns every attempt of a delivery."""
        return sandbox.ask(self.url, "GET", "/sandbox/deliveries").json()["deliveries"]


def pluggy_with_items(variables: dict[str, str]) -> Pluggy:
    """Connects the items at a sandbox. `variables` is the environment in which its clients find it."""
    url = variables["PLUGGY_API_URL"]
    credentials = {"clientId": variables["PLUGGY_CLIENT_ID"], "clientSecret": variables["PLUGGY_CLIENT_SECRET"]}
    pluggy = Pluggy(url, request.send_json("POST", f"{url}/auth", credentials).json()["apiKey"])
    for number in range(ITEMS):
        pluggy.connect(f"usr_{number}")
    return pluggy


@contextmanager
def running(pluggy: Pluggy, host: str, statuses: Counter[int]) -> Iterator[None]:
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


def published(bus: str) -> Callable[[], set[str]]:
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


def is_accepted(attempt: dict[str, Any]) -> bool:
    """Returns whether the webhook has accepted an event."""
    return attempt["outcome"] == {"status": 200}
