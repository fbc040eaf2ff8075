import os
import unittest
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from pluggy_lambda import environment, errors
from pluggy_lambda.commands import preflight
from pluggy_lambda.errors import Failure, InterruptedFailure, NoCredentialsError
from pluggy_lambda.preflight import account, check
from pluggy_lambda.preflight.check import Check, Failed, Group, Passed, Skipped, Warned
from pluggy_lambda.preflight.publishable import publishable
from tests.support import Project, check_golden


def raising(error: BaseException) -> Any:
    def run(_: Any) -> Any:
        raise error

    return run


GROUPS = (
    Group(
        "First",
        (
            Check("good", "the one is right", lambda _: Passed("[/x] 1")),
            Check("doubtful", "the other is right", lambda _: Warned("it is [bold]odd[/bold]", "Look at it.")),
            Check("bad", "the third is right", lambda _: Failed("it is wrong\x1b[2J", "Correct it."), ("doubtful",)),
        ),
    ),
    Group(
        "Second",
        (
            Check("after", "the fourth is right", lambda _: Passed(), ("good", "bad")),
            Check("refused", "the service answers", raising(Failure("AWS denies it", "Use another role."))),
            Check("broken", "the check works", raising(KeyError("x"))),
            Check("absent", "the token is right", lambda _: Skipped("no token was given", "Add --token.")),
        ),
    ),
)


class Outcomes(unittest.TestCase):
    def test_a_problem_cannot_be_built_without_its_remedy(self) -> None:
        for kind in (Failed, Warned):
            for found, remedy in [("wrong", ""), ("", "Do it.")]:
                with self.assertRaises(ValueError):
                    kind(found, remedy)
            with self.assertRaises(TypeError):
                kind("wrong")

    def test_every_check_has_an_id_of_its_own_and_needs_earlier_ones(self) -> None:
        seen: set[str] = set()
        for each in (each for group in preflight.WITH_STACK for each in group.checks):
            self.assertNotIn(each.id, seen)
            self.assertLessEqual(set(each.needs), seen, each.id)
            self.assertRegex(each.id, "^[a-z-]+$")
            seen.add(each.id)


class Running(unittest.TestCase):
    def test_a_check_runs_if_what_it_needs_did_not_fail(self) -> None:
        results = check.run(GROUPS, None)

        self.assertEqual(results["bad"].outcome, Failed("it is wrong\x1b[2J", "Correct it."))
        self.assertEqual(results["after"].outcome, Skipped("it needs bad", "See the outcome of bad."))
        self.assertEqual(results["refused"].outcome, Failed("AWS denies it", "Use another role."))
        self.assertIn("KeyError", results["broken"].outcome.found)

    def test_only_the_named_checks_and_what_they_need_run(self) -> None:
        chosen = check.chosen(GROUPS, ["after"])

        self.assertEqual([each.id for group in chosen for each in group.checks], ["good", "doubtful", "bad", "after"])
        self.assertEqual(check.chosen(GROUPS, []), list(GROUPS))

    def test_an_interruption_is_no_finding(self) -> None:
        with self.assertRaises(KeyboardInterrupt):
            check.run([Group("One", (Check("a", "a", raising(KeyboardInterrupt())),))], None)


