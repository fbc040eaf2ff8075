"""Failures that each command meets: an environment, credentials or a stack that is not there."""

import os
import unittest
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest import mock

import reference
from pluggy_lambda import aws, environment
from tests.support import CLIENT_ID, Project, Sts, refusal
from tests.test_help import is_group
from tests.test_init import SET
from tests.test_secret import SecretsManager

ITEM = "9a7b6c5d-0000-4000-8000-000000000001"
CHECKS = ("--stack", "--only", "stack", "--only", "credentials")


@dataclass(frozen=True)
class Call:
    """Input of a command, and its exit codes without AWS credentials and without a stack."""

    arguments: tuple[str, ...] = ()
    stdin: str = ""
    without_credentials: int = 4
    without_stack: int = 1


CALLS = {
    # It only writes a file.
    "init": Call(tuple(SET), without_credentials=0, without_stack=0),
    "preflight": Call(CHECKS),
    # It comes before the first deployment.
    "secret": Call(stdin=f"{CLIENT_ID}\nthe client secret\n", without_stack=0),
    "webhook test": Call(),
    "webhook register": Call(("--delete-elsewhere", "--yes")),
    "webhook show": Call(),
    "smoke": Call(stdin="a.user.token\n"),
    "items inspect": Call((ITEM,)),
    "items import": Call(stdin=f"{ITEM}\n"),
    "items adopt": Call(("an-old-table", "--yes")),
    "replay": Call(("--since", "24h")),
    "replay --bus": Call(),
    "privacy export": Call(("usr_1", "--output", "usr_1.json")),
    "privacy erase": Call(("usr_1", "--yes")),
    "privacy lift": Call(("usr_1", "--yes")),
    "privacy verify": Call(("usr_1",)),
    # It can be repeated after the deletion.
    "remove": Call(("--yes",), without_stack=0),
}


class Cloudformation:
    """A fake CloudFormation without a stack."""

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        raise refusal("ValidationError", f"Stack with id {StackName} does not exist")


class Real(dict[str, Any]):
    """The clients that the command line makes itself."""

    def __missing__(self, service: str) -> Any:
        return aws.clients(environment.named("dev"))(service)


class EveryCommand(Project):
    def test_every_command_is_called(self) -> None:
        known = {" ".join(path) for path in reference.commands() if not is_group(path)}

        self.assertEqual({name.split(" --")[0] for name in CALLS}, known)

    def test_an_unknown_environment_is_wrong_usage(self) -> None:
        self.check("the environment staging is unknown", lambda _: 2, "staging")

    def test_credentials_are_missing(self) -> None:
        absent = str(self.folder / "absent")
        variables = {
            "AWS_CONFIG_FILE": absent,
            "AWS_SHARED_CREDENTIALS_FILE": absent,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        self.enterContext(mock.patch.dict(os.environ, variables))
        connect = self.enterContext(mock.patch("socket.socket.connect"))
        self.clients = Real()

        self.check("there are no AWS credentials", lambda call: call.without_credentials)

        connect.assert_not_called()

    def test_the_stack_is_missing(self) -> None:
        self.clients = {"cloudformation": Cloudformation(), "sts": Sts(), "secretsmanager": SecretsManager()}

        self.check("there is no stack pluggy-lambda-dev", lambda call: call.without_stack)

    def check(self, problem: str, expected: Callable[[Call], int], env: str = "dev") -> None:
        """Runs every command. Compares how it ends, and requires one problem with its remedy if that is a failure."""
        for name, call in CALLS.items():
            with self.subTest(name):
                result = self.invoke(*name.split(), "--env", env, "--json", *call.arguments, stdin=call.stdin)

                self.assertEqual(result.exit_code, expected(call), result.output)
                self.assertNotIn("Traceback", result.output)
                starts = [line.split(" ")[0] for line in result.stderr.splitlines()]
                document = self.document(result)
                if "error" in document:
                    self.assertIn(problem, document["error"]["problem"])
                    self.assertIn(
                        f"error: {document['error']['problem']}\n\nhint: {document['error']['remedy']}\n", result.stderr
                    )
                    self.assertEqual((starts.count("error:"), starts.count("hint:")), (1, 1), result.stderr)
                else:
                    self.assertNotIn("error:", starts)
                    failed = [each for each in document["result"].get("checks", []) if each["outcome"] == "failed"]
                    self.assertEqual(len(failed) > 0, result.exit_code > 0)
                    for each in failed:
                        self.assertIn(problem, each["found"])
                        self.assertTrue(each["remedy"])


if __name__ == "__main__":
    unittest.main()
