"""`make secret`: creates or updates the Pluggy secret in Secrets Manager; no value in argv, environment or history.

The client id and the client secret are asked for, or read from standard input as two lines. A webhook secret that
exists already is kept, because Pluggy sends it until the webhook is registered anew.

`make secret ROTATE=webhook` replaces the webhook secret alone. It can be stored first: only the registration reads it,
while the webhook knows digests, and takes two of them until Pluggy sends the new secret.
"""

import getpass
import json
import os
import secrets
import sys
import uuid
from typing import Any

from stack import account, console, fingerprint

WEBHOOK_SECRET_BYTES = 32


def secret() -> None:
    name = os.environ.get("SECRET") or "pluggy-lambda"
    rotate = os.environ.get("ROTATE", "")
    if rotate == "":
        _create_or_update(name)
    elif rotate == "webhook":
        _rotate_webhook_secret(name)
    else:
        raise console.Failure(
            f"ROTATE={rotate} is unknown", "ROTATE=webhook replaces the webhook secret; without ROTATE, Pluggy's two."
        )


def with_new_webhook_secret(value: dict[str, str]) -> dict[str, str]:
    """The secret's value with another webhook secret and nothing else changed."""
    return {**value, "webhookSecret": _new_webhook_secret()}


def both_digests(before: dict[str, str], after: dict[str, str]) -> str:
    """What the webhook must accept while Pluggy changes from one secret to the other."""
    return ",".join(fingerprint.sha256(value["webhookSecret"]) for value in (before, after))


def _rotate_webhook_secret(name: str) -> None:
    with account.reachable():
        manager = account.client("secretsmanager")
        before = _existing(manager, name)
        if not before.get("webhookSecret"):
            raise console.Failure(f"{name} has no webhook secret to rotate", "Create it: make secret")
        after = with_new_webhook_secret(before)
        _store(manager, name, json.dumps(after), exists=True)
    console.line(f"secret {name} has a new webhook secret; Pluggy sends the old one until step 2:")
    console.line(f"1. deploy with WebhookSecretSha256={both_digests(before, after)}")
    console.line("2. make register-webhook STACK=...")
    console.line("3. wait for three hours: Pluggy may repeat deliveries with the old one")
    console.line(f"4. deploy with WebhookSecretSha256={fingerprint.sha256(after['webhookSecret'])}")
    console.line("Do all four before the next rotation; docs/rotation.md has the reasons.")


def _create_or_update(name: str) -> None:
    client_id, client_secret = _ask()
    with account.reachable():
        manager = account.client("secretsmanager")
        existing = _existing(manager, name)
        webhook_secret = existing.get("webhookSecret") or _new_webhook_secret()
        value = {"clientId": client_id, "clientSecret": client_secret, "webhookSecret": webhook_secret}
        arn = _store(manager, name, json.dumps(value), exists=bool(existing))
    console.line(f"secret {name} {'updated' if existing else 'created'}; the template's parameters are:")
    console.line(f"PluggySecretArn={arn}")
    console.line(f"PluggyClientId={client_id}")
    console.line(f"WebhookSecretSha256={fingerprint.sha256(webhook_secret)}")


def _new_webhook_secret() -> str:
    return secrets.token_hex(WEBHOOK_SECRET_BYTES)


def _ask() -> tuple[str, str]:
    if sys.stdin.isatty():
        client_id, client_secret = input("Pluggy client id: "), getpass.getpass("Pluggy client secret (not shown): ")
    else:
        client_id, client_secret = sys.stdin.readline(), sys.stdin.readline()
    client_id, client_secret = client_id.strip().lower(), client_secret.strip()
    try:
        client_id = str(uuid.UUID(client_id))
    except ValueError:
        raise console.Failure("the client id is not a UUID", "Copy it from Pluggy's dashboard, Applications.") from None
    if not client_secret:
        raise console.Failure("the client secret is empty")
    return client_id, client_secret


def _existing(manager: Any, name: str) -> dict[str, str]:
    try:
        return json.loads(manager.get_secret_value(SecretId=name)["SecretString"])
    except manager.exceptions.ResourceNotFoundException:
        return {}


def _store(manager: Any, name: str, value: str, *, exists: bool) -> str:
    if exists:
        return manager.put_secret_value(SecretId=name, SecretString=value)["ARN"]
    return manager.create_secret(Name=name, Description="Pluggy's credentials", SecretString=value)["ARN"]


if __name__ == "__main__":
    console.run(secret)
