"""The operator's side of the subscription function, which is invoked directly."""

import json
from typing import Any

from stack import console


def test_delivery(client: Any, function: str) -> None:
    """Has the function post a test event to the webhook, which must have taken it."""
    status = _invoke(client, function, "test-delivery").get("status")
    if status != 200:
        raise console.Failure(
            f"the webhook answered {status} to a test delivery, not 200",
            "401: WebhookSecretSha256 is not the digest of the secret's webhookSecret (make secret prints it).",
        )


def ensure(client: Any, function: str) -> None:
    """Has the function create the webhook at Pluggy, or bring the existing one up to date."""
    _invoke(client, function, "ensure")


def _invoke(client: Any, function: str, action: str) -> dict[str, Any]:
    answer = client.invoke(FunctionName=function, Payload=json.dumps({"action": action}).encode())
    payload = json.loads(answer["Payload"].read() or b"null") or {}
    if "FunctionError" in answer:
        raise console.Failure(
            f"the subscription function failed at {action}: {payload.get('errorMessage', 'without a message')}",
            "Its log tells more.",
        )
    return payload
