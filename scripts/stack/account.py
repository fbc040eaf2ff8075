"""A stack in a real AWS account, reached with the ordinary credentials chain."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from stack import console, deployment, settings


@contextmanager
def reachable() -> Iterator[None]:
    """Turns what the AWS libraries say about credentials and permissions into one line."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise console.Failure(
            f"AWS: {error}", "Check your credentials and AWS_REGION (aws sts get-caller-identity), then try again."
        ) from None


def client(service: str) -> Any:
    """A boto3 client of the account; the region is the one of samconfig.toml unless the environment names another."""
    import boto3

    session = boto3.session.Session()
    return session.client(service, region_name=session.region_name or settings.REGION)


def stack_name() -> str:
    """The stack that a command is about."""
    name = os.environ.get("STACK", "")
    if not name:
        raise console.Failure("which stack?", "Name it: make ... STACK=pluggy-lambda")
    return name


def describe(name: str) -> tuple[dict[str, str], dict[str, str]]:
    """A deployed stack's outputs and parameters."""
    cloudformation = client("cloudformation")
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    parameters = {entry["ParameterKey"]: entry["ParameterValue"] for entry in stack.get("Parameters", [])}
    return deployment.outputs(cloudformation, name), parameters
