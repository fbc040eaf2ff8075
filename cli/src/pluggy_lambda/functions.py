"""Functions that operators invoke directly: in a real account, or on the local stack if none is named."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from stack import account, audit, console, environment, ministack, stack_file

Ask = Callable[[dict[str, Any]], dict[str, Any]]


@contextmanager
def reached() -> Iterator[Ask]:
    """Yields a call of the operator function. Every failure inside the block ends as one line."""
    chosen = environment.chosen()
    if chosen:
        with account.reachable():
            outputs, _ = account.describe(chosen)
            statement = audit.statement(account.client("sts", chosen))
            yield asking(account.client("lambda", chosen), outputs.get("OperatorFunctionName"), statement)
    else:
        with ministack.reachable():
            functions = stack_file.read().get("functions", {})
            statement = audit.statement(ministack.client("sts"))
            yield asking(ministack.client("lambda"), functions.get("operator"), statement)


def asking(client: Any, function: str | None, statement: dict[str, str], who: str = "operator") -> Ask:
    """Returns a call of a function, in which each command states its caller."""
    if not function:
        raise console.Failure(f"this stack has no {who} function", "Deploy this version of the project first.")
    return lambda command: ask(client, function, audit.stated(command, statement), who)


def ask(client: Any, function: str, command: dict[str, Any], who: str = "operator") -> dict[str, Any]:
    """Invokes a function with a command, and returns its report. `who` names the function in messages."""
    answer = client.invoke(FunctionName=function, Payload=json.dumps(command).encode())
    payload = json.loads(answer["Payload"].read() or b"null") or {}
    if "FunctionError" in answer:
        raise console.Failure(
            f"the {who} function failed at {command['action']}: {payload.get('errorMessage', 'without a message')}",
            "See its log. Every command can be repeated.",
        )
    if payload.get("result") == "refused":
        raise console.Failure(f"{payload['field']} {payload['reason']}")
    return payload
