import io
import unittest
import uuid
from typing import Any
from unittest import mock

from botocore.exceptions import EndpointConnectionError, NoCredentialsError
from click.testing import CliRunner

from pluggy_lambda import audit, errors, functions, registration
from pluggy_lambda.errors import Failure
from pluggy_lambda.main import main
from tests.support import CALLER, RUN, Lambda, Project, Sts, refusal

STATEMENT = {"run": RUN, "caller": CALLER}


def asking(client: Lambda) -> functions.Ask:
    return functions.asking(client, "the-function", STATEMENT, "operator")


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


class Function(unittest.TestCase):
    def test_a_command_is_stated_and_returns_its_report(self) -> None:
        client = Lambda({"result": "imported", "imported": 1, "known": 0})

        report = asking(client)({"action": "import"})

        self.assertEqual(report["imported"], 1)
        self.assertEqual(client.functions, ["the-function"])
        self.assertEqual(client.commands, [{"action": "import", "audit": STATEMENT}])

    def test_a_command_that_is_refused_names_the_field(self) -> None:
        refused = Lambda({"result": "refused", "field": "items[1].itemId", "reason": "must be a UUID"})

        with self.assertRaisesRegex(Failure, r"items\[1\]\.itemId must be a UUID"):
            asking(refused)({"action": "import"})

    def test_a_failure_has_the_functions_message(self) -> None:
        failed = Lambda({"errorMessage": "dynamodb did not scan"})

        with self.assertRaisesRegex(Failure, "failed at replay: dynamodb did not scan"):
            asking(failed)({"action": "replay"})

    def test_a_report_of_another_version_names_what_is_missing(self) -> None:
        with self.assertRaisesRegex(Failure, "operator reports no cursor, rows, scanned"):
            asking(Lambda({"replayed": 1, "known": 0}))({"action": "replay"})


class Registration(unittest.TestCase):
    def test_the_commands_are_those_of_the_function(self) -> None:
        client = Lambda(*[{"result": "unchanged", "problems": ["missing", "new-problem"]}] * 3)
        ask = asking(client)

        registration.test_delivery(ask)
        registration.ensure(ask, "delete")
        problems = registration.problems(ask)

        self.assertEqual(
            [{name: value for name, value in command.items() if name != "audit"} for command in client.commands],
            [{"action": "test-delivery"}, {"action": "ensure", "elsewhere": "delete"}, {"action": "watch"}],
        )
        self.assertEqual(
            [str(problem) for problem in problems],
            ["missing: no webhook at Pluggy has this address", f"new-problem: see {registration.RUNBOOK}"],
        )

    def test_registrations_that_cannot_be_fetched_are_no_good_news(self) -> None:
        with self.assertRaisesRegex(Failure, "could not fetch the webhooks"):
            registration.problems(asking(Lambda({"result": "unknown"})))


