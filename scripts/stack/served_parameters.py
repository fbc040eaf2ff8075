"""Test of each parameter of the webhook: a change on the running stack, and the responses of its URL afterwards."""

import json
import secrets
import uuid
from pathlib import Path
from typing import Any

from pluggy_lambda import request
from stack import console, deployment, fingerprint, ministack, paths, sam_template, settings

FUNCTION = "WebhookFunction"
ALIAS = "live"
STATUS_ACCEPTED, STATUS_REFUSED = 200, 401


def are_served(stack: dict[str, Any], template: Path) -> bool:
    """Returns whether a changed parameter takes effect at once, at the same URL, without moving a version or alias."""
    before = json.loads(deployment.PARAMETERS.read_text())
    new_secret = secrets.token_hex(32)
    changes = {
        "EventRetentionDays": "9",
        "PluggyClientId": str(uuid.uuid4()),
        "WebhookSecretHeader": "x-another-header",
        "WebhookSecretSha256": fingerprint.sha256(new_secret),
    }
    problems = [] if set(changes) == _parameters_of_the_webhook() else [f"not tested: {_parameters_of_the_webhook()}"]
    try:
        for name, value in changes.items():
            with console.step(f"change {name}"):
                deployment.deploy(template, {**before, name: value})
                problems += _problems(stack, name, value, new_secret)
    finally:
        with console.step("change them back"):
            deployment.deploy(template, before)
    for problem in problems:
        console.line(f"failed: {problem}")
    return not problems


def _parameters_of_the_webhook() -> set[str]:
    template = sam_template.parse((paths.ROOT / "template.yaml").read_text())
    variables = template["Resources"][FUNCTION]["Properties"]["Environment"]["Variables"]
    return {value["Ref"] for value in variables.values()} & set(template["Parameters"])


def _problems(stack: dict[str, Any], name: str, value: str, new_secret: str) -> list[str]:
    outputs = deployment.outputs(ministack.client("cloudformation"), settings.STACK_NAME)
    configuration = ministack.client("lambda").get_function_configuration(
        FunctionName=outputs["WebhookFunctionName"], Qualifier=ALIAS
    )
    header, secret = stack["webhook"]["secretHeader"], stack["webhook"]["secret"]
    is_changed = name in ("WebhookSecretHeader", "WebhookSecretSha256")
    found = {
        "the URL": (outputs["WebhookUrl"].removeprefix("https://").rstrip("/"), stack["webhook"]["host"]),
        "what the alias serves": (value in configuration["Environment"]["Variables"].values(), True),
        "the old secret in the old header": (
            _deliver(stack, header, secret),
            STATUS_REFUSED if is_changed else STATUS_ACCEPTED,
        ),
        "the new secret or header": (
            _deliver(
                stack,
                value if name == "WebhookSecretHeader" else header,
                new_secret if name == "WebhookSecretSha256" else secret,
            ),
            STATUS_ACCEPTED,
        ),
    }
    return [f"{name}: {what} is {seen}, not {wanted}" for what, (seen, wanted) in found.items() if seen != wanted]


def _deliver(stack: dict[str, Any], header: str, secret: str) -> int:
    body = {"event": "test/delivery", "eventId": str(uuid.uuid4())}
    webhook = stack["webhook"]
    return request.send_json("POST", webhook["url"], body, headers={header: secret}, host=webhook["host"]).status
