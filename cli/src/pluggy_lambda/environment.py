"""The environments of samconfig.toml: the only source of a stack's name, its region and its file of parameters."""

import json
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pluggy_lambda.errors import Failure, WrongUsageError

# SAM's name for the environment `dev`.
DEFAULT = "default"
LOCAL = "local"
FILE = "samconfig.toml"
FOLDER_VARIABLE = "PLUGGY_LAMBDA_FOLDER"


@dataclass(frozen=True)
class Environment:
    """One `--config-env` of `sam deploy`."""

    name: str
    stack_name: str
    region: str
    folder: Path
    parameters_file: Path

    @property
    def secret_name(self) -> str:
        """Returns the default name in Secrets Manager. Each environment has its own secret."""
        return f"pluggy-lambda/{self.name}"

    @property
    def is_local(self) -> bool:
        """Returns whether this is the local stack of `make up`, not a real account."""
        return self.name == LOCAL

    def local_stack(self) -> dict[str, Any]:
        """Returns the addresses of the local stack."""
        try:
            return json.loads((self.folder / ".local" / "stack.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise Failure("no local stack is running", "Start one: make up") from None


def named(name: str, folder: Path | None = None) -> Environment:
    """Returns an environment of the nearest samconfig.toml."""
    folder = folder or _folder()
    config = _read(folder / FILE)
    if name not in config or name == DEFAULT or not isinstance(config[name], dict):
        names = [known for known, value in config.items() if isinstance(value, dict) and known != DEFAULT]
        raise WrongUsageError(
            f"the environment {name} is unknown",
            f"{FILE} has: {', '.join(names)}. To add one, copy the two sections of dev.",
        )
    try:
        parameters = config[name]["global"]["parameters"]
        [overrides] = parameters["parameter_overrides"]
        file = folder / overrides.removeprefix("file://")
        return Environment(name, parameters["stack_name"], parameters["region"], folder, file)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Failure(
            f"{FILE} does not describe the environment {name}",
            f"[{name}.global.parameters] needs stack_name, region and parameter_overrides with one file://.",
        ) from None


def _folder() -> Path:
    """Returns the folder with samconfig.toml: the one of the variable, or the current one or one above it."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    here = Path(chosen) if chosen else Path.cwd()
    for folder in [here] if chosen else [here, *here.parents]:
        if (folder / FILE).is_file():
            return folder
    raise WrongUsageError(
        # The path may name a person, and `preflight` is for public reports.
        f"the folder of {FOLDER_VARIABLE} has no {FILE}"
        if chosen
        else f"neither the current folder nor a folder above it has a {FILE}",
        f"Change to the folder of the release or of the checkout, or set {FOLDER_VARIABLE} to it.",
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise Failure(f"{FILE} cannot be read: {reason}", "Restore it from the release or the checkout.") from None
