"""`make secret ENV=dev`: creates or updates an environment's Pluggy secret.

No value is in argv, the environment or the shell's history. The command reads the client id and the client secret from
the terminal, or as two lines from the standard input. samconfig.toml has the environment's region, and
stack/environment.py makes the secret's name from the environment's. The command keeps an existing webhook secret,
because Pluggy sends it until the webhook is registered again. It replaces another client id's secret only with
FORCE=yes.

`KMS_KEY_ARN=arn:aws:kms:...` encrypts the secret with a customer managed key, the parameter KmsKeyArn of the stack.

`make secret ENV=dev ROTATE=webhook` replaces only the webhook secret. It can be stored first, because only
webhook-registration reads it. The webhook knows digests, and accepts two of them until Pluggy sends the new secret.
"""

import getpass
import json
import os
import secrets
import sys
import uuid
from typing import Any

from stack import account, console, environment, fingerprint
from stack.environment import Environment

WEBHOOK_SECRET_BYTES = 32


def secret() -> None:
    chosen = environment.required()
    rotate = _choice(
        "ROTATE",
        "webhook",
        "ROTATE=webhook replaces the webhook secret. Without it, the command replaces the client id and secret.",
    )
    force = _choice("FORCE", "yes", "FORCE=yes replaces another application's credentials.")
    if rotate:
        with account.reachable():
            rotate_webhook_secret(account.client("secretsmanager", chosen), chosen)
    else:
        client_id, client_secret = _ask()
        with account.reachable():
            manager, key = account.client("secretsmanager", chosen), os.environ.get("KMS_KEY_ARN", "")
            create_or_update(manager, chosen, client_id, client_secret, force=force, key=key)


def with_new_webhook_secret(value: dict[str, str]) -> dict[str, str]:
    """Returns the secret's value with a new webhook secret and nothing else changed."""
    return {**value, "webhookSecret": _new_webhook_secret()}


def both_digests(before: dict[str, str], after: dict[str, str]) -> str:
    """Returns the digests that the webhook must accept while Pluggy changes from one secret to the other."""
    return ",".join(fingerprint.sha256(value["webhookSecret"]) for value in (before, after))


def rotate_webhook_secret(manager: Any, chosen: Environment) -> None:
    """Stores a new webhook secret and prints the steps that follow."""
    name = chosen.secret_name
    before = _existing(manager, name)
    if not before.get("webhookSecret"):
        raise console.Failure(f"{name} has no webhook secret to rotate", f"Create it: make secret ENV={chosen.name}")
    after = with_new_webhook_secret(before)
    _store(manager, name, json.dumps(after), exists=True)
    console.line(f"secret {name} in {chosen.region} has a new webhook secret; Pluggy sends the old one until step 2:")
    console.line(f"1. deploy with WebhookSecretSha256: {both_digests(before, after)}")
    console.line(f"2. make register-webhook ENV={chosen.name}")
    console.line("3. wait for three hours: Pluggy may retry deliveries with the old one")
    console.line(f"4. deploy with WebhookSecretSha256: {fingerprint.sha256(after['webhookSecret'])}")
    console.line("Do all four before the next rotation; docs/rotation.md explains them.")


def create_or_update(
    manager: Any, chosen: Environment, client_id: str, client_secret: str, *, force: bool, key: str = ""
) -> None:
    """Stores the credentials of an application and prints the parameters that follow from them.

    `key` is the ARN of a customer managed KMS key. Without one, the secret keeps the key that it has.
    """
    name = chosen.secret_name
    existing = _existing(manager, name)
    stored_id = existing.get("clientId", client_id).lower()
    if stored_id != client_id and not force:
        raise console.Failure(
            f"{name} in {chosen.region} holds the credentials of client {stored_id}, not {client_id}",
            "Nothing was changed. Check ENV, or replace them with FORCE=yes.",
        )
    webhook_secret = existing.get("webhookSecret") or _new_webhook_secret()
    value = {"clientId": client_id, "clientSecret": client_secret, "webhookSecret": webhook_secret}
    _store(manager, name, json.dumps({**existing, **value}), exists=bool(existing), key=key)
    console.line(f"secret {name} {'updated' if existing else 'created'} in {chosen.region}")
    console.line(f"The lines for params/{chosen.name}.yaml:")
    console.line(f"PluggySecretName: {name}")
    console.line(f"PluggyClientId: {client_id}")
    console.line(f"WebhookSecretSha256: {fingerprint.sha256(webhook_secret)}")
    if key:
        console.line(f"KmsKeyArn: {key}")


def _choice(variable: str, only: str, meaning: str) -> bool:
    value = os.environ.get(variable, "")
    if value not in ("", only):
        raise console.Failure(f"{variable}={value} is unknown", meaning)
    return bool(value)


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


def _store(manager: Any, name: str, value: str, *, exists: bool, key: str = "") -> None:
    with_key = {"KmsKeyId": key} if key else {}
    if not exists:
        manager.create_secret(Name=name, Description="Pluggy's credentials", SecretString=value, **with_key)
    elif key:
        # Unlike put_secret_value, this encrypts with another key.
        manager.update_secret(SecretId=name, SecretString=value, **with_key)
    else:
        manager.put_secret_value(SecretId=name, SecretString=value)


if __name__ == "__main__":
    console.run(secret)
