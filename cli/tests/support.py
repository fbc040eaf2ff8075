"""Fixtures: a project folder, clients of AWS that answer what a test says, and runs of the command line."""

import io
import json
import os
import shlex
import tempfile
import unittest
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from unittest import mock

import boto3
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from click.testing import CliRunner, Result

from pluggy_lambda import console
from pluggy_lambda.environment import Environment
from pluggy_lambda.jobs import resume
from pluggy_lambda.main import main

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).parent / "golden"
CALLER = "arn:aws:sts::123456789012:assumed-role/Operators/on-call"
RUN = "2f1e0d9c-0000-4000-8000-000000000020"
CLIENT_ID = "11111111-0000-4000-8000-000000000003"
OUTPUTS = {
    "ApiUrl": "https://api.example.com",
    "WebhookUrl": "https://webhook.example.com/",
    "InspectFunctionName": "the-inspect",
    "OperatorFunctionName": "the-operator",
    "RepublishFunctionName": "the-republish",
    "WebhookRegistrationFunctionName": "the-registration",
    "PublishDeadLetterQueueUrl": "https://sqs.example.com/queue",
    "EventTableName": "events",
    "ItemTableName": "items",
    "CredentialTableName": "credentials",
    "LimitTableName": "limits",
    "WebhookLogGroupName": "/aws/lambda/pluggy-lambda-dev/webhook",
}
PARAMETERS = {"PluggySecretName": "pluggy-lambda/dev", "PluggyBaseUrl": "https://api.pluggy.ai"}


class Project(unittest.TestCase):
    """A test in a folder with samconfig.toml and params/."""

    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (self.folder / "params").mkdir()
        for name in ("samconfig.toml", "params/dev.example.yaml", "params/prod.example.yaml"):
            (self.folder / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
        self.file = self.folder / "params" / "dev.yaml"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        variables = {**kept, "PLUGGY_LAMBDA_FOLDER": str(self.folder), "COLUMNS": "100"}
        self.enterContext(mock.patch.dict(os.environ, variables, clear=True))
        # Texts are compared as a POSIX shell takes them.
        self.enterContext(mock.patch.object(resume, "quoted", shlex.join))
        self.clients: dict[str, Any] = {}

    def stub(self, service: str) -> Stubber:
        """Returns a stub of a service. Each call of the test must be announced, in its order."""
        client = boto3.client(service, region_name="sa-east-1", aws_access_key_id="test", aws_secret_access_key="test")
        stubber = Stubber(client)
        stubber.activate()
        self.addCleanup(stubber.assert_no_pending_responses)
        self.clients[service] = client
        return stubber

    def deploy(self, **outputs: str) -> None:
        """Makes the stack of the environment `dev` exist."""
        self.clients["cloudformation"] = Cloudformation({**OUTPUTS, **outputs}, PARAMETERS)
        self.clients["sts"] = Sts()

    def invoke(self, *arguments: str, stdin: str = "", typed: str | None = None) -> Result:
        """Runs the command line. `typed` is what a person types at a terminal."""
        make = self.clients.__getitem__

        def clients(_: Environment) -> Callable[[str], Any]:
            return make

        with mock.patch.object(console, "is_interactive", lambda: typed is not None):
            result = CliRunner().invoke(
                main, arguments, input=stdin if typed is None else typed, obj=clients, catch_exceptions=False
            )
        self.assertNotIn("unexpected", result.stderr)
        return result

    def document(self, result: Result) -> dict[str, Any]:
        """Returns the one JSON document on the standard output."""
        return json.loads(result.stdout)


def refusal(code: str, message: str = "no") -> ClientError:
    """Returns an error of AWS."""
    return ClientError({"Error": {"Code": code, "Message": message}}, "Invoke")


class Sts:
    """A fake AWS Security Token Service."""

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "123456789012", "Arn": CALLER}


class Cloudformation:
    """A fake CloudFormation with one stack."""

    def __init__(self, outputs: dict[str, str], parameters: dict[str, str]) -> None:
        self.stack = {
            "StackId": "arn:aws:cloudformation:sa-east-1:123456789012:stack/pluggy-lambda-dev/1",
            "StackStatus": "UPDATE_COMPLETE",
            "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items() if value],
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        }

    # The names of the arguments are those of AWS.
    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        assert StackName in ("pluggy-lambda-dev", self.stack["StackId"])
        return {"Stacks": [self.stack]}


class Lambda:
    """A fake AWS Lambda. It keeps the commands that it receives, and answers with the given reports in turn."""

    def __init__(self, *reports: Any, error: str = "") -> None:
        self.reports = list(reports)
        self.error = error
        self.commands: list[dict[str, Any]] = []
        self.functions: list[str] = []

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        self.functions.append(FunctionName)
        self.commands.append(json.loads(Payload))
        report = self.reports.pop(0) if self.reports else {"errorMessage": self.error}
        if isinstance(report, BaseException):
            raise report
        failed = {} if "errorMessage" not in report else {"FunctionError": "Unhandled"}
        return {"Payload": io.BytesIO(json.dumps(report).encode()), **failed}


class Server:
    """An HTTP server on a free port, with a response for each path."""

    def __init__(self, test: unittest.TestCase) -> None:
        self.responses: dict[str, Any] = {}
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        # What was asked of this server, and, where a test wants it, of others.
        self.log: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def handle_one(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                outer.log.append(f"{self.command} {self.path}")
                outer.requests.append((f"{self.command} {self.path}", dict(self.headers.items()), body))
                status, content, *rest = outer.responses.get(f"{self.command} {self.path}", (404, {}))
                payload = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                for name, value in (rest[0] if rest else {}).items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            do_DELETE = do_GET = do_PATCH = do_POST = handle_one  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Logs nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        test.addCleanup(server.server_close)
        test.addCleanup(server.shutdown)
        self.url = f"http://127.0.0.1:{server.server_port}"


def check_golden(test: unittest.TestCase, name: str, found: str) -> None:
    """Compares a text with a file of tests/golden. GOLDEN=write writes the file."""
    file = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(found, encoding="utf-8", newline="\n")
    test.assertEqual(found, file.read_text(encoding="utf-8"))