class Printed(Project):
    def preflight(self, *options: str, groups: tuple[Group, ...] = GROUPS) -> Any:
        place = ["KeyError", "  module, line 1, in run"]
        with (
            mock.patch.object(preflight, "GROUPS", groups),
            mock.patch("time.monotonic", lambda: 1.0),
            mock.patch.object(errors, "trace", lambda _: place),
        ):
            return self.invoke("preflight", "--env", "dev", *options)

    def test_the_table_shows_what_was_found_and_the_remedy(self) -> None:
        result = self.preflight()

        self.assertEqual((result.exit_code, result.stderr), (1, ""))
        check_golden(self, "preflight.txt", result.stdout)

    def test_the_document_has_the_same(self) -> None:
        result = self.preflight("--json")

        self.assertEqual(result.exit_code, 1)
        check_golden(self, "preflight.json", result.stdout)

    def test_a_warning_leaves_the_exit_code_alone(self) -> None:
        result = self.preflight(groups=(Group("One", GROUPS[0].checks[:2]),))

        self.assertEqual(result.exit_code, 0)
        self.assertTrue(result.stdout.endswith("\n\n1 ok, 1 warning\n"), result.stdout)

    def test_refused_credentials_have_their_exit_code(self) -> None:
        refused = Check("credentials", "the credentials work", raising(NoCredentialsError("none", "Sign in.")))

        self.assertEqual(self.preflight(groups=(*GROUPS, Group("AWS", (refused,)))).exit_code, 4)

    def test_an_unknown_check_is_wrong_usage(self) -> None:
        unknown = self.preflight("--only", "nothing")
        of_the_stack = self.preflight("--only", "alarms-quiet")

        self.assertEqual((unknown.exit_code, of_the_stack.exit_code), (2, 2))
        self.assertIn("hint: Checks: good, doubtful", unknown.stderr)
        self.assertIn("hint: Add --stack.", of_the_stack.stderr)

    def test_a_named_check_that_is_skipped_is_wrong_usage(self) -> None:
        needy = Group("Last", (Check("needy", "the token is there", lambda _: Passed(), ("absent",)),))
        for options in (["--only", "absent"], ["--only", "good", "--only", "needy", "--json"]):
            result = self.preflight(*options, groups=(*GROUPS, needy))

            self.assertEqual(result.exit_code, 2, result.output)
            self.assertIn(f"error: the check {options[-2 if '--json' in options else -1]} is skipped", result.stderr)
            self.assertIn("is skipped: no token was given\n\nhint: Add --token.\n", result.stderr)
            self.assertNotIn("absent", result.stdout.replace("needs absent", ""))
        failed = self.preflight("--only", "after", groups=GROUPS)

        self.assertEqual((failed.exit_code, failed.stderr), (1, ""))

    def test_a_named_check_has_the_remedy_of_its_own_skip(self) -> None:
        local = Check("local", "it is on AWS", lambda _: Skipped("this is local", "Leave it out."))
        result = self.preflight("--only", "local", "--only", "absent", groups=(GROUPS[1], Group("Last", (local,))))

        self.assertEqual(result.exit_code, 2)
        self.assertIn("the check local is skipped: this is local\n\nhint: Leave it out.\n", result.stderr)

    def test_the_api_of_the_local_stack_is_left_out(self) -> None:
        [api] = [each for each in account.GROUP.checks if each.id == "api"]
        alone = replace(api, needs=())
        with mock.patch.object(preflight, "GROUPS", (Group("One", (alone,)),)):
            result = self.invoke("preflight", "--env", "local", "--only", "api")

        self.assertEqual(result.exit_code, 2, result.output)
        self.assertIn("hint: Leave out --only api, or choose an environment on AWS.\n", result.stderr)

    def test_a_failure_names_nobody_and_no_folder(self) -> None:
        arn = "arn:aws:sts::123456789012:assumed-role/Operators/maria@example.com"
        failure = InterruptedFailure(f"interrupted: {arn} is not authorized", f"See {self.folder / 'params'}.")
        for option in ([], ["--json"]):
            result = self.preflight(*option, groups=(Group("One", (Check("a", "it is", raising(failure)),)),))

            self.assertEqual(result.exit_code, InterruptedFailure.exit_code)
            for private in ("maria", str(self.folder)):
                self.assertNotIn(private, result.output)
            self.assertIn("error: interrupted: arn:aws:sts::123456789012:assumed-role/Operators/... is", result.stderr)
            self.assertIn("hint: See params.", result.stderr)

    def test_a_folder_without_samconfig_is_not_named(self) -> None:
        maria = self.folder / "maria"
        maria.mkdir()
        damaged = self.folder / "maria-2"
        damaged.mkdir()
        (damaged / "samconfig.toml").write_text("[", encoding="utf-8")
        for variable, problem in [
            (str(maria), "the folder of PLUGGY_LAMBDA_FOLDER has no samconfig.toml"),
            ("", "neither the current folder nor a folder above it has a absent.toml"),
            (str(damaged), "samconfig.toml cannot be read: "),
        ]:
            with (
                mock.patch.dict("os.environ", {"PLUGGY_LAMBDA_FOLDER": variable}),
                mock.patch("pathlib.Path.cwd", lambda: maria),
                mock.patch.object(environment, "FILE", "samconfig.toml" if variable else "absent.toml"),
            ):
                result = self.invoke("preflight", "--env", "dev", "--json")

            self.assertNotEqual(result.exit_code, 0)
            self.assertIn(problem, self.document(result)["error"]["problem"])
            self.assertNotIn("maria", result.output)

    def test_a_samconfig_that_may_not_be_read_is_not_named(self) -> None:
        denied = PermissionError(13, "Permission denied", "/home/maria/samconfig.toml")
        with mock.patch.object(Path, "read_text", side_effect=denied):
            result = self.invoke("preflight", "--env", "dev", "--json")

        self.assertEqual(result.exit_code, 1)
        problem = self.document(result)["error"]["problem"]
        self.assertEqual(problem, "samconfig.toml cannot be read: Permission denied")

    def test_the_caller_is_not_named(self) -> None:
        self.deploy()
        groups = (Group("AWS", account.GROUP.checks[:1]),)
        for option in ([], ["--json"]):
            output = self.preflight(*option, groups=groups).output

            self.assertIn("assumed-role/Operators/...", output)
            self.assertNotIn("on-call", output)

    def test_nobody_and_no_folder_is_named(self) -> None:
        arn = "arn:aws:sts::123456789012:assumed-role/Operators/maria@example.com"
        file = environment.named("dev").parameters_file
        texts = [
            Failed(f"User: {arn} is not authorized", f"Correct {file}, or {Path.home() / 'x'}."),
            Warned("arn:aws:iam::123456789012:user/staff/maria is the caller", f"in {self.folder}"),
            Passed("arn:aws:sts::123456789012:federated-user/maria"),
        ]
        checks = [Check(str(index), "it is", lambda _, text=text: text) for index, text in enumerate(texts)]
        no_token = NoCredentialsError("there are no AWS credentials: Token for maria-sso does not exist", "Sign in.")
        groups = (Group("One", (*checks, Check("sso", "it is", raising(no_token)))),)

        for option in ([], ["--json"]):
            output = self.preflight(*option, groups=groups).output

            for private in ("maria", str(self.folder), str(Path.home())):
                self.assertNotIn(private, output)
            for kept in (":assumed-role/Operators/... is not authorized", "Correct params/dev.yaml, or ~/x."):
                self.assertIn(kept, output.replace("\\", "/"))

    @unittest.skipIf(os.name == "nt", "Windows writes these paths with other letters")
    def test_a_folder_is_no_part_of_an_address(self) -> None:
        folder = Path("/work")
        chosen = environment.Environment("dev", "stack", "sa-east-1", folder, folder / "params" / "dev.yaml")
        for text, expected in [
            ("/work/params/dev.yaml: no", "params/dev.yaml: no"),
            ("in /work.", "in .."),
            ("in '/work/x'", "in 'x'"),
            ("https://id.example.com/work/x", "https://id.example.com/work/x"),
            ("/worker/x and /work-2", "/worker/x and /work-2"),
        ]:
            self.assertEqual(publishable(text, chosen), expected)

    def test_a_home_that_is_unknown_is_no_defect(self) -> None:
        with mock.patch.object(Path, "home", side_effect=RuntimeError):
            self.assertEqual(self.preflight(groups=(Group("One", GROUPS[0].checks[:1]),)).exit_code, 0)

    def test_a_defect_shows_its_place_and_no_message(self) -> None:
        result = self.invoke_with(Check("broken", "it is", raising(ValueError("the-secret"))))

        self.assertIn("the check ended with ValueError, ", result.stdout)
        self.assertIn("tests.test_preflight_check, line ", result.stdout)
        self.assertNotIn("the-secret", result.output)

    def invoke_with(self, only: Check) -> Any:
        with mock.patch.object(preflight, "GROUPS", (Group("One", (only,)),)):
            return self.invoke("preflight", "--env", "dev")

    def test_a_pasted_header_is_a_token(self) -> None:
        for pasted in ("the.pasted.token", "Bearer the.pasted.token", "bearer   the.pasted.token"):
            seen: list[str] = []
            check_token = Check("token", "it is", lambda facts, seen=seen: seen.append(facts.token) or Passed())
            with mock.patch.object(preflight, "GROUPS", (Group("One", (check_token,)),)):
                self.invoke("preflight", "--env", "dev", "--token", stdin=f"{pasted}\n")

            self.assertEqual(seen, ["the.pasted.token"])

    def test_the_token_is_read_and_never_printed(self) -> None:
        result = self.invoke(
            "preflight", "--env", "dev", "--token", "--only", "token-format", stdin="the.secret-token\n"
        )

        self.assertNotIn("secret-token", result.output)


if __name__ == "__main__":
    unittest.main()
