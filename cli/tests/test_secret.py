import contextlib
import hashlib
import io
import json
import types
import unittest

import secret

from stack import console, environment
from stack.environment import Environment

BEFORE = {"clientId": "11111111-0000-4000-8000-000000000003", "clientSecret": "c", "webhookSecret": "w", "note": "ours"}


class Rotation(unittest.TestCase):
    def test_the_webhook_secret_is_new_each_time_and_nothing_else_changes(self) -> None:
        after, another = secret.with_new_webhook_secret(BEFORE), secret.with_new_webhook_secret(BEFORE)

        self.assertEqual({**after, "webhookSecret": "w"}, BEFORE)
        self.assertEqual(len({"w", after["webhookSecret"], another["webhookSecret"]}), 3)
        self.assertRegex(after["webhookSecret"], "^[0-9a-f]{64}$")

    def test_the_webhook_takes_the_old_secret_and_the_new_one(self) -> None:
        old, new = (hashlib.sha256(text).hexdigest() for text in (b"old", b"new"))

        self.assertEqual(secret.both_digests({"webhookSecret": "old"}, {"webhookSecret": "new"}), f"{old},{new}")


class NotFoundError(Exception):
    pass


class SecretsManager:
    """A fake Secrets Manager of one region."""

    exceptions = types.SimpleNamespace(ResourceNotFoundException=NotFoundError)

    def __init__(self) -> None:
        self.stored: dict[str, str] = {}
        self.keys: dict[str, str] = {}

    # The names of the arguments are those of AWS.
    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803
        if SecretId not in self.stored:
            raise NotFoundError
        return {"SecretString": self.stored[SecretId]}

    def create_secret(self, *, Name: str, Description: str, SecretString: str, KmsKeyId: str = "") -> None:  # noqa: N803
        if Name in self.stored:
            raise ValueError("ResourceExistsException")
        assert Description
        self.stored[Name] = SecretString
        self.keys[Name] = KmsKeyId

    def update_secret(self, *, SecretId: str, SecretString: str, KmsKeyId: str) -> None:  # noqa: N803
        self.put_secret_value(SecretId=SecretId, SecretString=SecretString)
        self.keys[SecretId] = KmsKeyId

    def put_secret_value(self, *, SecretId: str, SecretString: str) -> None:  # noqa: N803
        if SecretId not in self.stored:
            raise NotFoundError
        self.stored[SecretId] = SecretString

    def value(self, name: str) -> dict[str, str]:
        return json.loads(self.stored[name])


ONE, ANOTHER = "11111111-0000-4000-8000-000000000003", "22222222-0000-4000-8000-000000000003"
DEV, PROD = environment.named("dev"), environment.named("prod")


class Storing(unittest.TestCase):
    def setUp(self) -> None:
        self.manager = SecretsManager()
        self.printed = self.enterContext(contextlib.redirect_stdout(io.StringIO()))

    def store(self, chosen: Environment, client_id: str, client_secret: str, *, force: bool = False) -> None:
        secret.create_or_update(self.manager, chosen, client_id, client_secret, force=force)

    def test_a_second_environment_has_a_secret_of_its_own(self) -> None:
        self.store(DEV, ONE, "of dev")
        self.store(PROD, ANOTHER, "of prod")

        self.assertEqual(self.manager.value("pluggy-lambda/dev")["clientSecret"], "of dev")
        self.assertEqual(self.manager.value("pluggy-lambda/prod")["clientSecret"], "of prod")

    def test_the_secret_is_encrypted_with_the_named_key_and_keeps_it(self) -> None:
        key = "arn:aws:kms:sa-east-1:123456789012:key/1"
        self.store(DEV, ONE, "first")
        self.assertEqual(self.manager.keys["pluggy-lambda/dev"], "")

        secret.create_or_update(self.manager, DEV, ONE, "second", force=False, key=key)
        secret.create_or_update(self.manager, PROD, ONE, "first", force=False, key=key)
        self.store(DEV, ONE, "third")

        self.assertEqual(set(self.manager.keys.values()), {key})
        self.assertEqual(self.manager.value("pluggy-lambda/dev")["clientSecret"], "third")
        self.assertIn(f"KmsKeyArn: {key}", self.printed.getvalue())

    def test_another_application_is_refused_and_nothing_changes(self) -> None:
        self.store(DEV, ONE, "first")
        before = dict(self.manager.stored)

        with self.assertRaisesRegex(console.Failure, f"holds the credentials of client {ONE}, not {ANOTHER}"):
            self.store(DEV, ANOTHER, "second")

        self.assertEqual(self.manager.stored, before)

    def test_another_application_may_be_forced(self) -> None:
        self.store(DEV, ONE, "first")
        self.store(DEV, ANOTHER, "second", force=True)

        self.assertEqual(self.manager.value("pluggy-lambda/dev")["clientId"], ANOTHER)

    def test_a_new_client_secret_keeps_the_webhook_secret(self) -> None:
        self.store(DEV, ONE, "first")
        before = self.manager.value("pluggy-lambda/dev")
        self.store(DEV, ONE, "second")

        self.assertEqual(self.manager.value("pluggy-lambda/dev"), {**before, "clientSecret": "second"})

    def test_no_secret_value_is_printed(self) -> None:
        self.store(DEV, ONE, "the client secret")

        printed, stored = self.printed.getvalue(), self.manager.value("pluggy-lambda/dev")
        self.assertIn(hashlib.sha256(stored["webhookSecret"].encode()).hexdigest(), printed)
        self.assertNotIn("the client secret", printed)
        self.assertNotIn(stored["webhookSecret"], printed)


if __name__ == "__main__":
    unittest.main()
