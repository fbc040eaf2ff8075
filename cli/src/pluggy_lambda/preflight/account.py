"""Checks of the environment's file, and of the AWS account before a deployment."""

import json
import secrets
import shlex
from typing import Any

from pluggy_lambda import parameters
from pluggy_lambda.errors import Failure, InterruptedFailure
from pluggy_lambda.intrinsic import Resolver
from pluggy_lambda.preflight.check import Check, Failed, Group, Outcome, Passed, Skipped, Warned
from pluggy_lambda.preflight.facts import Facts
from pluggy_lambda.text import listed

# Each must be in the region of the stack.
SERVICES = (
    "apigatewayv2",
    "cloudformation",
    "cloudwatch",
    "dynamodb",
    "events",
    "lambda",
    "logs",
    "scheduler",
    "secretsmanager",
    "sns",
    "sqs",
)
# Lambda leaves these to the functions that reserve nothing.
UNRESERVED = 100
QUOTA = "aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384"
API_NAME = "pluggy-lambda-preflight"
SHOWN = 10


def parameters_are_valid(facts: Facts) -> Outcome:
    """Checks the values of the environment's file."""
    file = facts.aws.environment.parameters_file
    values = parameters.read(file)
    problems = parameters.problems(values)
    if problems:
        return Failed(listed(problems, SHOWN), f"Correct {file}, or run pluggy-lambda init.")
    facts.parameters = parameters.with_defaults(values)
    return Passed(f"{len(values)} values in {file}")


def credentials_work(facts: Facts) -> Outcome:
    """Checks the AWS credentials, by the one call that everybody may make."""
    with facts.aws.explained():
        identity = facts.aws.client("sts").get_caller_identity()
    facts.account = identity["Account"]
    return Passed(identity["Arn"])


def region_has_services(facts: Facts) -> Outcome:
    """Checks that the region exists and has every service."""
    partition = _partition(facts)
    with facts.aws.explained():
        session = _session()
        missing = [
            service
            for service in SERVICES
            if facts.region not in session.get_available_regions(service, partition_name=partition)
        ]
    if missing:
        return Failed(
            f"{facts.region} has no {', '.join(missing)}", "Choose another region in samconfig.toml, such as sa-east-1."
        )
    return Passed(facts.region)


def concurrency_suffices(facts: Facts) -> Outcome:
    """Checks the account's quota of concurrent executions against the reservations and the alarm."""
    with facts.aws.explained():
        limits = facts.aws.client("lambda").get_account_settings()["AccountLimit"]
    quota, unreserved = limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"]
    stack = facts.aws.stack_if_any()
    wanted = _reserved(facts.parameters)
    # What the deployed stack reserves is missing in `unreserved` already.
    left = unreserved + (_reserved(stack.parameters) if stack and stack.is_deployed else 0) - wanted
    more = f"{QUOTA} --desired-value 1000 --region {facts.region}"
    if wanted and left < UNRESERVED:
        return Failed(
            f"the quota is {quota}; {wanted} reserved executions leave {left}, and Lambda keeps {UNRESERVED}",
            f"Set both reservations to 0, or raise the quota: {more}",
        )
    threshold = int(facts.parameters["AccountConcurrencyThreshold"])
    if quota < UNRESERVED:
        return Warned(f"the quota is {quota}, so that few requests throttle each other", f"Raise it: {more}")
    if threshold > quota:
        return Warned(
            f"AccountConcurrencyThreshold is {threshold} and the quota is {quota}, so that the alarm never goes off",
            f"Set AccountConcurrencyThreshold: {quota * 8 // 10}",
        )
    return Passed(f"quota {quota}, {left} unreserved")


def api_is_accepted(facts: Facts) -> Outcome:
    """Imports the API's document as the deployment does, and deletes the API again."""
    if facts.aws.environment.is_local:
        return Skipped("MiniStack imports no API", "Leave out --only api, or choose an environment on AWS.")
    gateway = facts.aws.client("apigatewayv2")
    name = _name()
    try:
        return _imported(facts, gateway, json.dumps(api_body(facts, name)))
    except KeyboardInterrupt:
        _delete_named(facts, gateway, name)
        raise


def _imported(facts: Facts, gateway: Any, body: str) -> Outcome:
    try:
        with facts.aws.explained():
            api_id = gateway.import_api(Body=body, FailOnWarnings=True)["ApiId"]
    except Failure as failure:
        if "issuer" in str(failure).lower():
            return Failed(str(failure), "API Gateway cannot use JwtIssuer. Its own checks are above.")
        return Failed(
            str(failure), "The deployment would fail in the same way. Correct the value that the message names."
        )
    try:
        with facts.aws.explained():
            gateway.delete_api(ApiId=api_id)
    except Failure as failure:
        command = f"aws apigatewayv2 delete-api --api-id {shlex.quote(api_id)} --region {facts.region}"
        return Warned(f"the API was accepted and stays: {failure}", f"Delete it: {command}")
    return Passed("imported without warnings, and deleted")


