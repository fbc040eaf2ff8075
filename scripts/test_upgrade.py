"""`make test-upgrade FROM=<archive> TO=<archive>`: an update and a rollback of a release while webhooks arrive.

The release FROM is deployed to MiniStack. While the sandbox delivers, TO replaces it, and FROM replaces TO. Afterwards
every event is stored and published, and each item's row says what the sandbox says.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from stack import console, local, ministack, own_sandbox, release_deployment, release_traffic, sandbox
from stack.release_deployment import Release
from stack.release_traffic import Pluggy

# Retries that came much faster than Pluggy's would be given up before a deployment on this machine has ended.
TIME_SCALE = 4
# Traffic before, between and after the deployments.
SECONDS_OF_TRAFFIC = 15
PATIENCE_SECONDS = 180
# Longer than the wait before the last round of a delivery.
MINUTES_OF_RETRIES = 150


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
        pluggy = own_sandbox.running(*options, program=old.sandbox, time_scale=TIME_SCALE)
        with release_deployment.emulator(), pluggy as variables:
            _update_and_roll_back(old, new, variables)


def _update_and_roll_back(old: Release, new: Release, variables: dict[str, str]) -> None:
    for release in (old, new):
        release_deployment.set_up(release, variables)
    with console.step("deploy FROM"):
        outputs = old.deploy()
    host = release_deployment.api_host(old)
    release_deployment.register(outputs)
    published = release_traffic.published(outputs["EventBusName"])
    pluggy = release_traffic.pluggy_with_items(variables)
    codes = [_code(outputs)]
    statuses: Counter[int] = Counter()
    with release_traffic.running(pluggy, host, statuses):
        _wait_in_traffic(pluggy)
        for name, release in (("update to TO", new), ("roll back to FROM", old)):
            before = len(pluggy.attempts())
            with console.step(name):
                outputs = release.deploy()
            console.line(f"version {outputs['Version']}; meanwhile {_outcomes(pluggy.attempts()[before:])}")
            codes.append(_code(outputs))
            _wait_in_traffic(pluggy)
    if codes[0] == codes[1] or codes[0] != codes[2]:
        raise console.Failure(f"the webhook's code was not changed and changed back: {codes}")
    _compare(pluggy, outputs, published)
    old.command("remove")
    console.line(f"GET /items: {', '.join(f'{count} x {status}' for status, count in sorted(statuses.items()))}")


def _wait_in_traffic(pluggy: Pluggy) -> None:
    """Lets traffic pass, and checks that there is some."""
    before = len(pluggy.attempts())
    time.sleep(SECONDS_OF_TRAFFIC)
    if len(pluggy.attempts()) == before:
        raise console.Failure(f"no delivery was attempted after these: {_outcomes(pluggy.attempts())}")


def _outcomes(attempts: list[dict[str, Any]]) -> str:
    """Returns how many attempts ended in which way."""
    counts = Counter(str(attempt["outcome"]) for attempt in attempts)
    return ", ".join(f"{count} x {outcome}" for outcome, count in counts.most_common())


def _code(outputs: dict[str, str]) -> str:
    """Returns the digest of the code that answers the webhook's address."""
    function = outputs["WebhookFunctionName"]
    return ministack.client("lambda").get_function_configuration(FunctionName=function, Qualifier="live")["CodeSha256"]


def _compare(pluggy: Pluggy, outputs: dict[str, str], published: Callable[[], set[str]]) -> None:
    with console.step("every delivery is accepted"):
        sandbox.ask(pluggy.url, "POST", "/sandbox/time/pass", {"minutes": MINUTES_OF_RETRIES})
        _until("no delivery is open", lambda: not pluggy.undelivered() and not pluggy.running())
    attempts = pluggy.attempts()
    sent = {attempt["eventId"] for attempt in attempts}
    dynamodb = ministack.client("dynamodb")
    with console.step("every event is stored"):
        stored = {row["sk"]["S"] for row in _rows(dynamodb, outputs["EventTableName"])}
        _require_none("not stored", sent - stored)
    with console.step("every event is published"):
        _until("every event is published", lambda: not sent - published())
    with console.step("every row is as the sandbox says"):
        _until("every row is current", lambda: not _differing(pluggy, dynamodb, outputs["ItemTableName"]))
    console.line(
        f"{len(sent)} events, all stored, published and delivered in {len(attempts)} attempts: {_outcomes(attempts)}"
    )
    console.line(f"{len(pluggy.items)} items, all as the sandbox says")


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
