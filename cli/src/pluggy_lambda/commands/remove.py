"""`pluggy-lambda remove`: unregisters the webhook and deletes the stack."""

import shlex
import time
from dataclasses import dataclass
from typing import Any

import click

from pluggy_lambda import console, parameters, pluggy, secrets
from pluggy_lambda.aws import Stack
from pluggy_lambda.errors import Failure, InterruptedFailure, WrongUsageError, is_absent
from pluggy_lambda.options import Operation, operation
from pluggy_lambda.text import counted

POLL_SECONDS = 5
# A minute.
FIRST_POLLS = 12
DELETED = "DELETE_COMPLETE"
TABLE_OUTPUTS = ("EventTableName", "ItemTableName", "CredentialTableName", "LimitTableName")
EPILOG = """\b
Examples:
  pluggy-lambda remove --env dev
  pluggy-lambda remove --env dev --yes --json
"""


@click.command(epilog=EPILOG)
@click.option("--keep-webhook", is_flag=True, help="Leave the registration at Pluggy, for example if Pluggy is down.")
@operation
def remove(run: Operation, keep_webhook: bool) -> None:
    """Unregister the webhook, delete the stack, and list what stays.

    The tables stay, so that nothing is lost by mistake. The secret stays, and the connections at Pluggy go on until
    they are deleted there. The command prints how to delete each. It can be repeated, also after the deletion. With
    --json, `found` is false if there was no stack to delete.
    """
    name = run.environment.stack_name
    stack = run.aws.stack_if_any()
    if stack is None:
        problem = f"there is no stack {name} in {run.environment.region}; if it should be there, check your AWS account"
        _print(run, problem, None, [], _stays(run, None, is_registered=True))
        return
    _require_unlocked(run, stack)
    # Read before anything changes, because a stack may lack a parameter.
    registered = None if keep_webhook else _registered(stack)
    _confirm(run, stack, registered)
    unregistered = []
    if registered:
        with run.console.step("unregistration of the webhook at Pluggy"):
            unregistered = _unregister(run, registered)
    again = f"pluggy-lambda remove --env {run.environment.name}{' --keep-webhook' if keep_webhook else ''} --yes"
    try:
        _delete(run, stack, again)
    except InterruptedFailure:
        raise
    except Failure as failure:
        raise failure.advised(_register_again(run)) if registered else failure from None
    stays = _stays(run, stack, is_registered=keep_webhook)
    _print(run, f"the stack {name} is deleted", stack, unregistered, stays)


@dataclass(frozen=True)
class Registered:
    """The webhook's address, and the way to Pluggy."""

    url: str
    base_url: str
    secret_name: str


def _registered(stack: Stack) -> Registered | None:
    """Returns the registration, or `None` if the stack has no webhook, as after a first deployment that failed."""
    url = stack.outputs.get("WebhookUrl")
    return Registered(url, stack.parameter("PluggyBaseUrl"), stack.parameter("PluggySecretName")) if url else None


def _require_unlocked(run: Operation, stack: Stack) -> None:
    if stack.is_locked:
        name, region = shlex.quote(run.environment.stack_name), run.environment.region
        raise Failure(
            f"{run.environment.stack_name} has termination protection, so nothing was changed",
            "Turn it off: aws cloudformation update-termination-protection --no-enable-termination-protection "
            f"--stack-name {name} --region {region}",
        )


def _confirm(run: Operation, stack: Stack, registered: Registered | None) -> None:
    name = run.environment.stack_name
    first = f"This unregisters {registered.url} at Pluggy, and deletes" if registered else "This deletes"
    run.console.say(f"{first} the stack {name} in {run.environment.region}:")
    run.console.say("the API, the webhook, all functions, alarms and logs.")
    if run.yes:
        return
    if not console.is_interactive():
        raise WrongUsageError("nobody can confirm the deletion", "Add --yes to confirm it in advance.")
    if run.ask_line(f"Type {name} to delete it") != name:
        raise Failure("nothing was changed: this is not the stack's name", "Run the command again and type the name.")


def _unregister(run: Operation, registered: Registered) -> list[str]:
    """Deletes the registrations of the stack's webhook. Other webhooks stay."""
    otherwise = "To delete the stack all the same: add --keep-webhook, and delete the webhook in Pluggy's dashboard."
    deleted: list[str] = []
    try:
        with run.aws.explained():
            value = secrets.read(run.aws.client("secretsmanager"), registered.secret_name)
        credentials = pluggy.Credentials(value.get("clientId", ""), value.get("clientSecret", ""))
        key = pluggy.api_key(registered.base_url, credentials)
        for webhook in pluggy.webhooks_of(registered.base_url, key, registered.url):
            pluggy.delete_webhook(registered.base_url, key, str(webhook["id"]))
            deleted.append(str(webhook["id"]))
    except Failure as failure:
        advice = f"{otherwise} {_register_again(run)}" if deleted else otherwise
        raise failure.advised(advice) from None
    return deleted


