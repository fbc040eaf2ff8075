"""Functions of the stack that operators invoke directly. Each command states its caller."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from pluggy_lambda import audit
from pluggy_lambda.aws import Aws
from pluggy_lambda.errors import Failure

# What each report must have. A function may add to it.
REPORTED = {
    "ensure": {"result"},
    "erase": {"result"},
    "export": {"schemaVersion", "exportedAt", "rows", "scanned", "eventRows", "cursor"},
    "import": {"imported", "known"},
    "lift": {"wasErased", "wasFinal"},
    "replay": {"replayed", "known", "scanned", "rows", "cursor"},
    "republish": {"published", "deadLettered", "scanned", "rows", "cursor"},
    "verify": {"items", "events", "limits", "scanned", "cursor", "goneLater"},
}

# Sends a command to a function and returns its report.
Ask = Callable[[dict[str, Any]], dict[str, Any]]


def inspect(aws: Aws) -> Ask:
    """Returns a call of `inspect`."""
    return _of_output(aws, "inspect", "InspectFunctionName")


def operator(aws: Aws) -> Ask:
    """Returns a call of `operator`."""
    return _of_output(aws, "operator", "OperatorFunctionName")


def erasure(aws: Aws) -> Ask:
    """Returns a call of `erasure`."""
    return _of_output(aws, "erasure", "ErasureFunctionName")


def republish(aws: Aws) -> Ask:
    """Returns a call of `republish`."""
    return _of_output(
        aws,
        "republish",
        "RepublishFunctionName",
        "This stack publishes no events. To publish them, deploy it with the parameter PublishEvents=true.",
    )


def webhook_registration(aws: Aws) -> Ask:
    """Returns a call of `webhook-registration`."""
    return _of_output(aws, "webhook-registration", "WebhookRegistrationFunctionName")


def asking(client: Any, function: str, statement: Mapping[str, str], who: str) -> Ask:
    """Returns a call of a function. `who` names it in messages."""

    def ask(command: dict[str, Any]) -> dict[str, Any]:
        stated = audit.stated(command, statement)
        answer = client.invoke(FunctionName=function, Payload=json.dumps(stated).encode())
        payload = _object(answer["Payload"].read())
        if "FunctionError" in answer:
            message = payload.get("errorMessage", "it gave no message")
            raise Failure(
                f"the function {who} failed at {command['action']}: {message}",
                f"The log of {who} has the details. Every command can be repeated.",
            )
        if payload.get("result") == "refused":
            problem = f"{payload.get('field', 'a field')} {payload.get('reason', 'is wrong')}".strip()
            raise Failure(
                f"{who} refuses the command: {problem}",
                "Correct the value. If it is right, the command line and the stack have different versions.",
            )
        require(payload, REPORTED.get(command["action"], set()), who)
        return payload

    return ask


def require(report: Mapping[str, Any], names: set[str], who: str) -> None:
    """Checks that a report has these fields. One of another version may lack some."""
    if missing := sorted(names - report.keys()):
        raise Failure(
            f"{who} reports no {', '.join(missing)}",
            "The command line and the stack have different versions. Install the version of the stack.",
        )


def _object(payload: bytes) -> dict[str, Any]:
    try:
        value = json.loads(payload)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _of_output(aws: Aws, who: str, output: str, remedy: str = "Deploy this version of the project first.") -> Ask:
    function = aws.stack().output(output, remedy)
    statement = aws.statement()
    invoke = asking(aws.client("lambda"), function, statement, who)

    def ask(command: dict[str, Any]) -> dict[str, Any]:
        with aws.explained():
            return invoke(command)

    return ask
