import io
import json
import unittest
from typing import Any

from stack import console, operator


class Lambda:
    """A fake AWS Lambda with one function and a fixed response."""

    def __init__(self, payload: Any, **answer: str) -> None:
        self.answer = {"Payload": io.BytesIO(json.dumps(payload).encode()), **answer}
        self.asked: dict[str, Any] = {}

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        self.asked = {"FunctionName": FunctionName, "Payload": Payload}
        return self.answer


class Operator(unittest.TestCase):
    def test_a_command_returns_its_report(self) -> None:
        client = Lambda({"result": "imported", "imported": 1, "known": 0})

        report = operator.ask(client, "the-function", {"action": "import"})

        self.assertEqual(report["imported"], 1)
        self.assertEqual(client.asked, {"FunctionName": "the-function", "Payload": b'{"action": "import"}'})

    def test_a_command_that_is_refused_names_the_field(self) -> None:
        refused = Lambda({"result": "refused", "field": "items[1].itemId", "reason": "must be a UUID"})

        with self.assertRaisesRegex(console.Failure, r"items\[1\]\.itemId must be a UUID"):
            operator.ask(refused, "f", {"action": "import"})

    def test_a_failure_has_the_functions_message(self) -> None:
        failed = Lambda({"errorMessage": "dynamodb did not scan"}, FunctionError="Unhandled")

        with self.assertRaisesRegex(console.Failure, "failed at replay: dynamodb did not scan"):
            operator.ask(failed, "f", {"action": "replay"})
