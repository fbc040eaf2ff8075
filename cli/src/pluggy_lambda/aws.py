"""AWS as a command reaches it: a real account with the usual chain of credentials, or the local stack."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from pluggy_lambda import audit, errors
from pluggy_lambda.environment import Environment
from pluggy_lambda.errors import Failure

# The emulator treats this key as its account's root. A real key must never reach it.
LOCAL_KEY = "test"
# `republish` runs for up to five minutes.
FUNCTION_SECONDS = 330
SECONDS = 30

SIGN_IN = "Sign in, for example with aws sso login or aws configure. To check: aws sts get-caller-identity"
REACH = "Check your network, and the region in samconfig.toml."
LOCAL_REMEDY = "make up restarts it; its log is .local/logs/ministack.log."

Clients = Callable[[str], Any]


@dataclass(frozen=True)
class Stack:
    """A stack, deployed or not."""

    id: str
    """The ARN, which names the stack also after its deletion."""
    status: str
    outputs: dict[str, str]
    parameters: dict[str, str]
    is_locked: bool = False
    """Termination protection is on."""

    @property
    def is_deployed(self) -> bool:
        """Returns whether a deployment of the stack has ever succeeded. Its resources exist then."""
        return self.status == "CREATE_COMPLETE" or self.status.startswith(("IMPORT_", "UPDATE_"))

    def output(self, name: str, remedy: str = "Deploy this version of the project first.") -> str:
        """Returns an output that a command needs."""
        value = self.outputs.get(name)
        if not value:
            raise Failure(f"this stack has no output {name}", remedy)
        return value

    def parameter(self, name: str) -> str:
        """Returns a parameter that a command needs."""
        value = self.parameters.get(name)
        if not value:
            raise Failure(f"this stack has no parameter {name}", "Deploy this version of the project first.")
        return value


@dataclass(frozen=True)
class Aws:
    """The AWS account of an environment."""

    environment: Environment
    client: Clients

    def explained(self) -> AbstractContextManager[None]:
        """Turns AWS errors inside the block into failures."""
        if self.environment.is_local:
            return errors.explained("MiniStack", LOCAL_REMEDY, LOCAL_REMEDY)
        return errors.explained("AWS", SIGN_IN, REACH)

    def stack(self) -> Stack:
        """Returns the stack."""
        stack = self.stack_if_any()
        if stack is None:
            name, region = self.environment.stack_name, self.environment.region
            if self.environment.is_local:
                raise Failure(f"there is no stack {name} in MiniStack", "Start it: make up")
            raise Failure(
                f"there is no stack {name} in {region}",
                f"Deploy it: sam deploy --config-env {self.environment.name}. If it is deployed, check --env, "
                "samconfig.toml and your AWS account.",
            )
        return stack

    def stack_if_any(self) -> Stack | None:
        """Returns the stack, or `None` if there is none."""
        with self.explained():
            try:
                answer = self.client("cloudformation").describe_stacks(StackName=self.environment.stack_name)
            except Exception as error:
                if errors.is_absent(error):
                    return None
                raise
        stack = answer["Stacks"][0]
        return Stack(
            stack["StackId"],
            stack["StackStatus"],
            {entry["OutputKey"]: entry["OutputValue"] for entry in stack.get("Outputs", [])},
            {entry["ParameterKey"]: entry.get("ParameterValue", "") for entry in stack.get("Parameters", [])},
            stack.get("EnableTerminationProtection", False),
        )

    def statement(self) -> dict[str, str]:
        """Returns the statement of a command for the audit."""
        with self.explained():
            return audit.statement(self.client("sts"))


def clients(environment: Environment) -> Clients:
    """Returns a maker of boto3's clients for the environment's region.

    The region of the profile and AWS_REGION are ignored, because `sam deploy` uses the one of samconfig.toml.
    """
    import boto3  # It takes a fifth of a second, which --help need not wait for.
    from botocore.config import Config

    def config(service: str, **options: Any) -> Config:
        seconds = FUNCTION_SECONDS if service == "lambda" else SECONDS
        return Config(connect_timeout=10, read_timeout=seconds, user_agent_extra="pluggy-lambda", **options)

    if environment.is_local:
        endpoint = environment.local_stack()["aws"]["endpoint"]
        session = boto3.session.Session(
            aws_access_key_id=LOCAL_KEY, aws_secret_access_key=LOCAL_KEY, region_name=environment.region
        )
        return lambda service: session.client(service, endpoint_url=endpoint, config=config(service, proxies={}))
    with errors.explained("AWS", SIGN_IN, REACH):
        session = boto3.session.Session()
    return lambda service: session.client(service, region_name=environment.region, config=config(service))
