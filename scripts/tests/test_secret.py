import hashlib
import unittest

import secret

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
