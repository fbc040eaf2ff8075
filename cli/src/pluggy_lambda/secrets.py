"""The secret in Secrets Manager: Pluggy's credentials, and the webhook secret."""

import hashlib
import json
import secrets
from typing import Any

from pluggy_lambda.errors import Failure, is_absent

WEBHOOK_SECRET_BYTES = 32
KEYS = ("clientId", "clientSecret", "webhookSecret")


def sha256(text: str) -> str:
    """Returns the SHA-256 of a text, in lower-case hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def new_webhook_secret() -> str:
    """Returns a random secret."""
    return secrets.token_hex(WEBHOOK_SECRET_BYTES)


def read(manager: Any, name: str) -> dict[str, str]:
    """Returns the secret's texts, or nothing if there is no secret. A secret that cannot be read is a failure."""
    try:
        # A binary secret has no string.
        text = manager.get_secret_value(SecretId=name).get("SecretString", "")
    except Exception as error:
        if is_absent(error):
            return {}
        raise
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Failure(
            f"the secret {name} is no JSON object",
            f"Correct it in Secrets Manager: an object with {', '.join(KEYS)}. Or delete it, and store it again.",
        )
    return {key: each for key, each in value.items() if isinstance(each, str)}


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
    except Exception as error:
        if not is_absent(error):
            raise
        manager.create_secret(Name=name, Description="Pluggy's credentials", SecretString=text, **with_key)
        return True
    return False
