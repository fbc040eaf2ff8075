"""A stack in a real AWS account, reached with the ordinary credentials chain."""

import os
from contextlib import AbstractContextManager
from typing import Any

from stack import aws_error, console, deployment, settings


def reachable() -> AbstractContextManager[None]:
    """Inside it, what AWS refuses ends as one line."""
    return aws_error.explained("AWS", "Check your credentials and the region: aws sts get-caller-identity")


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
