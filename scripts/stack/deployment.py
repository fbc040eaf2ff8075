"""The deployed stack: `sam deploy` to MiniStack, and the outputs of a stack."""

import json
from pathlib import Path
from typing import Any

from stack import fingerprint, machine, ministack, paths, sam, settings
from stack.stack_file import Credentials

# The file that samconfig.toml names. JSON is YAML too.
PARAMETERS = paths.LOCAL / "parameters.yaml"
STAMP = fingerprint.Stamp(paths.RUN / "deployed")

CONNECT_PROFILES = {
    "default": {"connect": {"includeSandbox": True, "language": "pt"}, "token": {"avoidDuplicates": False}}
}


def parameters(credentials: Credentials, issuer: str) -> dict[str, str]:
    """Returns the template's parameters for this machine."""
    return {
        "Architecture": machine.architecture(),
        "BackendRoleArns": settings.BACKEND_ROLE_ARN,
        "ConnectProfiles": json.dumps(CONNECT_PROFILES, separators=(",", ":")),
        "CorsAllowedOrigins": settings.browser_origin(),
        "DeletionProtection": "false",
        "JwtAudience": settings.AUDIENCE,
        "JwtIssuer": issuer,
        "JwtScope": settings.SCOPE,
        "PluggyBaseUrl": issuer,
        "PluggyClientId": credentials.client_id,
        "PluggySecretName": settings.SECRET_NAME,
        "SandboxConnectors": "true",
        "WebhookSecretHeader": settings.SECRET_HEADER,
        "WebhookSecretSha256": fingerprint.sha256(credentials.webhook_secret),
    }


def create_secret(credentials: Credentials) -> None:
    """Stores the credentials in the secret that the functions read."""
    value = {
        "clientId": credentials.client_id,
        "clientSecret": credentials.client_secret,
        "webhookSecret": credentials.webhook_secret,
    }
    ministack.client("secretsmanager").create_secret(Name=settings.SECRET_NAME, SecretString=json.dumps(value))


def is_current(template: Path, values: dict[str, str]) -> bool:
    """Returns whether the running stack was deployed from this build with these parameters."""
    return STAMP.matches(_fingerprint(template, values))


def deploy(template: Path, values: dict[str, str]) -> None:
    """Creates or updates the stack."""
    STAMP.clear()
    PARAMETERS.parent.mkdir(parents=True, exist_ok=True)
    PARAMETERS.write_text(json.dumps(values, indent=2))
    template_options = ["--config-file", str(paths.SAM_CONFIG), "--template-file", str(template)]
    arguments = ["--config-env", "local", *template_options, "--no-progressbar"]
    remedy = "To start with an empty stack: make down && make up"
    sam.run("deploy", arguments, ministack.client_environment(), remedy)


def confirm(template: Path, values: dict[str, str]) -> None:
    """Records that the deployment is complete."""
    STAMP.write(_fingerprint(template, values))


def outputs(cloudformation: Any, stack_name: str) -> dict[str, str]:
    """Returns the stack's outputs."""
    stacks = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}


def _fingerprint(template: Path, values: dict[str, str]) -> str:
    return fingerprint.of_text(fingerprint.of_files([template.parent]), json.dumps(values, sort_keys=True))
