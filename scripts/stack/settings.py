"""Settings of the local stack: fixed ones, and those that the environment can change."""

import os

from stack import console

STACK_NAME = "pluggy-lambda-local"
REGION = "sa-east-1"
# An invented id. Events that name another client are quarantined, and the sample events name this one.
CLIENT_ID = "11111111-0000-4000-8000-000000000003"
SECRET_NAME = "pluggy-lambda/local"
SECRET_HEADER = "x-webhook-secret"
AUDIENCE = "pluggy-lambda-local"
SCOPE = "connections"
# A role of MiniStack's account.
BACKEND_ROLE_ARN = "arn:aws:iam::000000000000:role/local/backend"

AWS_PORT_VARIABLE = "MINISTACK_PORT"
SANDBOX_PORT_VARIABLE = "SANDBOX_PORT"
DEMO_PORT_VARIABLE = "DEMO_PORT"


def aws_port() -> int:
    """Returns MiniStack's port."""
    return _port(AWS_PORT_VARIABLE, 4566)


def sandbox_port() -> int:
    """Returns the sandbox's port."""
    return _port(SANDBOX_PORT_VARIABLE, 9100)


def demo_port() -> int:
    """Returns the port of the page."""
    return _port(DEMO_PORT_VARIABLE, 3000)


def browser_origin() -> str:
    """Returns the only origin whose pages may call the API."""
    return f"http://localhost:{demo_port()}"


def time_scale() -> str:
    """Returns how many times faster than Pluggy the sandbox's clock runs."""
    return os.environ.get("SANDBOX_TIME_SCALE") or "4"


def _port(variable: str, default: int) -> int:
    text = os.environ.get(variable) or str(default)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise console.Failure(f"{variable}={text} is not a port number", f"Leave it out for {default}.")
    return int(text)
