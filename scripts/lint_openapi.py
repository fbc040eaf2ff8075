"""Check of docs/reference/openapi.yaml by the OpenAPI specification and the rules in scripts/openapi."""

import os
import subprocess

from stack import console, machine, node_packages, paths

FOLDER = paths.ROOT / "scripts" / "openapi"
DOCUMENT = paths.ROOT / "docs" / "reference" / "openapi.yaml"
# No telemetry, and no check for a newer version.
SILENCE = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def lint_openapi() -> None:
    machine.require("node")
    node_packages.install(FOLDER, "the linter of OpenAPI documents")
    command = [str(FOLDER / "node_modules" / ".bin" / "redocly"), "lint", "--config", str(FOLDER / "redocly.yaml")]
    result = subprocess.run(
        [*command, str(DOCUMENT)], env={**os.environ, **SILENCE}, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise console.Failure(f"{console.relative(DOCUMENT)} breaks the rules:\n{result.stdout}{result.stderr}")
    print(f"{console.relative(DOCUMENT)}: valid")


if __name__ == "__main__":
    console.run(lint_openapi)
