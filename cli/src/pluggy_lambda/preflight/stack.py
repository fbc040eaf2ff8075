"""Checks of a deployed stack."""

import re
from typing import Any

from pluggy_lambda import __version__, functions, registration, request
from pluggy_lambda.aws import Stack
from pluggy_lambda.errors import Failure
from pluggy_lambda.preflight.check import Check, Failed, Group, Outcome, Passed, Skipped, Warned
from pluggy_lambda.preflight.facts import Facts
from pluggy_lambda.text import counted, listed

TABLES = ("EventTableName", "ItemTableName", "CredentialTableName", "LimitTableName")
ALARMS_IN_A_CALL = 100
SHOWN = 10
RUNBOOK = re.compile(r"docs/operations/runbook/[\w-]+\.md#[\w-]+")


def stack_is_complete(facts: Facts) -> Outcome:
    """Checks that the last deployment has ended well."""
    facts.stack = facts.aws.stack()
    status = facts.stack.status
    env = facts.aws.environment
    if not (facts.stack.is_deployed and status.endswith("_COMPLETE")):
        return Failed(
            f"{env.stack_name} is {status}",
            f"Wait until it ends, or see why: aws cloudformation describe-stack-events --stack-name {env.stack_name}",
        )
    if "ROLLBACK" in status:
        return Warned(
            "the last deployment was rolled back, so the stack is as before",
            f"See why: aws cloudformation describe-stack-events --stack-name {env.stack_name}",
        )
    return Passed(status)


def version_is_ours(facts: Facts) -> Outcome:
    """Checks that the command line and the stack are of one version."""
    found = _stack(facts).outputs.get("Version")
    if found == __version__:
        return Passed(found)
    return Warned(
        f"the stack is of version {found or 'unknown'} and this command line of {__version__}",
        "Deploy the version of this command line, or install that of the stack.",
    )


def parameters_are_deployed(facts: Facts) -> Outcome:
    """Checks that the stack has the values of the file."""
    deployed = _stack(facts).parameters
    differing = sorted(name for name, value in facts.parameters.items() if deployed.get(name) != value)
    if differing:
        return Warned(
            f"the file and the stack differ in {listed(differing, SHOWN)}",
            f"Deploy the file: sam deploy --config-env {facts.aws.environment.name}",
        )
    return Passed(f"{len(deployed)} values")


def alarms_notify(facts: Facts) -> Outcome:
    """Checks that each alarm of the stack exists, and has an action that is enabled."""
    names, alarms = _alarms(facts)
    missing = sorted(names - {alarm["AlarmName"] for alarm in alarms})
    disabled = sorted(alarm["AlarmName"] for alarm in alarms if not alarm.get("ActionsEnabled", True))
    silent = sorted(alarm["AlarmName"] for alarm in alarms if not alarm.get("AlarmActions"))
    if not names:
        return Warned("the stack has no alarm", "Deploy this version of the project.")
    for found, what, remedy in [
        (
            missing,
            "deleted",
            "Deploy a template without them, then this one. CloudFormation restores nothing that has not changed.",
        ),
        (disabled, "with disabled actions", "Enable them: aws cloudwatch enable-alarm-actions --alarm-names ..."),
        (silent, "without a topic", "Set AlarmTopicArn to an SNS topic, and deploy."),
    ]:
        if found:
            return Warned(f"{counted(len(found), 'alarm')} {what}: {listed(found, SHOWN)}", remedy)
    return Passed(counted(len(names), "alarm"))


def alarms_are_quiet(facts: Facts) -> Outcome:
    """Checks that no alarm is on. One that notices silence is on while it has no value, also before the first one."""
    _, alarms = _alarms(facts)
    silent = ("INSUFFICIENT_DATA", "missing")
    active = [
        alarm
        for alarm in alarms
        if alarm["StateValue"] == "ALARM" or (alarm["StateValue"], alarm.get("TreatMissingData")) == silent
    ]
    if not active:
        return Passed()
    pages = sorted({page for alarm in active for page in RUNBOOK.findall(alarm.get("AlarmDescription", ""))})
    return Warned(
        f"on: {listed(sorted(alarm['AlarmName'] for alarm in active), SHOWN)}",
        f"Follow {', '.join(pages) or 'docs/operations/runbook/README.md'}.",
    )


