import contextlib
import io
import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from stack import console, walk
from stack.event_row import EventRow

ITEM = "9a7b6c5d-0000-4000-8000-000000000001"


class Backend(BaseHTTPRequestHandler):
    """Our API and Pluggy in one, whose item goes through `phases`."""

    phases: list[str]
    host: str | None

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.answer({"accessToken": "t", "expiresAt": "soon"} if self.path == "/connect-token" else {"id": ITEM})

    def do_GET(self) -> None:
        phase = self.phases.pop(0) if len(self.phases) > 1 else self.phases[0]
        type(self).host = self.headers["host"]
        self.answer({"itemId": ITEM, "phase": phase})

    def answer(self, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class Walk(unittest.TestCase):
    def run_through(self, *phases: str, patience_seconds: float = 10) -> tuple[dict[str, Any], str]:
        Backend.phases = list(phases)
        server = ThreadingHTTPServer(("127.0.0.1", 0), Backend)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        url = f"http://127.0.0.1:{server.server_port}"
        row = EventRow("1", "item/created", "webhook", {})
        surroundings = walk.Surroundings(url, "api.example", url, "token", lambda _: [row], patience_seconds)
        with contextlib.redirect_stdout(io.StringIO()) as output:
            status = walk.run(surroundings)
        return status, output.getvalue()

    def test_it_ends_when_the_item_is_ready_and_has_shown_each_step_once(self) -> None:
        status, output = self.run_through("connecting", "connecting", "syncing", "ready")

        self.assertEqual(status["phase"], "ready")
        self.assertEqual(Backend.host, "api.example")
        for step in ["POST /connect-token", "POST /items", "item/created", "connecting", "syncing", "phase ready"]:
            self.assertEqual(output.count(step), 1, step)

    def test_a_dead_end_is_a_failure_at_once(self) -> None:
        with self.assertRaisesRegex(console.Failure, "ended as reconnect"):
            self.run_through("connecting", "reconnect")

    def test_patience_ends(self) -> None:
        with self.assertRaisesRegex(console.Failure, "not ready within"):
            self.run_through("syncing", patience_seconds=0.3)
