import json
import unittest
from typing import Any
from unittest import mock

from pluggy_lambda import request
from pluggy_lambda.commands import smoke
from pluggy_lambda.event_row import EventRow
from tests.support import OUTPUTS, PARAMETERS, Cloudformation, Project, Server

ITEM = "9a7b6c5d-0000-4000-8000-000000000001"
TOKEN = "the-token-of-a-user"
STATUS = {"itemId": ITEM, "phase": "ready", "fetchedAt": "12:00", "status": "UPDATED", "executionStatus": "SUCCESS"}
GZIPPED = {"bodyEncoding": {"S": "gzip"}, "body": {"B": b"no gzip"}}
# Headers whose names begin as those of a limit, or whose values are no numbers.
HOSTILE = {
    "RateLimit-User": "7654321",
    "RateLimit-Limit-Of": "52998224725",
    "X-RateLimit-Token": "eyJhbGciOiJSUzI1NiJ9",
    "X-RateLimit-Reset": "usr_1 at 12",
    "RateLimit-Policy": "529.982.247-25",
    "Retry-After": "maria@example.com",
}


class Dynamodb:
    """A fake DynamoDB with one delivery."""

    def __init__(self, origin: str) -> None:
        self.origin = origin

    def query(self, **_: Any) -> dict[str, Any]:
        body = json.dumps({"event": "item/updated", "clientUserId": "usr_1", "itemId": ITEM}).encode()
        row = {"sk": {"S": "1"}, "event": {"S": "item/updated"}, "origin": {"S": self.origin}, "body": {"B": body}}
        return {"Items": [row]}


class Logs:
    """A fake CloudWatch Logs whose lines arrive at the second call."""

    def __init__(self, *lines: str) -> None:
        self.lines = lines
        self.calls = 0

    def filter_log_events(self, **_: Any) -> dict[str, Any]:
        self.calls += 1
        return {"events": [{"message": line} for line in self.lines] if self.calls > 1 else []}