def _register_again(run: Operation) -> str:
    return (
        "The webhook is no longer registered at Pluggy. If the stack stays, register it again: "
        f"pluggy-lambda webhook register --env {run.environment.name}"
    )


def _delete(run: Operation, stack: Stack, again: str) -> None:
    name = run.environment.stack_name
    cloudformation = run.aws.client("cloudformation")
    with run.aws.explained():
        cloudformation.delete_stack(StackName=stack.id)
    start = time.monotonic()
    try:
        status = stack.status
        polls = 0
        # At first CloudFormation may still show the status from before, which can be that of an earlier failure.
        while not _has_ended(status) or (status == stack.status and polls < FIRST_POLLS):
            run.console.progress(f"deleting {name}, {time.monotonic() - start:.0f} s so far")
            time.sleep(POLL_SECONDS)
            status = _status(run, cloudformation, stack.id)
            polls += 1
    except KeyboardInterrupt:
        raise InterruptedFailure(f"interrupted: AWS goes on deleting {name}", f"To wait for the end: {again}") from None
    except Failure as failure:
        raise failure.advised(f"AWS goes on deleting {name}. To wait for the end: {again}") from None
    if status != DELETED:
        raise Failure(
            f"{name} is {status}: {_reason(run, cloudformation, stack.id)}",
            f"Remove the cause that the message names, then run again: {again}",
        )


def _has_ended(status: str) -> bool:
    return status == DELETED or status.endswith("_FAILED") or "ROLLBACK" in status


def _status(run: Operation, cloudformation: Any, stack_id: str) -> str:
    with run.aws.explained():
        try:
            return cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"]
        except Exception as error:
            if is_absent(error):
                return DELETED
            raise


def _reason(run: Operation, cloudformation: Any, stack_id: str) -> str:
    with run.aws.explained():
        events = cloudformation.describe_stack_events(StackName=stack_id)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"] == "DELETE_FAILED"]
    reasons = [event.get("ResourceStatusReason", "") for event in failed]
    return next(filter(None, reasons), "CloudFormation names no reason")


def _stays(run: Operation, stack: Stack | None, *, is_registered: bool) -> list[dict[str, str]]:
    """Returns what a deletion leaves, with its commands. Without a stack, the tables have no names."""
    region = f"--region {run.environment.region}"
    values = stack.parameters if stack else {}
    secret = values.get("PluggySecretName") or parameters.secret_name(run.environment)
    is_protected = values.get("DeletionProtection") == "true"
    tables = [stack.outputs[name] for name in TABLE_OUTPUTS if name in stack.outputs] if stack else []
    found = [(f"table {table}", _deletion(shlex.quote(table), region, is_protected)) for table in tables]
    if stack is None:
        found.append(("the tables of a stack that was deleted", f"To find them: aws dynamodb list-tables {region}"))
    found.append((f"secret {secret}", f"aws secretsmanager delete-secret --secret-id {shlex.quote(secret)} {region}"))
    if key := stack and stack.outputs.get("ErasureSecretArn"):
        delete = f"aws secretsmanager delete-secret --secret-id {key} {region}"
        found.append(("secret ErasureSecret, with which receipts of erasures are compared", delete))
    if is_registered:
        registration = "the webhook at Pluggy" if stack else "the webhook at Pluggy, unless it was unregistered"
        found.append((registration, "Delete it in Pluggy's dashboard, Webhooks."))
    found.append(
        (
            "the connections at Pluggy, which go on",
            "Delete the items at Pluggy (DELETE /items/{id}), or the application in its dashboard.",
        )
    )
    return [{"what": what, "delete": delete} for what, delete in found]


def _deletion(table: str, region: str, is_protected: bool) -> str:
    unprotect = f"aws dynamodb update-table --table-name {table} --no-deletion-protection-enabled {region} && "
    return f"{unprotect if is_protected else ''}aws dynamodb delete-table --table-name {table} {region}"


def _print(
    run: Operation, done: str, stack: Stack | None, unregistered: list[str], stays: list[dict[str, str]]
) -> None:
    run.console.result(
        [
            done,
            f"{counted(len(unregistered), 'webhook')} unregistered at Pluggy",
            "",
            "These stay:",
            *(f"  {each['what']}\n    {each['delete']}" for each in stays),
        ],
        {
            "stack": run.environment.stack_name,
            "found": stack is not None,
            "webhooksUnregistered": unregistered,
            "stays": stays,
        },
    )
