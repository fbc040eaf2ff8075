import hashlib
import json
import os
import unittest
from pathlib import Path
from unittest import mock

from pluggy_lambda import parameters
from tests.support import CLIENT_ID, PARAMETERS, Cloudformation, Project, refusal

ANOTHER = "22222222-0000-4000-8000-000000000003"
KEY = "arn:aws:kms:sa-east-1:123456789012:key/1"
FILE = "PluggyClientId: 00000000-0000-4000-8000-000000000000\nWebhookSecretSha256: ''\n# kept\n"


class SecretsManager:
    """A fake Secrets Manager of one region."""

    def __init__(self) -> None:
        self.stored: dict[str, str] = {}
        self.keys: dict[str, str] = {}

    # The names of the arguments are those of AWS.
    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803
        if SecretId not in self.stored:
            raise refusal("ResourceNotFoundException")
        return {"SecretString": self.stored[SecretId]}

    def create_secret(self, *, Name: str, Description: str, SecretString: str, KmsKeyId: str = "") -> None:  # noqa: N803
        assert Name not in self.stored
        assert Description
        self.stored[Name] = SecretString
        self.keys[Name] = KmsKeyId

    def update_secret(self, *, SecretId: str, SecretString: str, KmsKeyId: str) -> None:  # noqa: N803
        self.put_secret_value(SecretId=SecretId, SecretString=SecretString)
        self.keys[SecretId] = KmsKeyId

    def put_secret_value(self, *, SecretId: str, SecretString: str) -> None:  # noqa: N803
        if SecretId not in self.stored:
            raise refusal("ResourceNotFoundException")
        self.stored[SecretId] = SecretString

    def value(self, name: str) -> dict[str, str]:
        return json.loads(self.stored[name])


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Secret(Project):
    def setUp(self) -> None:
        super().setUp()
        self.clients["secretsmanager"] = self.manager = SecretsManager()

    def store(self, client_secret: str, *options: str, env: str = "dev", client_id: str = CLIENT_ID) -> None:
        result = self.invoke("secret", "--env", env, *options, stdin=f"{client_id}\n{client_secret}\n")
        self.assertEqual(result.exit_code, 0, result.output)
        for secret in (client_secret, self.manager.value(f"pluggy-lambda/{env}")["webhookSecret"]):
            self.assertNotIn(secret, result.output)