class OfAws(Project):
    """Errors of AWS, as every command ends with them."""

    def inspect(self, report: Any) -> tuple[int, str]:
        self.deploy()
        self.clients["lambda"] = Lambda(report)
        result = self.invoke("items", "inspect", "--env", "dev", RUN)
        return result.exit_code, result.stderr

    def test_a_denied_permission_names_what_the_role_lacks(self) -> None:
        code, text = self.inspect(
            refusal("AccessDeniedException", "User: x is not authorized to perform: lambda:InvokeFunction")
        )

        self.assertEqual(code, 1)
        self.assertIn("error: AWS denies Invoke: User: x is not authorized to perform: lambda:InvokeFunction\n", text)
        self.assertIn("\n\nhint: Use a role with this permission.", text)

    def test_refused_credentials_have_an_exit_code_of_their_own(self) -> None:
        for error in (refusal("ExpiredTokenException"), refusal("UnrecognizedClientException")):
            code, text = self.inspect(error)

            self.assertEqual(code, 4, text)
            self.assertIn("error: AWS refuses the credentials", text)

    def test_another_refusal_has_its_code(self) -> None:
        code, text = self.inspect(refusal("TooManyRequestsException", "Rate\nexceeded."))

        self.assertEqual(code, 1)
        self.assertIn("error: AWS refuses Invoke: TooManyRequestsException: Rate exceeded\n", text)

    def test_missing_credentials_have_an_exit_code_of_their_own(self) -> None:
        code, text = self.inspect(NoCredentialsError())

        self.assertEqual(code, 4, text)

    def test_a_service_that_does_not_answer_is_named(self) -> None:
        code, text = self.inspect(EndpointConnectionError(endpoint_url="https://lambda.sa-east-9.amazonaws.com/"))

        self.assertEqual(code, 1)
        self.assertIn("error: AWS does not answer: Could not connect to the endpoint URL", text)
        self.assertIn("hint: Check your network, and the region in samconfig.toml.", text)

    def test_an_error_is_also_a_document(self) -> None:
        self.deploy(InspectFunctionName="")

        result = self.invoke("items", "inspect", "--env", "dev", RUN, "--json")

        self.assertEqual(result.exit_code, 1)
        self.assertEqual(
            self.document(result),
            {
                "version": 1,
                "command": "items inspect",
                "environment": "dev",
                "error": {
                    "problem": "this stack has no output InspectFunctionName",
                    "remedy": "Deploy this version of the project first.",
                },
            },
        )

    def test_a_defect_is_a_document_too_and_keeps_its_trace(self) -> None:
        self.deploy()
        error = ZeroDivisionError("the-secret-in-a-message")
        error.__context__ = KeyError("another-secret")
        self.clients["lambda"] = Lambda(error)
        result = CliRunner().invoke(
            main, ["items", "inspect", "--env", "dev", RUN, "--json"], obj=lambda _: self.clients.__getitem__
        )

        self.assertEqual(result.exit_code, 1)
        for expected in (
            "Traceback, without messages:\nZeroDivisionError\n  pluggy_lambda.options, line ",
            "  pluggy_lambda.functions, line ",
            "\nKeyError\n",
            "error: unexpected ZeroDivisionError\n",
        ):
            self.assertIn(expected, result.stderr)
        self.assertNotIn("secret", result.output)
        self.assertIn("Please report it", self.document(result)["error"]["remedy"])

    def test_a_report_that_is_no_object_is_a_failure(self) -> None:
        for payload in (b"", b"null", b"[]", b"no JSON", b'"x"'):
            with self.assertRaisesRegex(Failure, "operator reports no imported, known"):
                asking(mock.Mock(invoke=lambda payload=payload, **_: {"Payload": io.BytesIO(payload)}))(
                    {"action": "import"}
                )
        with self.assertRaisesRegex(Failure, "operator refuses the command: a field is wrong"):
            asking(Lambda({"result": "refused"}))({"action": "import"})

    def test_what_does_not_exist_is_known_by_its_code(self) -> None:
        for error, expected in [
            (refusal("ResourceNotFoundException"), True),
            (refusal("NotFoundException"), True),
            (refusal("ValidationError", "Stack with id x does not exist"), True),
            (refusal("ValidationError", "Template error"), False),
            (refusal("AccessDeniedException", "x does not exist"), False),
            (ValueError("does not exist"), False),
        ]:
            self.assertIs(errors.is_absent(error), expected, error)

    def test_an_interrupted_question_is_a_document_too(self) -> None:
        for stdin in ("", f"{RUN}\n"):  # The end of the terminal's input, at the first question and at the second.
            result = self.invoke("secret", "--env", "dev", "--json", typed=stdin)

            self.assertEqual(result.exit_code, 130)
            self.assertEqual(self.document(result)["error"]["problem"], "interrupted")

    def test_an_interrupted_command_says_so(self) -> None:
        code, text = self.inspect(KeyboardInterrupt())

        self.assertEqual((code, text), (130, "error: interrupted\n\nhint: Run the same command again.\n"))


if __name__ == "__main__":
    unittest.main()