def _name() -> str:
    """Returns a name that no other API has, so that an interrupted import can be found."""
    return f"{API_NAME}-{secrets.token_hex(8)}"


def _delete_named(facts: Facts, gateway: Any, name: str) -> None:
    """Deletes the API of an import whose response, and so whose id, was lost."""
    try:
        with facts.aws.explained():
            for page in gateway.get_paginator("get_apis").paginate():
                for api in page["Items"]:
                    if api["Name"] == name:
                        gateway.delete_api(ApiId=api["ApiId"])
    except Failure as failure:
        raise InterruptedFailure(
            f"interrupted, and the API {name} may stay: {failure}",
            f"Delete it if it is there: aws apigatewayv2 get-apis --region {facts.region}",
        ) from None


def api_body(facts: Facts, name: str) -> dict[str, Any]:
    """Returns the API's document for the environment, with a name. Its functions need not exist yet."""
    partition = _partition(facts)
    pseudo = {
        "AWS::AccountId": facts.account,
        "AWS::Partition": partition,
        "AWS::Region": facts.region,
        "AWS::StackName": name,
    }
    template = parameters.template()
    functions = _Functions(f"arn:{partition}:lambda:{facts.region}:{facts.account}:function:{API_NAME}-")
    resolver = Resolver({**facts.parameters, **pseudo}, functions, template["Conditions"])
    return resolver.resolve(template["ApiBody"])


def topic_exists(facts: Facts) -> Outcome:
    """Checks that alarms notify somebody."""
    topic = facts.parameters["AlarmTopicArn"]
    if not topic:
        return Warned(
            "AlarmTopicArn is empty, so that no alarm reaches anybody",
            f"Create one: aws sns create-topic --name pluggy-lambda-alarms --region {facts.region}",
        )
    region = topic.split(":")[3]
    if region != facts.region:
        return Failed(
            f"the topic is in {region} and the stack in {facts.region}", "Alarms notify topics of their own region."
        )
    with facts.aws.explained():
        attributes = facts.aws.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
    if attributes.get("SubscriptionsConfirmed", "0") == "0":
        return Warned("nobody has subscribed to the topic", f"Subscribe: aws sns subscribe --topic-arn {topic} ...")
    return Passed(f"{attributes['SubscriptionsConfirmed']} confirmed subscriptions")


def protection_is_right(facts: Facts) -> Outcome:
    """Checks DeletionProtection: a first deployment must be able to roll back, a later one must not lose tables."""
    is_protected = facts.parameters["DeletionProtection"] == "true"
    file = facts.aws.environment.parameters_file
    stack = facts.aws.stack_if_any()
    if stack is None or not stack.is_deployed:
        if is_protected:
            return Failed(
                "DeletionProtection is true, so a first deployment that fails cannot be rolled back",
                f'Set DeletionProtection: "false" in {file} until the first deployment has succeeded.',
            )
        return Passed("off for the first deployment")
    if not is_protected:
        return Warned(
            "DeletionProtection is false, so that the tables can be deleted by mistake",
            f'Set DeletionProtection: "true" in {file} and deploy.',
        )
    return Passed("on")


class _Functions(dict[tuple[str, str], str]):
    """The ARN of any function."""

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._prefix = prefix

    def __missing__(self, key: tuple[str, str]) -> str:
        if key[1] != "Arn":
            raise KeyError(key)
        return f"{self._prefix}{key[0]}"


def _session() -> Any:
    import boto3  # It takes a fifth of a second, which --help need not wait for.

    return boto3.session.Session()


def _partition(facts: Facts) -> str:
    """Returns the partition of the region, such as aws-us-gov."""
    with facts.aws.explained():
        return str(_session().get_partition_for_region(facts.region))


def _reserved(values: dict[str, str]) -> int:
    return sum(int(values.get(name, "0")) for name in ("WebhookReservedConcurrency", "ItemSyncReservedConcurrency"))


FILE_GROUP = Group(
    "Parameters", (Check("parameters", "CloudFormation accepts every value of the file", parameters_are_valid),)
)
GROUP = Group(
    "AWS account",
    (
        Check("credentials", "the AWS credentials work", credentials_work),
        Check("region", "the region has every service", region_has_services),
        Check(
            "concurrency",
            "the account's concurrency allows the reservations",
            concurrency_suffices,
            ("parameters", "credentials"),
        ),
        Check(
            "api",
            "API Gateway accepts the API without a warning",
            api_is_accepted,
            ("parameters", "credentials", "issuer", "keys"),
        ),
        Check("alarm-topic", "alarms notify somebody", topic_exists, ("parameters", "credentials")),
        Check(
            "deletion-protection",
            "the tables are protected as they should be",
            protection_is_right,
            ("parameters", "credentials"),
        ),
    ),
)
