import hashlib
import json
import unittest
from typing import Any

from pluggy_lambda import environment
from pluggy_lambda.aws import Aws
from pluggy_lambda.preflight import credentials
from pluggy_lambda.preflight.check import Check, Failed, Group, Outcome, Passed, Skipped, Warned, run
from pluggy_lambda.preflight.facts import Facts
from tests.support import CLIENT_ID, Project, Server

DIGEST = hashlib.sha256(b"the webhook secret").hexdigest()
SECRET = {"clientId": CLIENT_ID, "clientSecret": "the client secret", "webhookSecret": "the webhook secret"}


class Pluggy(Project):
    def setUp(self) -> None:
        super().setUp()
        self.server = Server(self)
        self.server.responses = {"POST /auth": (200, {"apiKey": "the-api-key"})}
        self.manager = self.stub("secretsmanager")
        self.parameters = {
            "PluggySecretName": "pluggy-lambda/dev",
            "PluggyClientId": CLIENT_ID,
            "PluggyBaseUrl": self.server.url,
            "WebhookSecretSha256": DIGEST,
        }

    def store(self, value: Any) -> None:
        text = value if isinstance(value, str) else json.dumps(value)
        self.manager.add_response("get_secret_value", {"SecretString": text}, {"SecretId": "pluggy-lambda/dev"})

    def outcomes(self) -> dict[str, Outcome]:
        facts = Facts(Aws(environment.named("dev"), self.clients.__getitem__), parameters=self.parameters)
        first, *rest = credentials.GROUP.checks
        group = Group("", (Check(first.id, first.sentence, first.run), *rest))
        found = {name: result.outcome for name, result in run([group], facts).items()}
        for secret in ("the client secret", "the webhook secret", "the-api-key"):
            self.assertNotIn(secret, str(found))
        return found

    def check(self, name: str, kind: type, found: str = "") -> None:
        outcome = self.outcomes()[name]
        self.assertIsInstance(outcome, kind, outcome)
        self.assertIn(found, str(outcome))

    def test_good_credentials_pass(self) -> None:
        self.store(SECRET)

        outcomes = self.outcomes()

        self.assertTrue(all(isinstance(outcome, Passed) for outcome in outcomes.values()), outcomes)
        [(_, _, body)] = self.server.requests
        self.assertEqual(json.loads(body), {"clientId": CLIENT_ID, "clientSecret": "the client secret"})

    def test_a_secret_that_is_not_there_or_not_complete_fails(self) -> None:
        for value, found in [
            ("no JSON", "no JSON object"),
            ("[]", "no JSON object"),
            ({}, "there is no secret pluggy-lambda/dev in sa-east-1, or it is empty"),
            ({**SECRET, "webhookSecret": ""}, "has no webhookSecret"),
            ({"clientId": CLIENT_ID, "clientSecret": 7}, "has no clientSecret, webhookSecret"),
            ({**SECRET, "clientId": CLIENT_ID.replace("1", "2")}, "and PluggyClientId is"),
        ]:
            self.store(value)
            self.check("secret", Failed, found)
        self.manager.add_client_error("get_secret_value", "ResourceNotFoundException")
        self.check("secret", Failed, "there is no secret pluggy-lambda/dev in sa-east-1")

    def test_a_refused_secret_stops_what_needs_it(self) -> None:
        self.manager.add_client_error("get_secret_value", "AccessDeniedException", "no secretsmanager:GetSecretValue")

        outcomes = self.outcomes()

        self.assertIn("AWS denies GetSecretValue", str(outcomes["secret"]))
        self.assertEqual(outcomes["pluggy"], Skipped("it needs secret", "See the outcome of secret."))

    def test_credentials_that_pluggy_refuses_fail(self) -> None:
        for status, found in [
            (401, "to the stored credentials"),
            (403, "IP allowlist"),
            (500, "POST /auth"),
            (429, "POST /auth"),
        ]:
            self.store(SECRET)
            self.server.responses["POST /auth"] = (status, {"message": "no"})
            self.check("pluggy", Failed, found)

    def test_a_response_without_a_key_fails(self) -> None:
        self.store(SECRET)
        self.server.responses["POST /auth"] = (200, b"<html>")
        self.check("pluggy", Failed, "answers 200")

    def test_the_digest_must_be_that_of_the_secret(self) -> None:
        for digests, kind, found in [
            ("", Failed, "is empty, which closes the webhook"),
            ("0" * 64, Failed, f"Set WebhookSecretSha256: {DIGEST}"),
            (f"{'0' * 64},{DIGEST}", Warned, "a rotation has not ended"),
            (DIGEST, Passed, DIGEST),
        ]:
            self.store(SECRET)
            self.parameters["WebhookSecretSha256"] = digests
            self.check("webhook-digest", kind, found)


if __name__ == "__main__":
    unittest.main()
