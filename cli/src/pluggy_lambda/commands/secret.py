"""`pluggy-lambda secret`: stores Pluggy's credentials, or a new webhook secret."""

import uuid
from typing import Any

import click

from pluggy_lambda import parameters, secrets
from pluggy_lambda.errors import Failure, WrongUsageError
from pluggy_lambda.options import Operation, operation

EPILOG = """\b
Examples:
  pluggy-lambda secret --env dev
  pluggy-lambda secret --env dev < two-lines
  pluggy-lambda secret --env prod --rotate
"""
HOURS_OF_RETRIES = "three hours"


@click.command(epilog=EPILOG)
@click.option("--rotate", is_flag=True, help="Replace the webhook secret alone.")
@click.option("--kms-key", metavar="ARN", default="", help="Encrypt the secret with this key, the parameter KmsKeyArn.")
@operation
def secret(run: Operation, rotate: bool, kms_key: str) -> None:
    """Store Pluggy's credentials in Secrets Manager.

    The command asks for the client id and the client secret, or reads them as two lines from the standard input. It
    keeps an existing webhook secret, and creates one otherwise. Then it writes the parameters that follow into the
    environment's file, if the file exists.

    With --rotate, it replaces the webhook secret alone, and prints the steps of a rotation.
    """
    if rotate and kms_key:
        raise WrongUsageError("--kms-key is for a new client secret", "Leave out --rotate or --kms-key.")
    if kms_key and (problem := parameters.problem_of("KmsKeyArn", kms_key)):
        raise WrongUsageError(f"--kms-key: {problem}", "aws kms describe-key shows the ARN.")
    if rotate:
        _rotate(run)
    else:
        client_id, client_secret = _ask(run)
        _store(run, client_id, client_secret, kms_key)


def _rotate(run: Operation) -> None:
    """Stores a new webhook secret. It can be stored first, because only `webhook-registration` reads it."""
    name, env = run.environment.secret_name, run.environment.name
    manager = run.aws.client("secretsmanager")
    with run.aws.explained():
        before = secrets.read(manager, name)
    if not before.get("webhookSecret"):
        raise Failure(f"{name} has no webhook secret to rotate", f"Create one: pluggy-lambda secret --env {env}")
    after = {**before, "webhookSecret": secrets.new_webhook_secret()}
    old, new = secrets.sha256(before["webhookSecret"]), secrets.sha256(after["webhookSecret"])
    _require_no_rotation(run, old)
    run.confirm(f"Replace the webhook secret of {name} in {run.environment.region}?")
    with run.aws.explained():
        secrets.write(manager, name, after)
    written = _write_parameters(run, {"WebhookSecretSha256": f"{old},{new}"})
    deploy = f"sam deploy --config-env {env}"
    steps = [
        f"1. Deploy with both digests: {deploy}"
        + ("" if written else f", with WebhookSecretSha256: {old},{new} in {run.environment.parameters_file}"),
        f"2. Register the new secret: pluggy-lambda webhook register --env {env}",
        f"3. Wait for {HOURS_OF_RETRIES}: Pluggy may retry deliveries with the old secret.",
        f"4. Set WebhookSecretSha256: {new} in {run.environment.parameters_file}, and deploy: {deploy}",
    ]
    run.console.result(
        [
            f"secret {name} in {run.environment.region} has a new webhook secret",
            "Pluggy sends the old one until step 2. Do all four steps before the next rotation (docs/rotation.md):",
            *steps,
        ],
        {"secret": name, "oldSha256": old, "newSha256": new, "parametersWritten": written, "steps": steps},
    )


def _require_no_rotation(run: Operation, stored: str) -> None:
    """Refuses a second rotation before the first one ends: it would drop the digest that Pluggy still sends."""
    if not run.environment.parameters_file.exists():
        return
    digests = parameters.read(run.environment.parameters_file).get("WebhookSecretSha256", "").split(",")
    if len(digests) > 1:
        raise Failure(
            f"{run.environment.parameters_file} has two digests, so a rotation has not ended",
            f"End it: set WebhookSecretSha256: {stored} and deploy. docs/rotation.md explains the steps.",
        )


def _store(run: Operation, client_id: str, client_secret: str, key: str) -> None:
    name, region = run.environment.secret_name, run.environment.region
    manager = run.aws.client("secretsmanager")
    with run.aws.explained():
        existing = secrets.read(manager, name)
    stored_id = existing.get("clientId", client_id).lower()
    if stored_id != client_id:
        run.console.say(f"{name} in {region} has the credentials of client {stored_id}, not {client_id}.")
        run.confirm("Replace them?")
    webhook_secret = existing.get("webhookSecret") or secrets.new_webhook_secret()
    credentials = {"clientId": client_id, "clientSecret": client_secret, "webhookSecret": webhook_secret}
    with run.aws.explained():
        is_new = secrets.write(manager, name, {**existing, **credentials}, key)
    follows = {"PluggySecretName": name, "PluggyClientId": client_id}
    # During a rotation the file has two digests, of which one is that of the stored secret.
    if secrets.sha256(webhook_secret) not in _digests(run):
        follows["WebhookSecretSha256"] = secrets.sha256(webhook_secret)
    if key:
        follows["KmsKeyArn"] = key
    written = _write_parameters(run, follows)
    file = run.environment.parameters_file
    run.console.result(
        [
            f"secret {name} {'created' if is_new else 'updated'} in {region}",
            f"written to {file}:" if written else f"lines for {file}:",
            *(f"  {parameter}: {value}" for parameter, value in follows.items()),
        ],
        {"secret": name, "created": is_new, "parameters": follows, "parametersWritten": written},
    )


def _digests(run: Operation) -> list[str]:
    if not run.environment.parameters_file.exists():
        return []
    return parameters.read(run.environment.parameters_file).get("WebhookSecretSha256", "").split(",")


def _write_parameters(run: Operation, values: dict[str, Any]) -> bool:
    # make up writes the file of the local stack.
    file = run.environment.parameters_file
    return not run.environment.is_local and file.exists() and parameters.write(file, values)


def _ask(run: Operation) -> tuple[str, str]:
    client_id = run.ask_line("Pluggy client id").lower()
    try:
        client_id = str(uuid.UUID(client_id))
    except ValueError:
        raise Failure("the client id is not a UUID", "Copy it from Pluggy's dashboard, Applications.") from None
    client_secret = run.ask_secret("Pluggy client secret")
    if not client_secret:
        raise Failure("the client secret is empty", "Copy it from Pluggy's dashboard, Applications.")
    return client_id, client_secret
