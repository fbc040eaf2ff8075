import base64
import functools
import time
import unittest
from typing import Any, ClassVar
from unittest import mock

from pluggy_lambda import environment
from pluggy_lambda.aws import Aws
from pluggy_lambda.errors import Failure
from pluggy_lambda.preflight import identity
from pluggy_lambda.preflight.check import Failed, Outcome, Passed, Skipped, Warned, run
from pluggy_lambda.preflight.facts import Facts
from tests.issuer import BITS, Key, claims, encoded
from tests.support import Project, Server

DISCOVERY = "GET /.well-known/openid-configuration"
KEYS = "GET /keys"


class Identity(Project):
    key: ClassVar[Key]

    @classmethod
    def setUpClass(cls) -> None:
        cls.key = _key()

    def setUp(self) -> None:
        super().setUp()
        self.server = Server(self)
        self.issuer = self.server.url
        self.server.responses = {
            DISCOVERY: (200, {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}),
            KEYS: (200, {"keys": [self.key.public(), {"kty": "EC", "kid": "key-2", "alg": "ES256"}]}),
        }
        self.parameters = {
            "JwtIssuer": self.issuer,
            "JwtAudience": "app,other",
            "JwtScope": "connections",
            "OwnerClaim": "sub",
            "AllowPersonalOwnerClaim": "false",
        }

    def outcomes(self, token: str = "", **parameters: str) -> dict[str, Outcome]:
        facts = Facts(Aws(environment.named("dev"), self.clients.__getitem__), token)
        facts.parameters = {**self.parameters, **parameters}
        group = type(identity.GROUP)("", tuple(_alone(check) for check in identity.GROUP.checks))
        return {name: result.outcome for name, result in run([group], facts).items()}

    def check(self, name: str, kind: type, found: str = "", token: str = "", **parameters: str) -> None:
        outcome = self.outcomes(token, **parameters)[name]
        self.assertIsInstance(outcome, kind, outcome)
        self.assertIn(found, str(outcome))


@functools.cache
def _key() -> Key:
    return Key("key-1")


def _alone(check: Any) -> Any:
    """Returns a check of the group without the need for the file of parameters."""
    needs = tuple(need for need in check.needs if need != "parameters")
    return type(check)(check.id, check.sentence, check.run, needs)