class Storing(Secret):
    def test_a_second_environment_has_a_secret_of_its_own(self) -> None:
        self.store("the secret of dev")
        self.store("the secret of prod", env="prod", client_id=ANOTHER)

        self.assertEqual(self.manager.value("pluggy-lambda/dev")["clientSecret"], "the secret of dev")
        self.assertEqual(self.manager.value("pluggy-lambda/prod")["clientSecret"], "the secret of prod")

    def test_the_secret_is_encrypted_with_the_named_key_and_keeps_it(self) -> None:
        self.store("the first secret")
        self.assertEqual(self.manager.keys["pluggy-lambda/dev"], "")

        self.store("the second secret", "--kms-key", KEY)
        self.store("the first secret", "--kms-key", KEY, env="prod")
        self.store("the third secret")

        self.assertEqual(set(self.manager.keys.values()), {KEY})
        self.assertEqual(self.manager.value("pluggy-lambda/dev")["clientSecret"], "the third secret")

    def test_another_application_is_refused_and_nothing_changes(self) -> None:
        self.store("the first secret")
        before = dict(self.manager.stored)

        result = self.invoke("secret", "--env", "dev", stdin=f"{ANOTHER}\nthe other secret\n")

        self.assertEqual(result.exit_code, 2)
        self.assertIn(f"has the credentials of client {CLIENT_ID}, not {ANOTHER}", result.stderr)
        self.assertIn("Add --yes", result.stderr)
        self.assertEqual(self.manager.stored, before)

    def test_a_person_may_replace_another_application_or_not(self) -> None:
        for answer, code, expected in [("n", 1, CLIENT_ID), ("y", 0, ANOTHER)]:
            self.manager.stored.clear()
            self.store("the first secret")

            result = self.invoke("secret", "--env", "dev", typed=f"{ANOTHER}\nthe other secret\n{answer}\n")

            self.assertEqual(result.exit_code, code, result.output)
            self.assertEqual(self.manager.value("pluggy-lambda/dev")["clientId"], expected)

    def test_yes_replaces_another_application(self) -> None:
        self.store("the first secret")
        self.store("the second secret", "--yes", client_id=ANOTHER)

        self.assertEqual(self.manager.value("pluggy-lambda/dev")["clientId"], ANOTHER)

    def test_a_new_client_secret_keeps_the_webhook_secret(self) -> None:
        self.store("the first secret")
        before = self.manager.value("pluggy-lambda/dev")
        self.store("the second secret")

        self.assertEqual(self.manager.value("pluggy-lambda/dev"), {**before, "clientSecret": "the second secret"})

    def test_the_parameters_are_written_into_the_file(self) -> None:
        self.file.write_text(FILE, encoding="utf-8")
        self.store("the first secret")

        webhook_secret = self.manager.value("pluggy-lambda/dev")["webhookSecret"]
        self.assertEqual(
            parameters.read(self.file),
            {
                "PluggySecretName": "pluggy-lambda/dev",
                "PluggyClientId": CLIENT_ID,
                "WebhookSecretSha256": digest(webhook_secret),
            },
        )
        self.assertIn("# kept", self.file.read_text(encoding="utf-8"))

    def test_a_rotation_that_goes_on_is_not_disturbed(self) -> None:
        self.store("the first secret")
        both = f"{'0' * 64},{digest(self.manager.value('pluggy-lambda/dev')['webhookSecret'])}"
        self.file.write_text(FILE.replace("''", both), encoding="utf-8")
        self.store("the second secret")

        self.assertEqual(parameters.read(self.file)["WebhookSecretSha256"], both)

    def test_wrong_input_stores_nothing(self) -> None:
        for stdin, code, expected in [
            ("", 2, "the standard input has no line for: Pluggy client id"),
            ("maria\nsecret\n", 1, "the client id is not a UUID"),
            (f"{CLIENT_ID}\n\n", 2, "the standard input has no line for: Pluggy client secret"),
        ]:
            result = self.invoke("secret", "--env", "dev", stdin=stdin)

            self.assertEqual(result.exit_code, code, result.output)
            self.assertIn(expected, result.stderr)
            self.assertNotIn("maria", result.output)
        self.assertEqual(self.manager.stored, {})

    def test_a_value_with_odd_characters_is_refused_and_not_shown(self) -> None:
        for secret in ("hidden\u00e9", "hidden\x1b[2J", "hidden\x00x"):
            result = self.invoke("secret", "--env", "dev", stdin=f"{CLIENT_ID}\n{secret}\n")

            self.assertEqual(result.exit_code, 2, result.output)
            self.assertNotIn("hidden", result.output)
        self.assertEqual(self.manager.stored, {})

    def test_no_secret_is_an_argument(self) -> None:
        result = self.invoke("secret", "--env", "dev", "--client-secret", "x")

        self.assertEqual(result.exit_code, 2)

    def test_a_key_that_is_no_arn_is_refused(self) -> None:
        result = self.invoke("secret", "--env", "dev", "--kms-key", "alias/x")

        self.assertEqual(result.exit_code, 2)
        self.assertIn("must be the ARN of a KMS key", result.stderr)


