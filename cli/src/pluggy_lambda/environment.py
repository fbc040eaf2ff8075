"""The environments of samconfig.toml: the only source of a stack's name, its region and its secret's name."""

import os
import tomllib
from dataclasses import dataclass

from stack import console, paths

# The Makefile exports it only if ENV is on the command line.
VARIABLE = "OPERATOR_ENV"
# Not for real accounts: `make up` deploys `local`, and `default` is `dev` under SAM's fallback name.
RESERVED = {"default", "local"}


@dataclass(frozen=True)
class Environment:
    """One `--config-env` of `sam deploy`."""

    name: str
    stack_name: str
    region: str

    @property
    def secret_name(self) -> str:
        """Returns the name in Secrets Manager. Each environment has its own secret."""
        return f"pluggy-lambda/{self.name}"


def chosen() -> Environment | None:
    """Returns the environment that the command line names, or None."""
    name = os.environ.get(VARIABLE, "")
    return named(name) if name else None


def required() -> Environment:
    """Returns the environment that the command line must name."""
    environment = chosen()
    if environment is None:
        raise console.Failure("ENV is missing", f"Name an environment: make ... ENV={_names()[0]}")
    return environment


def named(name: str) -> Environment:
    """Reads an environment of samconfig.toml."""
    if name not in _names():
        raise console.Failure(f"ENV={name} is unknown", f"samconfig.toml has: {', '.join(_names())}")
    parameters = _config()[name]["global"]["parameters"]
    return Environment(name, parameters["stack_name"], parameters["region"])


def _names() -> list[str]:
    return [name for name, value in _config().items() if isinstance(value, dict) and name not in RESERVED]


def _config() -> dict:
    return tomllib.loads(paths.SAM_CONFIG.read_text())
