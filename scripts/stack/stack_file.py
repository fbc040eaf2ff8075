"""`.local/stack.json`: where the running local stack is and what opens it, for scripts and tests."""

import json
import os
from dataclasses import dataclass
from typing import Any

from stack import console, paths


@dataclass(frozen=True)
class Credentials:
    """What the local stack is made with: new random values, valid on this machine only."""

    client_id: str
    client_secret: str
    webhook_secret: str


def write(stack: dict[str, Any]) -> None:
    """Replaces the file in one step; only its owner may read it."""
    paths.STACK_FILE.parent.mkdir(parents=True, exist_ok=True)
    draft = paths.STACK_FILE.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(stack, file, indent=2)
        file.write("\n")
    draft.replace(paths.STACK_FILE)


def read() -> dict[str, Any]:
    """The running stack."""
    stack = read_if_any()
    if stack is None:
        raise console.Failure("no local stack is running", "Start one: make up")
    return stack


def read_if_any() -> dict[str, Any] | None:
    """The stack that was last brought up, if any; it may have died since."""
    try:
        return json.loads(paths.STACK_FILE.read_text())
    except (OSError, ValueError):
        return None


def remove() -> None:
    """There is no stack any more."""
    paths.STACK_FILE.unlink(missing_ok=True)
