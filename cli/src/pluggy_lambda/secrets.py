"""The secret in Secrets Manager: Pluggy's credentials, and the webhook secret."""

import hashlib
import json
import secrets
from typing import Any

WEBHOOK_SECRET_BYTES = 32
KEYS = ("clientId", "clientSecret", "webhookSecret")


def sha256(text: str) -> str:
    """Returns the SHA-256 of a text, in lower-case hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def new_webhook_secret() -> str:
    """Returns a random secret."""
    return secrets.token_hex(WEBHOOK_SECRET_BYTES)


def read(manager: Any, name: str) -> dict[str, str]:
    """Returns the secret's value. It is empty if there is no secret, and has no key that cannot be read."""
    try:
        text = manager.get_secret_value(SecretId=name)["SecretString"]
    except manager.exceptions.ResourceNotFoundException:
        return {}
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return {key: each for key, each in value.items() if isinstance(each, str)} if isinstance(value, dict) else {}


def write(manager: Any, name: str, value: dict[str, str], key: str = "") -> bool:
    """Creates or updates the secret. Returns whether it is new.

    `key` is the ARN of a customer managed KMS key. Without one, the secret keeps the key that it has.
    """
    text, with_key = json.dumps(value), {"KmsKeyId": key} if key else {}
    try:
        if key:
            # Unlike put_secret_value, this encrypts with another key.
            manager.update_secret(SecretId=name, SecretString=text, **with_key)
        else:
            manager.put_secret_value(SecretId=name, SecretString=text)
    except manager.exceptions.ResourceNotFoundException:
        manager.create_secret(Name=name, Description="Pluggy's credentials", SecretString=text, **with_key)
        return True
    return False
