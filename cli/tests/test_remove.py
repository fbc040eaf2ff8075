import json
import unittest
from typing import Any
from unittest import mock

from tests.support import CLIENT_ID, OUTPUTS, PARAMETERS, Cloudformation, Project, Server, check_golden
from tests.test_secret import SecretsManager

NAME = "pluggy-lambda-dev"


class Deleting(Cloudformation):
    """A fake CloudFormation whose stack can be deleted."""

    def __init__(self, parameters: dict[str, str], end: str = "DELETE_COMPLETE") -> None:
        super().__init__(OUTPUTS, parameters)
        self.end = end
        self.deleted: list[str] = []

    def delete_stack(self, *, StackName: str) -> None:  # noqa: N803
        self.deleted.append(StackName)
        self.stack["StackStatus"] = "DELETE_IN_PROGRESS"

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        answer = super().describe_stacks(StackName=StackName)
        copy = dict(self.stack)
        if self.deleted:
            self.stack["StackStatus"] = self.end
        return {**answer, "Stacks": [copy]}

    def describe_stack_events(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        assert StackName
        reason = "The bucket is not empty"
        return {"StackEvents": [{"ResourceStatus": "DELETE_FAILED", "ResourceStatusReason": reason}]}


class Remove(Project):
    def setUp(self) -> None:
        super().setUp()
        self.server = Server(self)
        self.parameters = {**PARAMETERS, "PluggyBaseUrl": self.server.url}
        self.clients["cloudformation"] = self.cloudformation = Deleting(self.parameters)
        self.clients["secretsmanager"] = manager = SecretsManager()
        manager.stored["pluggy-lambda/dev"] = json.dumps({"clientId": CLIENT_ID, "clientSecret": "the client secret"})
        hooks = [
            {"id": "ours", "url": "https://WEBHOOK.example.com"},
            {"id": "theirs", "url": "https://other.example.com/"},
            {"id": "odd", "url": "https://[x"},
            {"id": None, "url": None},
            "x",
        ]
        self.server.responses = {
            "POST /auth": (200, {"apiKey": "the-api-key"}),
            "GET /webhooks": (200, {"results": hooks}),
            "DELETE /webhooks/ours": (200, {"count": 1}),
        }
        self.enterContext(mock.patch("time.sleep"))

    def test_the_webhook_goes_before_the_stack_and_what_stays_is_listed(self) -> None:
        result = self.invoke("remove", "--env", "dev", typed=f"{NAME}\n")

        self.assertEqual(result.exit_code, 0, result.output)
        self.assertEqual(
            [what for what, _, _ in self.server.requests], ["POST /auth", "GET /webhooks", "DELETE /webhooks/ours"]
        )
        self.assertEqual(len(self.cloudformation.deleted), 1)
        self.assertNotIn("the client secret", result.output)
        check_golden(self, "remove.txt", result.stdout)

    def test_it_is_a_document(self) -> None:
        result = self.invoke("remove", "--env", "dev", "--yes", "--json")

        found = self.document(result)["result"]
        self.assertEqual((found["stack"], found["webhooksUnregistered"]), (NAME, ["ours"]))
        self.assertIn("table items", [each["what"] for each in found["stays"]])

    def test_without_the_name_nothing_changes(self) -> None:
        for typed, code in [("pluggy-lambda-prod\n", 1), (None, 2)]:
            result = self.invoke("remove", "--env", "dev", typed=typed)

            self.assertEqual(result.exit_code, code)
        self.assertEqual((self.server.requests, self.cloudformation.deleted), ([], []))

    def test_a_webhook_that_stays_keeps_the_stack(self) -> None:
        for path, response in [
            ("POST /auth", (401, {})),
            ("POST /auth", (200, [])),
            ("GET /webhooks", (200, ["x"])),
            ("GET /webhooks", (500, {})),
            ("DELETE /webhooks/ours", (500, {})),
        ]:
            before = self.server.responses[path]
            self.server.responses[path] = response

            result = self.invoke("remove", "--env", "dev", "--yes")

            self.assertEqual(result.exit_code, 1, result.output)
            self.assertIn(f"Pluggy answered {response[0]} to {path}", result.stderr)
            self.assertIn("--keep-webhook", result.stderr)
            self.server.responses[path] = before
        self.assertEqual(self.cloudformation.deleted, [])

    def test_a_pluggy_that_does_not_answer_keeps_the_stack(self) -> None:
        unreachable = {**self.parameters, "PluggyBaseUrl": "http://127.0.0.1:9"}
        self.clients["cloudformation"] = cloudformation = Deleting(unreachable)

        result = self.invoke("remove", "--env", "dev", "--yes")

        self.assertEqual((result.exit_code, cloudformation.deleted), (1, []))
        self.assertIn("error: http://127.0.0.1:9 does not answer", result.stderr)
        self.assertIn("--keep-webhook", result.stderr)

    def test_the_webhook_can_be_kept(self) -> None:
        result = self.invoke("remove", "--env", "dev", "--yes", "--keep-webhook")

        self.assertEqual((result.exit_code, self.server.requests), (0, []))

    def test_a_webhook_that_is_gone_already_is_no_failure(self) -> None:
        self.server.responses["DELETE /webhooks/ours"] = (404, {"code": "WEBHOOK_NOT_FOUND"})

        self.assertEqual(self.invoke("remove", "--env", "dev", "--yes").exit_code, 0)

    def test_a_deletion_that_fails_names_the_reason(self) -> None:
        self.cloudformation.end = "DELETE_FAILED"

        result = self.invoke("remove", "--env", "dev", "--yes")

        self.assertEqual(result.exit_code, 1)
        self.assertIn(f"error: {NAME} is DELETE_FAILED: The bucket is not empty\n", result.stderr)

    def test_an_interruption_says_that_aws_goes_on(self) -> None:
        with mock.patch("time.sleep", side_effect=KeyboardInterrupt):
            result = self.invoke("remove", "--env", "dev", "--yes")

        self.assertEqual(result.exit_code, 130)
        self.assertIn("hint: To wait for the end: pluggy-lambda remove --env dev --yes", result.stderr)

    def test_protected_tables_need_one_more_command(self) -> None:
        self.clients["cloudformation"] = Deleting({**self.parameters, "DeletionProtection": "true"})

        result = self.invoke("remove", "--env", "dev", "--yes")

        self.assertIn("--no-deletion-protection-enabled --region sa-east-1 && aws dynamodb delete-table", result.stdout)

    def test_a_stack_that_is_not_there_is_named(self) -> None:
        stub = self.stub("cloudformation")
        message = "Stack with id pluggy-lambda-dev does not exist"
        stub.add_client_error("describe_stacks", "ValidationError", message)

        result = self.invoke("remove", "--env", "dev", "--yes")

        self.assertEqual(result.exit_code, 1)
        self.assertIn("error: there is no stack pluggy-lambda-dev in sa-east-1\n\nhint: Deploy it", result.stderr)


if __name__ == "__main__":
    unittest.main()