def tables_are_protected(facts: Facts) -> Outcome:
    """Checks that the tables cannot be deleted by mistake, and that the items can be restored."""
    stack, dynamodb = _stack(facts), facts.aws.client("dynamodb")
    env = facts.aws.environment
    with facts.aws.explained():
        open_to_deletion = [
            name
            for name in TABLES
            if not dynamodb.describe_table(TableName=stack.output(name))["Table"].get("DeletionProtectionEnabled")
        ]
        backups = dynamodb.describe_continuous_backups(TableName=stack.output("ItemTableName"))
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    if recovery != "ENABLED":
        return Failed("ItemTable has no point-in-time recovery", f"Deploy again: sam deploy --config-env {env.name}")
    if open_to_deletion:
        names = ", ".join(name.removesuffix("Name") for name in open_to_deletion)
        return Warned(
            f"without deletion protection: {names}",
            f'Set DeletionProtection: "true" in {env.parameters_file}, and deploy.',
        )
    return Passed()


def webhook_is_registered(facts: Facts) -> Outcome:
    """Checks the registration at Pluggy."""
    problems = registration.problems(functions.webhook_registration(facts.aws))
    if problems:
        return Failed(
            "; ".join(map(str, problems)),
            f"Register it: pluggy-lambda webhook register --env {facts.aws.environment.name}",
        )
    return Passed(_stack(facts).outputs.get("WebhookUrl", ""))


def api_is_closed(facts: Facts) -> Outcome:
    """Checks that the API is there and is closed to requests without a token."""
    answer = _items(facts, {})
    if answer.status == 401:
        return Passed()
    return Failed(
        f"GET /items without a token gets {answer.status}, not 401",
        "See the API's log group /aws/vendedlogs/<stack>/api, and deploy again.",
    )


def api_accepts_token(facts: Facts) -> Outcome:
    """Checks that the API answers a signed-in user."""
    if not facts.token:
        return Skipped("no token was given; --token asks for one", "Add --token, or leave out --only.")
    answer = _items(facts, {"authorization": f"Bearer {facts.token}"})
    if answer.status == 200:
        return Passed()
    return Failed(
        f"GET /items with the token gets {answer.status}, not 200",
        "The checks of the token name the reason. After a change of keys, API Gateway may need two hours.",
    )


def _items(facts: Facts, headers: dict[str, str]) -> request.Answer:
    environment = facts.aws.environment
    if environment.is_local:
        api = environment.local_stack()["api"]
        return request.send("GET", f"{api['url']}/items", headers=headers, host=api["host"])
    return request.send("GET", f"{_stack(facts).output('ApiUrl').rstrip('/')}/items", headers=headers)


def _stack(facts: Facts) -> Stack:
    if facts.stack is None:
        raise Failure("the stack was not read", "Run preflight without --only.")
    return facts.stack


def _alarms(facts: Facts) -> tuple[set[str], list[dict[str, Any]]]:
    """Returns the names of the stack's alarms, and those alarms that exist."""
    environment = facts.aws.environment
    with facts.aws.explained():
        pages = facts.aws.client("cloudformation").get_paginator("list_stack_resources")
        names = [
            resource["PhysicalResourceId"]
            for page in pages.paginate(StackName=environment.stack_name)
            for resource in page["StackResourceSummaries"]
            if resource["ResourceType"] == "AWS::CloudWatch::Alarm" and resource["ResourceStatus"] != "DELETE_COMPLETE"
        ]
        cloudwatch = facts.aws.client("cloudwatch")
        found: list[dict[str, Any]] = []
        for start in range(0, len(names), ALARMS_IN_A_CALL):
            batch = names[start : start + ALARMS_IN_A_CALL]
            found += cloudwatch.describe_alarms(AlarmNames=batch, MaxRecords=ALARMS_IN_A_CALL)["MetricAlarms"]
    return set(names), found


GROUP = Group(
    "Deployed stack",
    (
        Check("stack", "the last deployment has succeeded", stack_is_complete, ("credentials",)),
        Check("version", "the stack is of this command line's version", version_is_ours, ("stack",)),
        Check(
            "deployed-parameters",
            "the stack has the values of the file",
            parameters_are_deployed,
            ("stack", "parameters"),
        ),
        Check("alarms-notify", "every alarm notifies a topic", alarms_notify, ("stack",)),
        Check("alarms-quiet", "no alarm is on", alarms_are_quiet, ("stack",)),
        Check("tables", "the tables are protected, and the items can be restored", tables_are_protected, ("stack",)),
        Check("webhook", "the webhook is registered at Pluggy", webhook_is_registered, ("stack",)),
        Check("api-closed", "the API refuses a request without a token", api_is_closed, ("stack",)),
        Check("api-open", "the API answers the token's user", api_accepts_token, ("stack", "api-closed")),
    ),
)
