"""`pluggy-lambda secret`: stores Pluggy's credentials, or a new webhook secret."""

import uuid
from collections.abc import Mapping
from typing import Any

import click

from pluggy_lambda import parameters, secrets
from pluggy_lambda.errors import Failure, InterruptedFailure, WrongUsageError
from pluggy_lambda.options import Operation, operation

EPILOG = """\b
Examples:
  pluggy-lambda secret --env dev
  pluggy-lambda secret --env dev < two-lines
  pluggy-lambda secret --env prod --rotate
"""
HOURS_OF_RETRIES = "three hours"
CHECK = "pluggy-lambda preflight --env {} --only webhook-digest"


@click.command(epilog=EPILOG)
@click.option("--rotate", is_flag=True, help="Replace the webhook secret alone.")
@click.option("--kms-key", metavar="ARN", default="", help="Encrypt the secret with this key, the parameter KmsKeyArn.")
@operation
def secret(run: Operation, rotate: bool, kms_key: str) -> None:
    """Store Pluggy's credentials in Secrets Manager.

    The command asks for the client id and the client secret, or reads them as two lines from the standard input. It
    keeps an existing webhook secret, and creates one otherwise. The secret has the name PluggySecretName of the
    environment's file, or pluggy-lambda/<env>. Then the command writes the parameters that follow into the file, if it
    exists.

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
    """Stores a new webhook secret. It can be stored first, because only `webhook-registration` reads it.

    The file accepts both secrets before the new one is stored, so that a failure never leaves out the one that Pluggy
    sends.
    """
    name, env, file = parameters.secret_name(run.environment), run.environment.name, run.environment.parameters_file
    manager = run.aws.client("secretsmanager")
    with run.aws.explained():
        before = secrets.read(manager, name)
    if not before.get("webhookSecret"):
        raise Failure(f"{name} has no webhook secret to rotate", f"Create one: pluggy-lambda secret --env {env}")
    after = {**before, "webhookSecret": secrets.new_webhook_secret()}
    old, new = secrets.sha256(before["webhookSecret"]), secrets.sha256(after["webhookSecret"])
    _require_no_rotation(run, old)
    run.confirm(f"Replace the webhook secret of {name} in {run.environment.region}?")
    written = _write_parameters(run, {"WebhookSecretSha256": f"{old},{new}"})
    deploy = f"sam deploy --config-env {env}"
    steps = [
        f"1. Deploy with both digests: {deploy}"
        + ("" if written else f", with WebhookSecretSha256: {old},{new} in {file}"),
        f"2. Register the new secret: pluggy-lambda webhook register --env {env}",
        f"3. Wait for {HOURS_OF_RETRIES}: Pluggy may retry deliveries with the old secret.",
        f"4. Set WebhookSecretSha256: {new} in {file}, and deploy: {deploy}",
    ]
    undo = f"If not, set WebhookSecretSha256: {old} in {file}, and run this command again." if written else ""
    remaining = " ".join(["It may be stored all the same:", CHECK.format(env), f"shows {new} then.", undo, *steps])
    try:
        with run.aws.explained():
            secrets.write(manager, name, after)
    except Failure as failure:
        raise failure.advised(remaining) from None
    except KeyboardInterrupt:
        raise InterruptedFailure("interrupted while the secret was stored", remaining) from None
    run.console.result(
        [
            f"secret {name} in {run.environment.region} has a new webhook secret",
            "Pluggy sends the old one until step 2. Do all four steps before the next rotation "
            "(docs/operations/rotation.md):",
            *steps,
        ],
        {"secret": name, "oldSha256": old, "newSha256": new, "parametersWritten": written, "steps": steps},
    )


def _require_no_rotation(run: Operation, stored: str) -> None:
    """Refuses a rotation unless the webhook accepts the stored secret alone.

    Otherwise an earlier rotation has not ended, and a second one could leave out the digest that Pluggy sends.
    """
    file, env = run.environment.parameters_file, run.environment.name
    if file.exists():
        where, digests = str(file), _digests(run)
    elif stack := run.aws.stack_if_any():
        where, digests = f"the stack {run.environment.stack_name}", _split(stack.parameters)
    else:
        return  # Nothing receives deliveries yet.
    if digests == [stored]:
        return
    if len(digests) > 1:
        problem = f"{where} has two digests, so a rotation has not ended"
    else:
        problem = f"{where} does not have the digest of the stored webhook secret"
    both = ",".join([*[digest for digest in digests if digest != stored][-1:], stored])
    raise Failure(
        problem,
        f"End it first (docs/operations/rotation.md): deploy with WebhookSecretSha256: {both}, run "
        f"pluggy-lambda webhook register --env {env}, wait for {HOURS_OF_RETRIES}, and deploy with "
        f"WebhookSecretSha256: {stored}.",
    )


def _store(run: Operation, client_id: str, client_secret: str, key: str) -> None:
    name, region = parameters.secret_name(run.environment), run.environment.region
    manager = run.aws.client("secretsmanager")
    with run.aws.explained():
        existing = secrets.read(manager, name)
    stored_id = existing.get("clientId", client_id).lower()
    if stored_id != client_id:
        run.console.say(f"{name} in {region} has the credentials of client {stored_id}, not {client_id}.")
        run.confirm("Replace them?")
    webhook_secret = existing.get("webhookSecret") or secrets.new_webhook_secret()
    credentials = {"clientId": client_id, "clientSecret": client_secret, "webhookSecret": webhook_secret}
    follows = {"PluggySecretName": name, "PluggyClientId": client_id}
    digest, digests = secrets.sha256(webhook_secret), _digests(run)
    # During a rotation the file has two digests, of which one is that of the stored secret. Pluggy may send a secret
    # whose digest is in the file alone.
    if digest not in digests:
        follows["WebhookSecretSha256"] = ",".join([*digests[-1:], digest])
    if key:
        follows["KmsKeyArn"] = key
    lines = [f"  {parameter}: {value}" for parameter, value in follows.items()]
    file = run.environment.parameters_file
    with run.aws.explained():
        is_new = secrets.write(manager, name, {**existing, **credentials}, key)
    try:
        written = _write_parameters(run, follows)
    except Failure as failure:
        raise failure.advised(f"The secret {name} is stored. Lines for {file}:\n" + "\n".join(lines)) from None
    run.console.result(
        [
            f"secret {name} {'created' if is_new else 'updated'} in {region}",
            f"written to {file}:" if written else f"lines for {file}:",
            *lines,
        ],
        {"secret": name, "created": is_new, "parameters": follows, "parametersWritten": written},
    )


def _digests(run: Operation) -> list[str]:
    return _split(parameters.read_if_any(run.environment.parameters_file))


def _split(values: Mapping[str, str]) -> list[str]:
    return list(filter(None, values.get("WebhookSecretSha256", "").split(",")))


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
