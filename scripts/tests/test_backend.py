import hashlib
import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from stack import backend, machine, settings
from stack.backend import Session

SESSION = Session("ASIAIOSFODNN7EXAMPLE", "the-secret-key-of-the-session", "the-token-of-the-session")


class Gateway(BaseHTTPRequestHandler):
    """A gateway that answers 200 to a request with the signature of the session, and 403 to any other one."""

    received: ClassVar[list[tuple[str, str, Any]]] = []

    def handle_one(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        is_signed = self.headers.get("authorization", "") == self._expected(body)
        self.received.append((self.command, self.path, json.loads(body) if body else None))
        answer = b'{"items":[]}' if is_signed else b'{"message":"Forbidden"}'
        self.send_response(200 if is_signed else 403)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_DELETE = do_GET = do_POST = handle_one  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass

    def _expected(self, body: bytes) -> str:
        """Returns the header that the session's credentials give for what has arrived."""
        authorization = self.headers.get("authorization", "")
        names = authorization.partition("SignedHeaders=")[2].partition(",")[0].split(";")
        if not {"host", "x-amz-date", "x-amz-security-token"} <= set(names):
            return "every signature covers these"
        digest = hashlib.sha256(body).hexdigest()
        if self.headers.get("x-amz-content-sha256", digest) != digest:
            return "the signature is for another body"
        if self.headers["x-amz-security-token"] != SESSION.token:
            return "the signature is for another session"
        url = f"http://{self.headers['host']}{self.path}"
        request = AWSRequest(self.command, url, {name: self.headers[name] for name in names}, body)
        request.context["timestamp"] = self.headers["x-amz-date"]
        credentials = Credentials(SESSION.access_key, SESSION.secret_key, SESSION.token)
        signer = SigV4Auth(credentials, "execute-api", settings.REGION)
        to_sign = signer.string_to_sign(request, signer.canonical_request(request))
        return (
            f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, SignedHeaders={';'.join(names)}, "
            f"Signature={signer.signature(to_sign, request)}"
        )


class Backend(unittest.TestCase):
    """The examples, at a server that computes their signatures again."""

    server: ClassVar[ThreadingHTTPServer]

    @classmethod
    def setUpClass(cls) -> None:
        machine.require("node")
        backend.install()
        cls.server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.server.shutdown()
        cls.server.server_close()

    def make(self, program: str, calls: list[list[Any]], session: Session = SESSION) -> list[Any]:
        Gateway.received.clear()
        return backend.make(program, calls, f"http://127.0.0.1:{self.server.server_port}", session)

    def test_each_operation_is_signed(self) -> None:
        item = "/items/9a7b6c5d-0000-4000-8000-000000000001"
        operations = [
            ("POST", "/connect-token", None),
            ("POST", "/connect-token", {"language": "pt"}),
            ("POST", "/connect-events", {"event": "onOpen", "timestamp": 1795435200000}),
            ("GET", "/items", None),
            ("GET", "/items?limit=20&cursor=MDAxNzk1_-", None),
            ("GET", item, None),
            ("DELETE", item, None),
        ]
        for program in backend.PROGRAMS:
            with self.subTest(program=program):
                answers = self.make(program, [["auth0|abc", *operation] for operation in operations])

                self.assertEqual(answers, [[200, '{"items":[]}']] * len(operations))
                expected = [(method, f"/users/auth0%7Cabc{path}", body) for method, path, body in operations]
                self.assertEqual(Gateway.received, expected)

    def test_any_user_id_that_a_path_can_carry_arrives_as_it_is(self) -> None:
        user_ids = ["usr_01J9X", "a b+c", "a#b;c=d&e", "!'()*~", "caf\u00e9 \u7528\u6237 \U0001f600", "a\\b", "..."]
        for program in backend.PROGRAMS:
            with self.subTest(program=program):
                answers = self.make(program, [[user_id, "GET", "/items"] for user_id in user_ids])

                self.assertEqual([status for status, _ in answers], [200] * len(user_ids))
                arrived = [unquote(urlsplit(path).path) for _, path, _ in Gateway.received]
                self.assertEqual(arrived, [f"/users/{user_id}/items" for user_id in user_ids])

    def test_a_user_id_that_the_gateway_would_change_is_not_sent(self) -> None:
        user_ids = ["", ".", "..", "victim/items?", "a%7Cb", "a?b", "a\nb", "a\u0085b", "\n"]
        for program in backend.PROGRAMS:
            with self.subTest(program=program):
                answers = self.make(program, [[user_id, "GET", "/items"] for user_id in user_ids])

                self.assertEqual(answers, ["a path cannot carry this user id"] * len(user_ids))
                self.assertEqual(Gateway.received, [])

    def test_no_request_is_sent_without_a_user_id(self) -> None:
        for program in backend.PROGRAMS:
            with self.subTest(program=program):
                [error] = self.make(program, [[None, "GET", "/items"]])

                self.assertIsInstance(error, str)
                self.assertEqual(Gateway.received, [])

    def test_the_signature_is_that_of_the_session(self) -> None:
        other = Session(SESSION.access_key, "another-secret-key", SESSION.token)
        for program in backend.PROGRAMS:
            with self.subTest(program=program):
                answers = self.make(program, [["auth0|abc", "GET", "/items"]], other)

                self.assertEqual(answers, [[403, '{"message":"Forbidden"}']])


if __name__ == "__main__":
    unittest.main()