class Issuer(Identity):
    def test_a_good_issuer_passes(self) -> None:
        outcomes = self.outcomes()

        self.assertIsInstance(outcomes["discovery"], Passed)
        self.assertEqual(outcomes["issuer"], Passed(self.issuer))
        self.assertEqual(outcomes["keys"], Passed("1 RSA of 2 keys"))
        self.assertIsInstance(outcomes["token-format"], Skipped)
        self.assertEqual(outcomes["token-owner"], Skipped("it needs token-format", "See the outcome of token-format."))

    def test_a_document_that_is_not_there_fails(self) -> None:
        for response, found in [
            ((404, {}), "answers 404"),
            ((200, b"<html>"), "no JSON object"),
            ((200, []), "no JSON"),
        ]:
            self.server.responses[DISCOVERY] = response
            self.check("discovery", Failed, found)
            self.check("issuer", Skipped)

    def test_an_issuer_that_does_not_answer_fails(self) -> None:
        self.check("discovery", Failed, "does not answer", JwtIssuer="http://127.0.0.1:9")

    def test_an_issuer_that_is_slower_than_api_gateway_waits_is_a_warning(self) -> None:
        times = iter([0.0, 2.0, 2.0, 2.1])
        answer = identity._fetched
        with mock.patch.object(identity, "_fetched", lambda url: (answer(url)[0], next(times) * 2)):
            next(times)
            outcome = self.outcomes()["discovery"]
        self.assertIsInstance(outcome, Warned)
        self.assertIn("took 4.0 s", outcome.found)

    def test_an_issuer_without_encryption_fails(self) -> None:
        for issuer in (
            "http://id.example.com",
            "ftp://id.example.com",
            "id.example.com",
            "https://",
            "http://127.0.0.1:x",
        ):
            self.check("discovery", Failed, "JwtIssuer is", JwtIssuer=issuer)

    def test_the_issuer_is_compared_byte_for_byte(self) -> None:
        for found, text in [
            (f"{self.issuer}/", "which differ by the slash at the end"),
            (self.issuer.upper(), "the discovery document says"),
            (None, "has no issuer"),
        ]:
            self.server.responses[DISCOVERY] = (200, {"issuer": found, "jwks_uri": f"{self.issuer}/keys"})
            self.check("issuer", Failed, text)

    def test_a_path_of_the_issuer_is_kept(self) -> None:
        issuer = f"{self.issuer}/pool/"
        document = {"issuer": issuer, "jwks_uri": f"{self.issuer}/keys"}
        self.server.responses["GET /pool/.well-known/openid-configuration"] = (200, document)
        self.check("issuer", Passed, issuer, JwtIssuer=issuer)

    def test_keys_that_api_gateway_cannot_use_fail(self) -> None:
        good = self.key.public()
        for keys, found in [
            ([], "its keys: none"),
            ([{"kty": "EC", "kid": "1", "alg": "ES256"}], "its keys: ES256"),
            ([{**good, "kid": None}], "RS256"),
            ([{**good, "use": "enc"}], "no RSA signing key"),
            ([{**good, "alg": "PS256"}], "its keys: PS256"),
            (["x", 1], "its keys: none"),
        ]:
            self.server.responses[KEYS] = (200, {"keys": keys})
            self.check("keys", Failed, found)

    def test_a_key_set_that_cannot_be_read_fails(self) -> None:
        for response, found in [
            ((500, {}), "answers 500"),
            ((200, b"x"), "no key set"),
            ((200, {"keys": 1}), "no key set"),
        ]:
            self.server.responses[KEYS] = response
            self.check("keys", Failed, found)
        self.server.responses[KEYS] = (200, {"keys": [{**self.key.public(), "x5c": "x" * 150_000}]})
        self.check("keys", Failed, "bytes")
        for url in (None, "http://keys.example.com"):
            self.server.responses[DISCOVERY] = (200, {"issuer": self.issuer, "jwks_uri": url})
            self.check("keys", Failed, "jwks_uri")


