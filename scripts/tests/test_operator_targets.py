import os
import subprocess
import unittest

from stack import paths

ITEM = "9a7b6c5d-0000-4000-8000-000000000001"


def words(*arguments: str, **shell: str) -> list[str]:
    """Returns the words that a target gives to the command line. `shell` is what the shell has set besides."""
    # The environment of the command line is not needed: a program that prints its words stands in its place.
    command = ["make", "--silent", "PYTHON=true", "CLI=printf '%s\\n'", *arguments]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    result = subprocess.run(command, cwd=paths.ROOT, env={**kept, **shell}, capture_output=True, text=True, check=True)
    return result.stdout.splitlines()


class Targets(unittest.TestCase):
    def test_every_target_calls_its_command(self) -> None:
        for target, expected in [
            (["preflight", "ENV=dev", "STACK=yes", "TOKEN=yes"], ["preflight", "--env", "dev", "--stack", "--token"]),
            (["secret", "ENV=dev"], ["secret", "--env", "dev"]),
            (["secret", "ENV=dev", "ROTATE=webhook"], ["secret", "--env", "dev", "--rotate"]),
            (
                ["secret", "ENV=dev", "KMS_KEY_ARN=arn", "FORCE=yes"],
                ["secret", "--env", "dev", "--kms-key", "arn", "--yes"],
            ),
            (["register-webhook", "ENV=dev"], ["webhook", "register", "--env", "dev"]),
            (
                ["register-webhook", "ENV=dev", "ELSEWHERE=delete"],
                ["webhook", "register", "--env", "dev", "--delete-elsewhere", "--yes"],
            ),
            (["smoke", "ENV=dev"], ["smoke", "--env", "dev"]),
            (["inspect", f"ITEM={ITEM}"], ["items", "inspect", "--env", "local", ITEM]),
            (["inspect", "USER=usr 1", "JSON=1"], ["items", "inspect", "--env", "local", "--user", "usr 1", "--json"]),
            (
                ["replay", "SINCE=24h", "RATE=5", "RUN=a", "ENV=prod"],
                ["replay", "--env", "prod", "--since", "24h", "--rate", "5", "--run", "a"],
            ),
            (
                ["replay", "USER=usr 1", "CURSOR=b", "READ=100"],
                ["replay", "--env", "local", "--user", "usr 1", "--cursor", "b", "--read", "100"],
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
            (["import", "FILE=a b.csv", "RATE=5"], ["items", "import", "--env", "local", "a b.csv", "--rate", "5"]),
        ]:
            self.assertEqual(words(*target), expected, target)

    def test_the_shells_own_user_and_environment_do_not_count(self) -> None:
        self.assertEqual(
            words("replay", "SINCE=1h", USER="maria", ENV="prod"), ["replay", "--env", "local", "--since", "1h"]
        )

    def test_a_value_is_no_shell_code(self) -> None:
        hostile = "a; echo $$HOME `id` 'b' \"c\""

        self.assertEqual(words("replay", f"ITEM={hostile}")[-1], hostile.replace("$$", "$"))


if __name__ == "__main__":
    unittest.main()
