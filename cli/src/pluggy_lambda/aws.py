"""A stack in a real AWS account, reached with the usual chain of credentials."""

from contextlib import AbstractContextManager
from typing import Any

from stack import aws_error, deployment
from stack.environment import Environment


def reachable() -> AbstractContextManager[None]:
    """Turns AWS errors inside the block into one line."""
    return aws_error.explained("AWS", "Check your credentials: aws sts get-caller-identity")


def client(service: str, environment: Environment) -> Any:
    """Returns a boto3 client for the environment's region.

    The region of the profile and AWS_REGION are ignored, because `sam deploy` uses the one of samconfig.toml.
    """
    import boto3

    return boto3.session.Session().client(service, region_name=environment.region)


def describe(environment: Environment) -> tuple[dict[str, str], dict[str, str]]:
    """Returns a deployed stack's outputs and parameters."""
    cloudformation = client("cloudformation", environment)
    stack = cloudformation.describe_stacks(StackName=environment.stack_name)["Stacks"][0]
    parameters = {entry["ParameterKey"]: entry["ParameterValue"] for entry in stack.get("Parameters", [])}
    return deployment.outputs(cloudformation, environment.stack_name), parameters