class Token(Identity):
    def token(self, _alg: str = "RS256", **changes: Any) -> str:
        return self.key.token(claims(self.issuer, **changes), alg=_alg)

    def test_a_good_token_passes_every_check(self) -> None:
        for token in (self.token(), self.token("RS384"), self.token("RS512")):
            outcomes = self.outcomes(token)

            self.assertEqual(len(outcomes), 12)
            for name, outcome in outcomes.items():
                self.assertIsInstance(outcome, Passed, f"{name}: {outcome}")

    def test_shapes_of_cognito_and_auth0_pass(self) -> None:
        for changes in (
            {"aud": None, "client_id": "app"},
            {"aud": ["app", f"{self.issuer}/userinfo"]},
            {"scope": None, "scp": ["connections", "x"]},
            {"sub": "auth0|5f7c8ec7c33c6c004bbafe82"},
        ):
            for name, outcome in self.outcomes(self.token(**changes)).items():
                self.assertIsInstance(outcome, Passed, f"{name}: {outcome}")

    def test_a_text_that_is_no_token_fails(self) -> None:
        for text, found in [
            ("opaque", "no JWT"),
            ("a.b.c", "no JWT"),
            ("a.b.c.d.e", "encrypted"),
            ("W10.W10.x", "no JWT"),
        ]:
            self.check("token-format", Failed, found, text)

    def test_a_token_with_another_algorithm_fails(self) -> None:
        for algorithm in ("HS256", "ES256", "PS256", "none"):
            self.check("token-algorithm", Failed, f"signed with {algorithm}", self.token(algorithm))

    def test_a_token_of_an_unknown_key_fails(self) -> None:
        self.check("token-key", Failed, "no kid", self.key.token(claims(self.issuer), kid=None))
        self.check("token-key", Failed, "no RSA key key-2", self.key.token(claims(self.issuer), kid="key-2"))

    def test_a_forged_signature_fails(self) -> None:
        signed, _, signature = self.token().rpartition(".")
        other = self.token(sub="usr_2").rpartition(".")[2]
        for forged in (
            other,
            "",
            "AAAA",
            signature[:-4],
            f"{signature}AAAA",
            "!",
            "A" * len(signature),
        ):
            self.check("token-signature", Failed, "not one of this key", f"{signed}.{forged}")

    def test_a_number_that_only_equals_the_signature_by_the_modulus_is_none(self) -> None:
        for user in range(1000):
            signed, _, signature = self.token(sub=f"usr_{user}").rpartition(".")
            number = int.from_bytes(base64.urlsafe_b64decode(f"{signature}=="))
            if number + self.key.modulus < 1 << BITS:
                break
        longer, larger = number.to_bytes(BITS // 8 + 1), (number + self.key.modulus).to_bytes(BITS // 8)

        for forged in (longer, larger):
            self.check("token-signature", Failed, "not one of this key", f"{signed}.{encoded(forged)}")

    def test_a_key_that_is_damaged_verifies_nothing(self) -> None:
        for changes in ({"n": "!"}, {"n": ""}, {"e": ""}, {"n": "AQAB"}):
            self.server.responses[KEYS] = (200, {"keys": [{**self.key.public(), **changes}]})
            self.check("token-signature", Failed, "not one of this key", self.token())

    def test_each_wrong_claim_fails_its_own_check_alone(self) -> None:
        now = int(time.time())
        for name, found, changes in [
            ("token-issuer", f"iss is {self.issuer}/", {"iss": f"{self.issuer}/"}),
            ("token-audience", "aud is elsewhere", {"aud": "elsewhere"}),
            ("token-audience", "neither aud nor client_id", {"aud": None}),
            ("token-audience", "neither", {"aud": 7}),
            ("token-lifetime", "expired 2 min ago", {"exp": now - 120}),
            ("token-lifetime", "no exp", {"exp": None}),
            ("token-lifetime", "exp is not a number", {"exp": "soon"}),
            ("token-lifetime", "nbf is", {"nbf": now + 3600}),
            ("token-lifetime", "iat is", {"iat": now + 3600}),
            ("token-scope", "the scopes are openid and", {"scope": "openid"}),
            ("token-scope", "the scopes are none", {"scope": None}),
            ("token-owner", "no text in the claim sub", {"sub": None}),
            ("token-owner", "no text in the claim sub", {"sub": 7}),
            ("token-owner", "no text in the claim sub", {"sub": " "}),
            ("token-owner", "256 characters", {"sub": "x" * 256}),
            ("token-owner", "control characters", {"sub": "a\u0007"}),
            ("token-owner", "an e-mail address or a CPF", {"sub": "maria@example.com"}),
            ("token-owner", "an e-mail address or a CPF", {"sub": "529.982.247-25"}),
            ("token-owner", "an e-mail address or a CPF", {"sub": "52998224725"}),
        ]:
            outcomes = self.outcomes(self.token(**changes))

            failed = [other for other, outcome in outcomes.items() if isinstance(outcome, Failed)]
            self.assertEqual(failed, [name], changes)
            self.assertIn(found, outcomes[name].found)

    def test_the_users_id_is_never_shown(self) -> None:
        for user in ("maria@example.com", "usr_01J9X", "x" * 300):
            self.assertNotIn(user, str(self.outcomes(self.token(sub=user))))

    def test_a_number_that_is_no_cpf_passes(self) -> None:
        for user in ("52998224724", "5299822472", "529982247250", "529-982-247-25"):
            self.check("token-owner", Passed, token=self.token(sub=user))

    def test_a_personal_claim_may_be_allowed(self) -> None:
        self.check("token-owner", Passed, token=self.token(sub="maria@example.com"), AllowPersonalOwnerClaim="true")

    def test_a_deployment_without_a_scope_is_a_warning(self) -> None:
        self.check("token-scope", Warned, "JwtScope is empty", self.token(), JwtScope="")

    def test_a_token_for_a_year_is_a_warning(self) -> None:
        self.check(
            "token-lifetime", Warned, "valid for another 365 d", self.token(exp=int(time.time()) + 365 * 86_400 + 9)
        )


class Unreachable(Identity):
    def test_a_failure_has_a_remedy_of_the_check(self) -> None:
        with self.assertRaises(Failure) as raised:
            identity._fetched("http://127.0.0.1:9/x")

        self.assertIn("API Gateway must reach http://127.0.0.1:9/x", raised.exception.remedy)


if __name__ == "__main__":
    unittest.main()
