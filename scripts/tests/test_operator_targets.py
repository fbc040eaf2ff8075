import os
import subprocess
import unittest

from stack import paths

ITEM = "9a7b6c5d-0000-4000-8000-000000000001"


def words(*arguments: str, **shell: str) -> list[str]:
    """Returns the words that a target gives to the command line. `shell` is what the shell has set besides."""
    # The environment of the command line is not needed: a program that prints its words replaces it.
    command = ["make", "--silent", "PYTHON=true", "CLI=printf '%s\\n'", *arguments]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    result = subprocess.run(command, cwd=paths.ROOT, env={**kept, **shell}, capture_output=True, text=True, check=True)
    return result.stdout.splitlines()


class Targets(unittest.TestCase):
    def test_every_target_calls_its_command(self) -> None:
        for target, expected in [
            (["preflight", "ENV=dev", "STACK=yes", "TOKEN=yes"], ["preflight", "--env", "dev", "--stack", "--token"]),
            (["secret", "ENV=dev"], ["secret", "--env", "dev"]),
            (["secret", "ENV=dev", "ROTATE=yes"], ["secret", "--env", "dev", "--rotate"]),
            (
                ["secret", "ENV=dev", "KMS_KEY_ARN=arn", "FORCE=yes"],
                ["secret", "--env", "dev", "--kms-key", "arn", "--yes"],
            ),
            (["register-webhook", "ENV=dev"], ["webhook", "register", "--env", "dev"]),
            (
                ["register-webhook", "ENV=dev", "ELSEWHERE=yes"],
                ["webhook", "register", "--env", "dev", "--delete-elsewhere", "--yes"],
            ),
            (["smoke", "ENV=dev"], ["smoke", "--env", "dev"]),
            (["inspect", f"ITEM={ITEM}"], ["items", "inspect", "--env", "local", "--", ITEM]),
            (
                ["inspect", "USER=usr 1", "JSON=yes"],
                ["items", "inspect", "--env", "local", "--user", "usr 1", "--json", "--"],
            ),
            (
                ["replay", "SINCE=24h", "RATE=5", "RUN=a", "ENV=prod"],
                ["replay", "--env", "prod", "--since", "24h", "--rate", "5", "--run", "a", "--"],
            ),
            (
                ["replay", "USER=usr 1", "CURSOR=b", "READ=100"],
                ["replay", "--env", "local", "--user", "usr 1", "--cursor", "b", "--read", "100", "--"],
            ),
            (["republish"], ["replay", "--bus", "--env", "local"]),
            (
                ["republish", "STARTED=x", "CURSOR=b", "READ=100"],
                ["replay", "--bus", "--env", "local", "--started", "x", "--cursor", "b", "--read", "100"],
            ),
            (
                ["republish", "SINCE=1h", "RATE=50"],
                ["replay", "--bus", "--env", "local", "--since", "1h", "--rate", "50"],
            ),
            (
                ["import", "FILE=a b.csv", "RATE=5"],
                ["items", "import", "--env", "local", "--rate", "5", "--", "a b.csv"],
            ),
        ]:
            self.assertEqual(words(*target), expected, target)

    def test_what_the_shell_sets_does_not_count(self) -> None:
        for target, variables, expected in [
            ("preflight", {"ENV": "prod", "STACK": "yes", "TOKEN": "yes"}, ["preflight"]),
            ("secret", {"ROTATE": "yes", "FORCE": "yes", "KMS_KEY_ARN": "arn"}, ["secret"]),
            ("register-webhook", {"ELSEWHERE": "yes"}, ["webhook", "register"]),
            ("inspect", {"JSON": "yes", "ITEM": ITEM}, ["items", "inspect", "--env", "local", "--"]),
            ("replay", {"USER": "maria", "RATE": "9", "RUN": "a"}, ["replay", "--env", "local", "--"]),
            ("republish", {"SINCE": "1h", "STARTED": "x", "CURSOR": "b"}, ["replay", "--bus", "--env", "local"]),
            ("import", {"FILE": "a.csv"}, ["items", "import", "--env", "local", "--"]),
        ]:
            self.assertEqual(words(target, **variables), expected, target)

    def test_a_switch_is_yes_or_a_mistake(self) -> None:
        for target, switch in [
            ("preflight", "STACK"),
            ("preflight", "TOKEN"),
            ("secret", "ROTATE"),
            ("secret", "FORCE"),
            ("register-webhook", "ELSEWHERE"),
            ("inspect", "JSON"),
        ]:
            self.assertEqual(words(target, f"{switch}="), words(target), switch)
            for value in ("no", "0", "Yes", "yes yes", "yesyes", "e", "|"):
                with self.assertRaises(subprocess.CalledProcessError) as caught:
                    words(target, f"{switch}={value}")

                self.assertEqual(caught.exception.stdout, "", value)
                self.assertIn(f"{switch} must be yes", caught.exception.stderr, value)

    def test_a_value_is_no_shell_code_and_no_code_of_make(self) -> None:
        hostile = "-a; echo $$HOME $(info x) `id` 'b' \"c\""

        self.assertEqual(words("replay", f"ITEM={hostile}")[-2:], ["--", hostile])


if __name__ == "__main__":
    unittest.main()
