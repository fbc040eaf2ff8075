import io
import json
import unittest
import uuid
from typing import Any
from unittest import mock

from stack import audit, console, operator, webhook_registration

CALLER = "arn:aws:sts::123456789012:assumed-role/Operators/on-call"
RUN = "2f1e0d9c-0000-4000-8000-000000000020"


class Sts:
    """A fake AWS Security Token Service."""

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "123456789012", "Arn": CALLER}


class Lambda:
    """A fake AWS Lambda that keeps the commands that it receives."""

    def __init__(self, report: dict[str, Any]) -> None:
        self.report = report
        self.commands: list[dict[str, Any]] = []

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert FunctionName
        self.commands.append(json.loads(Payload))
        return {"Payload": io.BytesIO(json.dumps(self.report).encode())}


class Statement(unittest.TestCase):
    def test_a_command_states_its_caller_and_a_new_run(self) -> None:
        first, second = audit.statement(Sts()), audit.statement(Sts())

        self.assertEqual(first["caller"], CALLER)
        self.assertNotEqual(uuid.UUID(first["run"]), uuid.UUID(second["run"]))

    def test_a_command_with_a_run_of_its_own_keeps_it(self) -> None:
        statement = audit.statement(Sts())

        inspect = audit.stated({"action": "inspect"}, statement)
        replay = audit.stated({"action": "replay", "run": RUN}, statement)

        self.assertEqual(inspect, {"action": "inspect", "audit": statement})
        self.assertEqual(replay["audit"], {"run": RUN, "caller": CALLER})

    def test_every_command_of_an_operator_is_stated(self) -> None:
        client = Lambda({"result": "item"})
        clients = {"lambda": client, "sts": Sts()}
        with (
            mock.patch.object(operator.environment, "chosen", return_value=None),
            mock.patch.object(operator.stack_file, "read", return_value={"functions": {"operator": "f"}}),
            mock.patch.object(operator.ministack, "client", clients.__getitem__),
            operator.reached() as ask,
        ):
            ask({"action": "inspect"})
            ask({"action": "inspect"})

        self.assertEqual([command["audit"]["caller"] for command in client.commands], [CALLER, CALLER])
        self.assertEqual(len({command["audit"]["run"] for command in client.commands}), 1)

    def test_every_command_of_the_registration_is_stated(self) -> None:
        client = Lambda({"result": "unchanged", "problems": []})
        statement = audit.statement(Sts())

        webhook_registration.test_delivery(client, "f", statement)
        webhook_registration.ensure(client, "f", statement, "delete")
        webhook_registration.watch(client, "f", statement)

        self.assertEqual(
            client.commands,
            [
                {"action": "test-delivery", "audit": statement},
                {"action": "ensure", "elsewhere": "delete", "audit": statement},
                {"action": "watch", "audit": statement},
            ],
        )

    def test_a_refused_command_of_the_registration_names_the_field(self) -> None:
        client = Lambda({"result": "refused", "field": "elsewhere", "reason": "must be keep or delete"})

        with self.assertRaisesRegex(console.Failure, "elsewhere must be keep or delete"):
            webhook_registration.ensure(client, "f", audit.statement(Sts()), "move")


if __name__ == "__main__":
    unittest.main()
