"""`.local/stack.json`: addresses and credentials of the running local stack, for scripts and tests."""

import json
import os
from dataclasses import dataclass
from typing import Any

from stack import console, paths


@dataclass(frozen=True)
class Credentials:
    """Credentials of the local stack: new random values, valid only on this machine."""

    client_id: str
    client_secret: str
    webhook_secret: str


def write(stack: dict[str, Any]) -> None:
    """Replaces the file in one step. Only its owner may read it."""
    paths.STACK_FILE.parent.mkdir(parents=True, exist_ok=True)
    draft = paths.STACK_FILE.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(stack, file, indent=2)
        file.write("\n")
    draft.replace(paths.STACK_FILE)


def read() -> dict[str, Any]:
    """Returns the running stack."""
    stack = read_if_any()
    if stack is None:
        raise console.Failure("no local stack is running", "Start one: make up")
    return stack


def read_if_any() -> dict[str, Any] | None:
    """Returns the stack that was last started, if any. It may have stopped since."""
    try:
        return json.loads(paths.STACK_FILE.read_text())
    except (OSError, ValueError):
        return None


def remove() -> None:
    """Removes the file, because there is no stack any more."""
    paths.STACK_FILE.unlink(missing_ok=True)
