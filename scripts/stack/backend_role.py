"""The role of a backend on the local stack, and sessions of roles."""

import json
from typing import Any

from stack import backend, ministack, settings
from stack.backend import Session

POLICY = backend.FOLDER / "policy.json"
# The API that the example of the policy names.
EXAMPLE_API = "sa-east-1:123456789012:a1b2c3d4e5"


def create(api_id: str, role_arn: str = settings.BACKEND_ROLE_ARN) -> None:
    """Creates a role that may call the API's routes for backends."""
    account, path, name = _parts(role_arn)
    trust = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"},
    }
    iam = ministack.client("iam")
    try:
        iam.create_role(Path=path, RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    except iam.exceptions.EntityAlreadyExistsException:
        pass
    api = f"{settings.REGION}:{account}:{api_id}"
    policy = POLICY.read_text().replace(EXAMPLE_API, api)
    iam.put_role_policy(RoleName=name, PolicyName="call-the-api", PolicyDocument=policy)


def session(role_arn: str = settings.BACKEND_ROLE_ARN) -> Session:
    """Returns the credentials of a new session of the role."""
    answer: dict[str, Any] = ministack.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="local")
    credentials = answer["Credentials"]
    return Session(credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])


def _parts(role_arn: str) -> tuple[str, str, str]:
    """Returns the account, the path and the name of a role."""
    account, path_and_name = role_arn.removeprefix("arn:aws:iam::").split(":role")
    path, _, name = path_and_name.rpartition("/")
    return account, f"{path}/", name