class Rotating(Secret):
    def setUp(self) -> None:
        super().setUp()
        self.file.write_text(FILE, encoding="utf-8")

    def rotate(self, *options: str) -> tuple[int, str]:
        result = self.invoke("secret", "--env", "dev", "--rotate", *options)
        return result.exit_code, result.output

    def digests(self) -> str:
        return parameters.read(self.file)["WebhookSecretSha256"]

    def webhook_secret(self) -> str:
        return self.manager.value("pluggy-lambda/dev")["webhookSecret"]

    def test_the_webhook_secret_is_new_and_nothing_else_changes(self) -> None:
        self.store("the client secret")
        before = self.manager.value("pluggy-lambda/dev")

        code, output = self.rotate("--yes")

        after = self.manager.value("pluggy-lambda/dev")
        self.assertEqual(code, 0, output)
        self.assertEqual({**after, "webhookSecret": before["webhookSecret"]}, before)
        self.assertNotEqual(after["webhookSecret"], before["webhookSecret"])
        self.assertRegex(after["webhookSecret"], "^[0-9a-f]{64}$")
        self.assertNotIn(after["webhookSecret"], output)
        self.assertEqual(self.digests(), f"{digest(before['webhookSecret'])},{digest(after['webhookSecret'])}")
        self.assertIn("1. Deploy with both digests: sam deploy --config-env dev\n", output)
        self.assertIn(f"4. Set WebhookSecretSha256: {digest(after['webhookSecret'])}", output)

    def test_without_a_file_the_deployed_stack_decides_and_the_lines_are_printed(self) -> None:
        self.store("the client secret")
        self.file.unlink()
        old = digest(self.webhook_secret())
        for deployed, code in [("", 1), (f"{'0' * 64},{old}", 1), ("0" * 64, 1), (old, 0)]:
            self.clients["cloudformation"] = Cloudformation({}, {**PARAMETERS, "WebhookSecretSha256": deployed})

            found, output = self.rotate("--yes")

            self.assertEqual(found, code, output)
        self.assertIn(f"WebhookSecretSha256: {old},{digest(self.webhook_secret())} in {self.file}", output)

    def test_without_a_file_and_a_stack_nothing_can_be_lost(self) -> None:
        self.store("the client secret")
        self.file.unlink()
        message = "Stack with id pluggy-lambda-dev does not exist"
        self.stub("cloudformation").add_client_error("describe_stacks", "ValidationError", message)

        self.assertEqual(self.rotate("--yes")[0], 0)

    def test_a_second_rotation_waits(self) -> None:
        self.store("the client secret")
        first = self.webhook_secret()

        self.assertEqual(self.rotate("--yes")[0], 0)
        second = self.webhook_secret()
        code, output = self.rotate("--yes")

        self.assertEqual(code, 1)
        self.assertIn("a rotation has not ended", output)
        self.assertIn(f"deploy with WebhookSecretSha256: {digest(first)},{digest(second)}, run pluggy", output)
        self.assertEqual(self.digests(), f"{digest(first)},{digest(second)}")
        self.assertEqual(self.webhook_secret(), second)

    def test_the_file_must_have_the_stored_secrets_digest_alone(self) -> None:
        self.store("the client secret")
        stored = self.webhook_secret()
        for digests in ("", "0" * 64, f"{'0' * 64},{digest(stored)}", f"{'0' * 64},{'1' * 64}"):
            parameters.write(self.file, {"WebhookSecretSha256": digests})

            code, output = self.rotate("--yes")

            self.assertEqual(code, 1, output)
            self.assertIn(f"and deploy with WebhookSecretSha256: {digest(stored)}.", output)
            self.assertEqual((self.webhook_secret(), self.digests()), (stored, digests))

    def test_a_file_that_cannot_be_written_keeps_the_secret(self) -> None:
        self.store("the client secret")
        before, text = dict(self.manager.stored), self.file.read_text(encoding="utf-8")
        with mock.patch.object(Path, "replace", side_effect=OSError(28, "No space left on device")):
            code, output = self.rotate("--yes")

        self.assertEqual(code, 1)
        self.assertIn("cannot be written: No space left on device", output)
        self.assertEqual((self.manager.stored, self.file.read_text(encoding="utf-8")), (before, text))
        self.assertEqual(sorted(path.name for path in self.file.parent.glob("dev.yaml*")), ["dev.yaml"])

    def test_a_secret_that_may_not_be_stored_leaves_both_digests_and_prints_the_steps(self) -> None:
        self.store("the client secret")
        old = self.webhook_secret()
        for error, code in [(refusal("InternalServiceError"), 1), (KeyboardInterrupt(), 130)]:
            with mock.patch.object(self.manager, "put_secret_value", side_effect=error):
                found, output = self.rotate("--yes")

            self.assertEqual(found, code, output)
            self.assertRegex(self.digests(), f"^{digest(old)},[0-9a-f]{{64}}$")
            for step in (
                "pluggy-lambda preflight --env dev --only webhook-digest",
                f"If not, set WebhookSecretSha256: {digest(old)}",
                "1. Deploy with both digests",
                "4. Set WebhookSecretSha256",
            ):
                self.assertIn(step, output)
            parameters.write(self.file, {"WebhookSecretSha256": digest(old)})

    def test_a_client_secret_never_drops_the_digest_that_pluggy_sends(self) -> None:
        self.store("the client secret")
        parameters.write(self.file, {"WebhookSecretSha256": "0" * 64})

        self.store("another client secret")

        self.assertEqual(self.digests(), f"{'0' * 64},{digest(self.webhook_secret())}")

    def test_without_a_confirmation_nothing_changes(self) -> None:
        self.store("the client secret")
        before, text = dict(self.manager.stored), self.file.read_text(encoding="utf-8")

        code, output = self.rotate()

        self.assertEqual(code, 2)
        self.assertIn("Add --yes", output)
        self.assertEqual((self.manager.stored, self.file.read_text(encoding="utf-8")), (before, text))

    def test_there_must_be_a_webhook_secret(self) -> None:
        code, output = self.rotate("--yes")

        self.assertEqual(code, 1)
        self.assertIn("hint: Create one: pluggy-lambda secret --env dev", output)


