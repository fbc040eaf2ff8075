"""`pluggy-lambda remove`: unregisters the webhook and deletes the stack."""

import shlex
import time
from typing import Any

import click

from pluggy_lambda import console, pluggy, secrets
from pluggy_lambda.aws import Stack
from pluggy_lambda.errors import Failure, InterruptedFailure, WrongUsageError
from pluggy_lambda.options import Operation, operation
from pluggy_lambda.text import counted

POLL_SECONDS = 5
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
    they are deleted there. The command prints how to delete each. It can be repeated.
    """
    stack = run.aws.stack()
    _confirm(run, stack)
    if keep_webhook:
        unregistered = []
    else:
        with run.console.step("unregistration of the webhook at Pluggy"):
            unregistered = _unregister(run, stack)
    kept = _tables(stack)
    _delete(run)
    stays = _stays(run, stack, kept)
    run.console.result(
        [
            f"the stack {run.environment.stack_name} is deleted",
            f"{counted(len(unregistered), 'webhook')} unregistered at Pluggy",
            "",
            "These stay:",
            *(f"  {each['what']}\n    {each['delete']}" for each in stays),
        ],
        {"stack": run.environment.stack_name, "webhooksUnregistered": unregistered, "stays": stays},
    )


def _confirm(run: Operation, stack: Stack) -> None:
    name = run.environment.stack_name
    run.console.say(
        f"This unregisters {stack.outputs.get('WebhookUrl', 'the webhook')} at Pluggy and deletes the stack"
    )
    run.console.say(f"{name} in {run.environment.region}: the API, the webhook, all functions, alarms and logs.")
    if run.yes:
        return
    if not console.is_interactive():
        raise WrongUsageError("nobody can confirm the deletion", "Add --yes to confirm it in advance.")
    if run.ask_line(f"Type {name} to delete it") != name:
        raise Failure("nothing was changed: this is not the stack's name", "Run the command again and type the name.")


def _unregister(run: Operation, stack: Stack) -> list[str]:
    """Deletes the registrations of the stack's webhook. Other webhooks stay."""
    url = stack.outputs.get("WebhookUrl")
    if not url:
        return []
    otherwise = "To delete the stack all the same: add --keep-webhook, and delete the webhook in Pluggy's dashboard."
    try:
        with run.aws.explained():
            value = secrets.read(run.aws.client("secretsmanager"), stack.parameters["PluggySecretName"])
        base_url = stack.parameters["PluggyBaseUrl"]
        key = pluggy.api_key(base_url, pluggy.Credentials(value.get("clientId", ""), value.get("clientSecret", "")))
        found = pluggy.webhooks_of(base_url, key, url)
        for webhook in found:
            pluggy.delete_webhook(base_url, key, str(webhook["id"]))
    except Failure as failure:
        raise failure.advised(otherwise) from None
    return [str(webhook["id"]) for webhook in found]


def _tables(stack: Stack) -> list[str]:
    return [stack.outputs[name] for name in TABLE_OUTPUTS if name in stack.outputs]


def _delete(run: Operation) -> None:
    name = run.environment.stack_name
    cloudformation = run.aws.client("cloudformation")
    with run.aws.explained():
        # The id stays readable after the deletion, unlike the name.
        stack_id = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
        cloudformation.delete_stack(StackName=stack_id)
    start = time.monotonic()
    try:
        while (status := _status(run, cloudformation, stack_id)) == "DELETE_IN_PROGRESS":
            run.console.progress(f"deleting {name}, {time.monotonic() - start:.0f} s so far")
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        command = f"pluggy-lambda remove --env {run.environment.name} --yes"
        raise InterruptedFailure(
            f"interrupted: AWS goes on deleting {name}", f"To wait for the end: {command}"
        ) from None
    if status != "DELETE_COMPLETE":
        raise Failure(
            f"{name} is {status}: {_reason(run, cloudformation, stack_id)}",
            "Remove the cause that the message names, then run the command again.",
        )


def _status(run: Operation, cloudformation: Any, stack_id: str) -> str:
    from botocore.exceptions import ClientError

    with run.aws.explained():
        try:
            return cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"]
        except ClientError as error:
            if "does not exist" in str(error):
                return "DELETE_COMPLETE"
            raise


def _reason(run: Operation, cloudformation: Any, stack_id: str) -> str:
    with run.aws.explained():
        events = cloudformation.describe_stack_events(StackName=stack_id)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"] == "DELETE_FAILED"]
    reasons = [event.get("ResourceStatusReason", "") for event in failed]
    return next(filter(None, reasons), "CloudFormation names no reason")


def _stays(run: Operation, stack: Stack, tables: list[str]) -> list[dict[str, str]]:
    region = f"--region {run.environment.region}"
    secret = stack.parameters.get("PluggySecretName", run.environment.secret_name)
    is_protected = stack.parameters.get("DeletionProtection") == "true"
    found = [(f"table {table}", _deletion(shlex.quote(table), region, is_protected)) for table in tables]
    found.append((f"secret {secret}", f"aws secretsmanager delete-secret --secret-id {shlex.quote(secret)} {region}"))
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
