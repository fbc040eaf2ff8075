"""What can be chosen about the local stack, and what is fixed."""

import os

from stack import console

STACK_NAME = "pluggy-lambda-local"
REGION = "sa-east-1"
# Invented; webhooks that name another client are quarantined, and the sample events name this one.
CLIENT_ID = "11111111-0000-4000-8000-000000000003"
SECRET_NAME = "pluggy-lambda/local"
SECRET_HEADER = "x-webhook-secret"
AUDIENCE = "pluggy-lambda-local"
SCOPE = "connections"
BROWSER_ORIGIN = "http://localhost:3000"

AWS_PORT_VARIABLE = "MINISTACK_PORT"
SANDBOX_PORT_VARIABLE = "SANDBOX_PORT"


def aws_port() -> int:
    """Where MiniStack listens."""
    return _port(AWS_PORT_VARIABLE, 4566)


def sandbox_port() -> int:
    """Where the stand-in for Pluggy listens."""
    return _port(SANDBOX_PORT_VARIABLE, 9100)


def time_scale() -> str:
    """How much faster than Pluggy the sandbox's clock runs."""
    return os.environ.get("SANDBOX_TIME_SCALE") or "4"


def _port(variable: str, default: int) -> int:
    text = os.environ.get(variable) or str(default)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise console.Failure(f"{variable}={text} is not a port number", f"Leave it out for {default}.")
    return int(text)
