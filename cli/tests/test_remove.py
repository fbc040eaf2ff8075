import json
import unittest
from typing import Any
from unittest import mock

from tests.support import CLIENT_ID, OUTPUTS, PARAMETERS, Cloudformation, Project, Server, check_golden, refusal
from tests.test_secret import SecretsManager

NAME = "pluggy-lambda-dev"
URL = "https://webhook.example.com/"
REGISTER = "register it again: pluggy-lambda webhook register --env dev\n"


class Deleting(Cloudformation):
    """A fake CloudFormation whose stack can be deleted. It shows `statuses` afterwards, the last one for ever."""

    def __init__(self, parameters: dict[str, str], *statuses: str, log: list[str] | None = None) -> None:
        super().__init__(OUTPUTS, parameters)
        self.statuses = list(statuses or ("DELETE_IN_PROGRESS", "DELETE_COMPLETE"))
        self.log = [] if log is None else log
        self.deleted: list[str] = []

    def delete_stack(self, *, StackName: str) -> None:  # noqa: N803
        self.log.append("delete_stack")
        self.deleted.append(StackName)

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        answer = super().describe_stacks(StackName=StackName)
        if not self.deleted:
            return answer
        assert StackName == self.stack["StackId"], "The name is that of no stack after the deletion."
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if status == "absent":
            raise refusal("ValidationError", f"Stack with id {StackName} does not exist")
        return {**answer, "Stacks": [{**self.stack, "StackStatus": status}]}

    def describe_stack_events(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        assert StackName
        reason = "The bucket is not empty"
        return {"StackEvents": [{"ResourceStatus": "DELETE_FAILED", "ResourceStatusReason": reason}]}


class Remove(Project):
    def setUp(self) -> None:
        super().setUp()
        self.server = Server(self)
        self.log = self.server.log
        self.parameters = {**PARAMETERS, "PluggyBaseUrl": self.server.url}
        self.clients["cloudformation"] = self.cloudformation = Deleting(self.parameters, log=self.log)
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
        self.assertEqual(self.log, ["POST /auth", "GET /webhooks", "DELETE /webhooks/ours", "delete_stack"])
        self.assertNotIn("the client secret", result.output)
        check_golden(self, "remove.txt", result.stdout)

    def test_it_is_a_document(self) -> None:
        result = self.invoke("remove", "--env", "dev", "--yes", "--json")

        found = self.document(result)["result"]
        self.assertEqual((found["stack"], found["found"], found["webhooksUnregistered"]), (NAME, True, ["ours"]))
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

        self.assertEqual((result.exit_code, self.log), (0, ["delete_stack"]))
        self.assertIn("  the webhook at Pluggy\n    Delete it in Pluggy's dashboard, Webhooks.\n", result.stdout)

    def test_a_webhook_that_is_gone_already_is_no_failure(self) -> None:
        self.server.responses["DELETE /webhooks/ours"] = (404, {"code": "WEBHOOK_NOT_FOUND"})

        self.assertEqual(self.invoke("remove", "--env", "dev", "--yes").exit_code, 0)

    def test_every_page_of_the_webhooks_is_read(self) -> None:
        others = [{"id": f"theirs-{number}", "url": "https://other.example.com/"} for number in range(2)]
        self.server.responses |= {
            "GET /webhooks": (200, {"page": 1, "totalPages": 3, "results": others}),
            "GET /webhooks?page=2": (200, {"page": 2, "totalPages": 3, "results": []}),
            "GET /webhooks?page=3": (200, {"page": 3, "totalPages": 3, "results": [{"id": "ours", "url": URL}]}),
        }

        result = self.invoke("remove", "--env", "dev", "--yes", "--json")

        self.assertEqual(self.document(result)["result"]["webhooksUnregistered"], ["ours"])

    def test_pages_without_an_end_are_bounded(self) -> None:
        for page in range(1, 22):
            query = f"?page={page}" if page > 1 else ""
            self.server.responses[f"GET /webhooks{query}"] = (200, {"totalPages": 999, "results": []})

        self.assertEqual(self.invoke("remove", "--env", "dev", "--yes").exit_code, 0)
        self.assertEqual(sum(what.startswith("GET /webhooks") for what in self.log), 20)

    def test_an_id_that_is_no_path_stays_in_its_place(self) -> None:
        self.server.responses["GET /webhooks"] = (200, {"results": [{"id": "../items/1?x=", "url": URL}]})

        self.invoke("remove", "--env", "dev", "--yes")

        self.assertIn("DELETE /webhooks/..%2Fitems%2F1%3Fx%3D", self.log)

    def test_a_stack_that_cannot_be_deleted_keeps_its_webhook(self) -> None:
        locked = Deleting(self.parameters, log=self.log)
        locked.stack["EnableTerminationProtection"] = True
        nameless = Deleting({"PluggyBaseUrl": self.server.url}, log=self.log)
        for cloudformation, problem, remedy in [
            (
                locked,
                f"{NAME} has termination protection, so nothing was changed",
                f"--no-enable-termination-protection --stack-name {NAME} --region sa-east-1",
            ),
            (nameless, "this stack has no parameter PluggySecretName", "Deploy this version"),
        ]:
            self.clients["cloudformation"] = cloudformation

            result = self.invoke("remove", "--env", "dev", "--yes")

            self.assertEqual((result.exit_code, self.log), (1, []), result.output)
            self.assertIn(problem, result.stderr)
            self.assertIn(remedy, result.stderr)

    def test_a_deletion_that_fails_names_the_reason_and_how_to_register_again(self) -> None:
        for statuses, seen in [
            (("DELETE_IN_PROGRESS", "DELETE_FAILED"), "DELETE_FAILED"),
            (("UPDATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_FAILED"), "DELETE_FAILED"),
            (("UPDATE_ROLLBACK_COMPLETE",), "UPDATE_ROLLBACK_COMPLETE"),
        ]:
            self.clients["cloudformation"] = Deleting(self.parameters, *statuses)

            result = self.invoke("remove", "--env", "dev", "--yes")

            self.assertEqual(result.exit_code, 1)
            self.assertIn(f"error: {NAME} is {seen}: The bucket is not empty\n", result.stderr)
            self.assertIn(REGISTER, result.stderr)

    def test_a_refused_deletion_names_how_to_register_again(self) -> None:
        for options, is_advised in [([], True), (["--keep-webhook"], False)]:
            with mock.patch.object(self.cloudformation, "delete_stack", side_effect=refusal("AccessDenied")):
                result = self.invoke("remove", "--env", "dev", "--yes", *options)

            self.assertEqual(result.exit_code, 1)
            self.assertEqual(REGISTER in result.stderr, is_advised, result.stderr)

    def test_half_of_an_unregistration_names_how_to_register_again(self) -> None:
        hooks = [{"id": "ours", "url": URL}, {"id": "second", "url": URL}]
        self.server.responses |= {"GET /webhooks": (200, {"results": hooks}), "DELETE /webhooks/second": (500, {})}

        result = self.invoke("remove", "--env", "dev", "--yes")

        self.assertEqual((result.exit_code, self.cloudformation.deleted), (1, []))
        self.assertIn(REGISTER, result.stderr)
        self.assertIn("--keep-webhook", result.stderr)

    def test_the_status_from_before_is_no_end(self) -> None:
        for before in ("DELETE_FAILED", "ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"):
            self.clients["cloudformation"] = cloudformation = Deleting(
                self.parameters, before, before, "DELETE_IN_PROGRESS", "absent"
            )
            cloudformation.stack["StackStatus"] = before

            result = self.invoke("remove", "--env", "dev", "--yes")

            self.assertEqual(result.exit_code, 0, result.output)

    def test_a_deletion_that_fails_again_at_once_ends(self) -> None:
        self.clients["cloudformation"] = cloudformation = Deleting(self.parameters, "DELETE_FAILED")
        cloudformation.stack["StackStatus"] = "DELETE_FAILED"

        self.assertEqual(self.invoke("remove", "--env", "dev", "--yes").exit_code, 1)

    def test_an_interruption_says_that_aws_goes_on_and_keeps_the_choice(self) -> None:
        for options in ([], ["--keep-webhook"]):
            self.clients["cloudformation"] = Deleting(self.parameters)
            with mock.patch("time.sleep", side_effect=KeyboardInterrupt):
                result = self.invoke("remove", "--env", "dev", "--yes", *options)

            self.assertEqual(result.exit_code, 130)
            line = " ".join(["pluggy-lambda remove --env dev", *options, "--yes"])
            self.assertIn(f"hint: To wait for the end: {line}\n", result.stderr)

    def test_a_status_that_cannot_be_read_says_that_aws_goes_on(self) -> None:
        describe = self.cloudformation.describe_stacks

        def fail(*, StackName: str) -> dict[str, Any]:  # noqa: N803
            if self.cloudformation.deleted:
                raise refusal("Throttling", "Rate exceeded")
            return describe(StackName=StackName)

        with mock.patch.object(self.cloudformation, "describe_stacks", fail):
            result = self.invoke("remove", "--env", "dev", "--yes")

        self.assertEqual(result.exit_code, 1)
        self.assertIn(
            f"AWS goes on deleting {NAME}. To wait for the end: pluggy-lambda remove --env dev", result.stderr
        )

    def test_protected_tables_need_one_more_command(self) -> None:
        self.clients["cloudformation"] = Deleting({**self.parameters, "DeletionProtection": "true"})

        result = self.invoke("remove", "--env", "dev", "--yes")

        self.assertIn("--no-deletion-protection-enabled --region sa-east-1 && aws dynamodb delete-table", result.stdout)

    def test_a_stack_that_is_deleted_already_is_no_failure(self) -> None:
        stub = self.stub("cloudformation")
        for _ in range(2):
            stub.add_client_error("describe_stacks", "ValidationError", f"Stack with id {NAME} does not exist")

        result = self.invoke("remove", "--env", "dev", "--yes")
        document = self.document(self.invoke("remove", "--env", "dev", "--yes", "--json"))["result"]

        self.assertEqual((result.exit_code, self.log), (0, []), result.output)
        self.assertIn(f"there is no stack {NAME} in sa-east-1; if it should be there, check your AWS", result.stdout)
        self.assertIn("aws dynamodb list-tables --region sa-east-1", result.stdout)
        self.assertEqual((document["stack"], document["found"]), (NAME, False))
        self.assertEqual([each["what"].split()[0] for each in document["stays"]], ["the", "secret", "the", "the"])


if __name__ == "__main__":
    unittest.main()