class Smoke(Project):
    def setUp(self) -> None:
        super().setUp()
        self.server = Server(self)
        self.deploy()
        outputs = {**OUTPUTS, "ApiUrl": self.server.url}
        self.clients["cloudformation"] = Cloudformation(outputs, {**PARAMETERS, "PluggyBaseUrl": self.server.url})
        self.clients["dynamodb"] = Dynamodb("webhook")
        self.clients["logs"] = Logs(
            '{"DeliveriesStored": 1, "delivery.header_names": "x-pluggy-signature,x-request-id"}',
            '{"DeliveriesStored": 1, "delivery.header_names": "x-request-id"}',
        )
        self.server.responses = {
            "POST /connect-token": (200, {"accessToken": "the-connect-token", "expiresAt": "soon"}),
            "POST /items": (
                200,
                {"id": ITEM},
                {"RateLimit-Limit": "360", "RateLimit-Remaining": "359", "X-Secret": "s", **HOSTILE},
            ),
            f"GET /items/{ITEM}": (200, STATUS),
        }
        self.report = self.folder / "report.json"
        self.enterContext(mock.patch.object(smoke, "LOG_POLL_SECONDS", 0))

    def smoke(self, *options: str) -> Any:
        return self.invoke("smoke", "--env", "dev", "--report", str(self.report), *options, stdin=f"{TOKEN}\n")

    def test_a_bank_is_connected_and_the_report_has_what_pluggy_sends(self) -> None:
        result = self.smoke()

        self.assertEqual(result.exit_code, 0, result.output)
        self.assertIn("the connection is ready after", result.stdout)
        self.assertIn("x-pluggy-signature, x-request-id", result.stdout)
        report = json.loads(self.report.read_text(encoding="utf-8"))
        self.assertEqual(report["delivery"]["headerNames"], ["x-pluggy-signature", "x-request-id"])
        self.assertEqual(report["delivery"]["payloadFields"], ["clientUserId", "event", "itemId"])
        [response] = report["pluggyResponses"]
        self.assertEqual(response["limits"], {"ratelimit-limit": "360", "ratelimit-remaining": "359"})
        self.assertIn("x-secret", response["headerNames"])
        for name, value in HOSTILE.items():
            self.assertIn(name.lower(), response["headerNames"])
            self.assertNotIn(value, self.report.read_text(encoding="utf-8"))
            self.assertNotIn(value, result.output)
        self.assertEqual((response["request"], response["status"]), ("POST /items", 200))

    def test_deliveries_with_usual_headers_alone_have_no_header_names(self) -> None:
        self.clients["logs"] = Logs('{"DeliveriesStored": 1}')

        result = self.smoke()

        self.assertIn("headers of the delivery beyond the usual: none", result.stdout)
        self.assertEqual(json.loads(self.report.read_text(encoding="utf-8"))["delivery"]["headerNames"], [])

    def test_limits_in_every_form_are_reported(self) -> None:
        for value, is_reported in [
            ("60", True),
            ("limit=100, remaining=50, reset=5", True),
            ('"default";r=50;t=30', True),
            ("100;w=60", True),
            ("", False),
            ("a" * 12, False),
            ("12345678901", False),
        ]:
            answer = request.Answer(200, {"ratelimit": value}, b"")

            self.assertEqual(smoke._headers(answer)["limits"], {"ratelimit": value} if is_reported else {}, value)

    def test_a_body_that_is_no_object_has_no_fields(self) -> None:
        for attributes in ({}, {"body": {"B": b"no JSON"}}, {"body": {"B": b"[1]"}}, GZIPPED):
            self.assertEqual(EventRow("1", "item/updated", "webhook", attributes).payload_fields(), [])

    def test_the_report_has_no_token_no_id_and_no_body(self) -> None:
        result = self.smoke("--json")

        self.assertEqual(self.document(result)["result"], json.loads(self.report.read_text(encoding="utf-8")))
        for private in (TOKEN, "the-connect-token", ITEM, "usr_1"):
            self.assertNotIn(private, self.report.read_text(encoding="utf-8"))
            self.assertNotIn(private, result.stdout)
        self.assertNotIn(TOKEN, result.stderr)

    def test_a_log_that_cannot_be_read_costs_the_header_names_alone(self) -> None:
        logs = self.stub("logs")
        logs.add_client_error("filter_log_events", "AccessDeniedException", "no logs:FilterLogEvents")

        result = self.smoke()

        self.assertEqual(result.exit_code, 0, result.output)
        self.assertIn("the log of the webhook cannot be read: AWS denies FilterLogEvents", result.stderr)
        self.assertIsNone(json.loads(self.report.read_text(encoding="utf-8"))["delivery"]["headerNames"])

    def test_a_status_without_a_delivery_is_a_failure_with_a_report(self) -> None:
        self.clients["dynamodb"] = Dynamodb("schedule")

        result = self.smoke()

        self.assertEqual(result.exit_code, 1)
        self.assertIn("no webhook delivery arrived", result.stderr)
        self.assertIn("hint: Check the registration: pluggy-lambda webhook register --env dev", result.stderr)
        self.assertIsNone(json.loads(self.report.read_text(encoding="utf-8"))["delivery"])

    def test_a_refused_token_is_a_failure(self) -> None:
        self.server.responses["POST /connect-token"] = (401, {"message": "Unauthorized"})

        result = self.smoke()

        self.assertEqual(result.exit_code, 1)
        self.assertIn("our API answered 401 to POST /connect-token", result.stderr)
        self.assertIn("hint: ", result.stderr)

    def test_a_token_is_needed(self) -> None:
        result = self.invoke("smoke", "--env", "dev")

        self.assertEqual(result.exit_code, 2)
        self.assertIn("the standard input has no line for: A user's access token", result.stderr)


if __name__ == "__main__":
    unittest.main()
