"""Direct invocations of the webhook-registration function."""

import json
from typing import Any

from stack import audit, console

Statement = dict[str, str]


def test_delivery(client: Any, function: str, statement: Statement) -> None:
    """Makes the function post a test event to the webhook. Any response but 200 is a failure."""
    _invoke(client, function, statement, {"action": "test-delivery"})


def ensure(client: Any, function: str, statement: Statement, elsewhere: str = "keep") -> str:
    """Makes the function create the webhook at Pluggy, or update the existing one. Returns what it did.

    Other webhooks with our secret are kept, or deleted (`elsewhere` is "delete").
    """
    return str(_invoke(client, function, statement, {"action": "ensure", "elsewhere": elsewhere})["result"])


def watch(client: Any, function: str, statement: Statement) -> list[str]:
    """Makes the function check the registration. Returns the problems, which also drive its alarms."""
    report = _invoke(client, function, statement, {"action": "watch"})
    if "problems" not in report:
        raise console.Failure("the webhooks at Pluggy could not be read", "See the function's log.")
    return list(report["problems"])


def _invoke(client: Any, function: str, statement: Statement, command: dict[str, str]) -> dict[str, Any]:
    invocation = json.dumps(audit.stated(command, statement)).encode()
    answer = client.invoke(FunctionName=function, Payload=invocation)
    payload = json.loads(answer["Payload"].read() or b"null") or {}
    if "FunctionError" in answer:
        raise console.Failure(
            f"the webhook-registration function failed at {command['action']}: "
            f"{payload.get('errorMessage', 'without a message')}",
            "See its log. A 401 means that WebhookSecretSha256 is not the digest that make secret prints.",
        )
    if payload.get("result") == "refused":
        raise console.Failure(f"{payload['field']} {payload['reason']}")
    return dict(payload)
