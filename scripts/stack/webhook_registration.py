"""The operator's side of the webhook-registration function, which is invoked directly."""

import json
from typing import Any

from stack import console


def test_delivery(client: Any, function: str) -> None:
    """Has the function post a test event to the webhook; anything but a 200 is a failure."""
    _invoke(client, function, "test-delivery")


def ensure(client: Any, function: str, elsewhere: str = "keep") -> str:
    """Has the function create the webhook at Pluggy, or bring the existing one up to date; returns what it did.

    Webhooks that carry our secret and point elsewhere are kept, or deleted ("delete").
    """
    return str(_invoke(client, function, "ensure", elsewhere=elsewhere)["result"])


def watch(client: Any, function: str) -> list[str]:
    """Has the function look at what is registered; what is wrong with it. Its alarms see the same."""
    report = _invoke(client, function, "watch")
    if "problems" not in report:
        raise console.Failure("Pluggy could not be asked what is registered", "The function's log tells why.")
    return list(report["problems"])


def _invoke(client: Any, function: str, action: str, **options: str) -> dict[str, Any]:
    answer = client.invoke(FunctionName=function, Payload=json.dumps({"action": action, **options}).encode())
    payload = json.loads(answer["Payload"].read() or b"null") or {}
    if "FunctionError" in answer:
        raise console.Failure(
            f"the webhook-registration function failed at {action}: {payload.get('errorMessage', 'without a message')}",
            "Its log tells more. A 401 means that WebhookSecretSha256 is not the digest that make secret prints.",
        )
    return dict(payload)
