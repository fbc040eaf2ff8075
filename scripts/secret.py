"""`make secret`: creates or updates the Pluggy secret in Secrets Manager; no value in argv, environment or history.

The client id and the client secret are asked for, or read from standard input as two lines. A webhook secret that
exists already is kept, because Pluggy sends it until the webhook is registered anew.
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
    client_id, client_secret = _ask()
    with account.reachable():
        manager = account.client("secretsmanager")
        existing = _existing(manager, name)
        webhook_secret = existing.get("webhookSecret") or secrets.token_hex(WEBHOOK_SECRET_BYTES)
        value = {"clientId": client_id, "clientSecret": client_secret, "webhookSecret": webhook_secret}
        arn = _store(manager, name, json.dumps(value), exists=bool(existing))
    console.line(f"secret {name} {'updated' if existing else 'created'}; the template's parameters are:")
    console.line(f"PluggySecretArn={arn}")
    console.line(f"PluggyClientId={client_id}")
    console.line(f"WebhookSecretSha256={fingerprint.sha256(webhook_secret)}")


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
