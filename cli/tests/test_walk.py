import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pluggy_lambda import walk
from pluggy_lambda.errors import Failure
from pluggy_lambda.event_row import EventRow

ITEM = "9a7b6c5d-0000-4000-8000-000000000001"
ANOTHER_USERS_ITEM = "9a7b6c5d-0000-4000-8000-000000000002"
OLD_EVENT = EventRow("1", "item/created", "webhook", {})
NEW_EVENT = EventRow("2", "item/updated", "webhook", {})


def status(phase: str, fetched_at: str = "12:00") -> dict[str, str]:
    return {"itemId": ITEM, "phase": phase, "fetchedAt": fetched_at}


def duplicate_of(*items: str) -> dict[str, Any]:
    return {"codeDescription": "ITEM_USER_ALREADY_EXISTS", "items": list(items)}


class Backend(BaseHTTPRequestHandler):
    """A fake of our API and Pluggy, whose item goes through `statuses`."""

    statuses: list[dict[str, str]]
    answer_to_post_items: tuple[int, dict[str, Any]]
    requests: list[tuple[str, str | None, dict[str, Any]]]
    host: str | None

    def do_POST(self) -> None:
        body = self.read()
        if self.path == "/items":
            self.answer(*self.answer_to_post_items)
        elif body.get("itemId") == ANOTHER_USERS_ITEM:
            self.answer(404, {"title": "Not Found"})
        else:
            self.answer(200, {"accessToken": f"token for {body.get('itemId', 'a new item')}", "expiresAt": "soon"})

    def do_PATCH(self) -> None:
        self.read()
        self.answer(200, {"id": ITEM})

    def do_GET(self) -> None:
        type(self).host = self.headers["host"]
        self.answer(200, self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0])

    def read(self) -> dict[str, Any]:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.requests.append((f"{self.command} {self.path}", self.headers["x-api-key"], body))
        return body

    def answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Logs nothing."""


class Walk(unittest.TestCase):
    def setUp(self) -> None:
        Backend.answer_to_post_items = (200, {"id": ITEM})
        Backend.requests = []
        server = ThreadingHTTPServer(("127.0.0.1", 0), Backend)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.url = f"http://127.0.0.1:{server.server_port}"

    def run_through(self, *statuses: dict[str, str], patience_seconds: float = 10) -> tuple[walk.Walked, str]:
        Backend.statuses = list(statuses)
        surroundings = walk.Surroundings(
            self.url, "api.example", self.url, "token", lambda _: self.stored_events(), patience_seconds
        )
        said: list[str] = []
        walked = walk.run(surroundings, said.append)
        return walked, "\n".join(said)

    def stored_events(self) -> list[EventRow]:
        """Returns the stored events. An update adds one."""
        is_updated = any(what.startswith("PATCH") for what, _, _ in Backend.requests)
        return [OLD_EVENT, NEW_EVENT] if is_updated else [OLD_EVENT]

    def test_it_ends_when_the_item_is_ready_and_has_shown_each_step_once(self) -> None:
        walked, output = self.run_through(
            status("connecting"), status("connecting"), status("updating"), status("ready")
        )

        self.assertEqual(walked, walk.Walked(status("ready"), [OLD_EVENT]))
        self.assertEqual(Backend.host, "api.example")
        for step in ["POST /connect-token", "POST /items", "item/created", "connecting", "updating", "phase ready"]:
            self.assertEqual(output.count(step), 1, step)

    def test_a_bank_that_is_connected_already_is_updated_and_what_was_known_before_is_no_news(self) -> None:
        for refused_with in (400, 409):
            for before in ("ready", "reconnect"):
                with self.subTest(refused_with=refused_with, before=before):
                    Backend.requests = []
                    Backend.answer_to_post_items = (refused_with, duplicate_of(ANOTHER_USERS_ITEM, ITEM))

                    walked, output = self.run_through(
                        status(before), status(before), status("updating", "12:01"), status("ready", "12:02")
                    )

                    self.assertEqual(walked, walk.Walked(status("ready", "12:02"), [NEW_EVENT]))
                    self.assertIn("200, as before", output)
                    self.assertEqual(
                        Backend.requests[-2:],
                        [
                            ("POST /connect-token", None, {"itemId": ITEM}),
                            (f"PATCH /items/{ITEM}", f"token for {ITEM}", {"parameters": walk.CREDENTIALS}),
                        ],
                    )

    def test_another_users_connection_is_not_touched(self) -> None:
        Backend.answer_to_post_items = (400, duplicate_of(ANOTHER_USERS_ITEM))

        with self.assertRaisesRegex(Failure, f"{ANOTHER_USERS_ITEM}.* 404"):
            self.run_through(status("ready"))

        self.assertNotIn("PATCH", str(Backend.requests))

    def test_another_refusal_of_pluggy_is_a_failure(self) -> None:
        Backend.answer_to_post_items = (400, {"code": 400, "codeDescription": "CONNECTOR_OFFLINE"})

        with self.assertRaisesRegex(Failure, "Pluggy answered 400, CONNECTOR_OFFLINE to POST /items"):
            self.run_through(status("ready"))

    def test_a_failure_has_the_codes_of_a_response_alone(self) -> None:
        private = "maria@example.com"
        for body in (
            {"message": private, "accessToken": private, "codeDescription": private, "type": [private]},
            {"codeDescription": "ITEM_USER_ALREADY_EXISTS", "items": private},
            {"codeDescription": "ITEM_USER_ALREADY_EXISTS", "items": [{"user": private}]},
        ):
            Backend.answer_to_post_items = (400, body)

            with self.assertRaises(Failure) as raised:
                self.run_through(status("ready"))

            self.assertIn("Pluggy answered 400", str(raised.exception))
            self.assertNotIn(private, f"{raised.exception} {raised.exception.remedy}")

    def test_a_dead_end_shows_states_alone(self) -> None:
        with self.assertRaises(Failure) as raised:
            self.run_through({**status("reconnect"), "providerMessage": "Olá, Maria"})

        self.assertNotIn("Maria", str(raised.exception))

    def test_a_dead_end_is_a_failure_at_once(self) -> None:
        with self.assertRaisesRegex(Failure, "ended as reconnect"):
            self.run_through(status("connecting"), status("reconnect"))

    def test_patience_ends(self) -> None:
        with self.assertRaisesRegex(Failure, "not ready within"):
            self.run_through(status("updating"), patience_seconds=0.3)