class Unreadable(Secret):
    def test_a_secret_that_is_no_object_is_a_failure_and_stays(self) -> None:
        for text in ("", "[]", "7", "no JSON"):
            self.manager.stored["pluggy-lambda/dev"] = text
            for options in ([], ["--rotate", "--yes"]):
                result = self.invoke("secret", "--env", "dev", *options, stdin=f"{CLIENT_ID}\nx\n")

                self.assertEqual(result.exit_code, 1, result.output)
                self.assertIn("error: the secret pluggy-lambda/dev is no JSON object\n", result.stderr)
                self.assertIn("hint: Correct it in Secrets Manager", result.stderr)
            self.assertEqual(self.manager.stored["pluggy-lambda/dev"], text)

    def test_a_binary_secret_is_a_failure(self) -> None:
        with mock.patch.object(self.manager, "get_secret_value", lambda **_: {"SecretBinary": b"{}"}):
            result = self.invoke("secret", "--env", "dev", "--rotate")

        self.assertEqual(result.exit_code, 1, result.output)
        self.assertIn("is no JSON object", result.stderr)


class Named(Secret):
    def test_the_file_names_the_secret(self) -> None:
        self.file.write_text(f"{FILE}PluggySecretName: our/own\n", encoding="utf-8")

        result = self.invoke("secret", "--env", "dev", stdin=f"{CLIENT_ID}\nthe client secret\n")
        rotated = self.invoke("secret", "--env", "dev", "--rotate", "--yes")

        self.assertEqual((result.exit_code, rotated.exit_code), (0, 0), rotated.output)
        self.assertEqual(list(self.manager.stored), ["our/own"])
        self.assertEqual(parameters.read(self.file)["PluggySecretName"], "our/own")


class File(Project):
    def test_every_value_is_read_back_as_it_was_written(self) -> None:
        values = {
            "JwtScope": "",
            "SandboxConnectors": "true",
            "MemorySize": "256",
            "WebhookSecretSha256": "1e5",
            "JwtAudience": "a: b # c",
            "OwnerClaim": 'it\'s "quoted"\\n\tä',
            "ConnectProfiles": '{"default":{"connect":{}}}',
            "AlarmTopicArn": "null",
            "CorsAllowedOrigins": "https://a.example,https://b.example",
        }
        file = self.folder / "values.yaml"
        file.write_text("CorsAllowedOrigins:\n  - https://old.example\n# kept\nMemorySize: 1\n", encoding="utf-8")

        parameters.write(file, values)

        self.assertEqual(parameters.read(file), values)
        self.assertIn("# kept\n", file.read_text(encoding="utf-8"))
        self.assertIn('WebhookSecretSha256: "1e5"', file.read_text(encoding="utf-8"))

    def test_a_file_in_another_form_is_left_alone(self) -> None:
        for text in ('{"MemorySize": "1"}', "MemorySize: |\n  1\n\n  2\n", "? MemorySize\n: 1\n"):
            self.file.write_text(text, encoding="utf-8")

            self.assertFalse(parameters.write(self.file, {"MemorySize": "2"}), text)
            self.assertEqual(self.file.read_text(encoding="utf-8"), text)

    def test_a_store_without_a_writable_file_prints_the_lines(self) -> None:
        self.clients["secretsmanager"] = SecretsManager()
        self.file.write_text(FILE, encoding="utf-8")
        with mock.patch.object(Path, "replace", side_effect=OSError(13, "Permission denied")):
            result = self.invoke("secret", "--env", "dev", stdin=f"{CLIENT_ID}\nthe client secret\n")

        self.assertEqual(result.exit_code, 1)
        self.assertIn("The secret pluggy-lambda/dev is stored.", result.stderr)
        self.assertRegex(result.stderr, "\n  WebhookSecretSha256: [0-9a-f]{64}\n")

    def test_a_link_stays_a_link_and_the_file_keeps_its_mode(self) -> None:
        if os.name == "nt":
            self.skipTest("Windows has neither without further rights")
        real = self.folder / "real.yaml"
        real.write_text("MemorySize: 1\n", encoding="utf-8")
        real.chmod(0o640)
        self.file.symlink_to(real)

        self.assertTrue(parameters.write(self.file, {"MemorySize": "2"}))

        self.assertTrue(self.file.is_symlink())
        self.assertEqual((real.read_text(encoding="utf-8"), real.stat().st_mode & 0o777), ("MemorySize: 2\n", 0o640))

    def test_a_last_line_without_an_end_is_replaced(self) -> None:
        self.file.write_text("MemorySize: 1", encoding="utf-8")

        self.assertTrue(parameters.write(self.file, {"MemorySize": "2"}))
        self.assertEqual(self.file.read_text(encoding="utf-8"), "MemorySize: 2\n")


if __name__ == "__main__":
    unittest.main()
