import http.client
import json
import tempfile
import threading
import unittest
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from demo import request_handler
from demo.feed import Collector, Sources

HOST = "localhost:3000"
ORIGIN = f"http://{HOST}"


class ServerTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "index.html").write_text("page")
        (folder / "app.html").write_text("app")
        (folder / "api.html").write_text("api")
        (folder.parent / f"{folder.name}.html").write_text("secret")
        self.addCleanup((folder.parent / f"{folder.name}.html").unlink)
        self.controls: list[tuple[str, str, Any]] = []
        site = request_handler.Site(
            folder=folder,
            host=HOST,
            api_url="http://api.localhost:4566",
            widget_url="http://127.0.0.1:9100",
            collector=Collector(Sources(*([lambda: []] * 4))),
            user_token=lambda user: f"token of {user}",
            control=self.control,
            support=self.support,
        )
        server = ThreadingHTTPServer(("127.0.0.1", 0), request_handler.handler(site))
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.port = server.server_port

    def control(self, method: str, path: str, body: Any) -> int:
        self.controls.append((method, path, body))
        return 202

    def support(self, event: dict[str, Any]) -> str | None:
        return json.dumps(event) if event.get("search") else None

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        self.addCleanup(connection.close)
        named = {"Host": HOST} | {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, None if body is None else json.dumps(body), named)
        response = connection.getresponse()
        return response.status, response.read().decode()

    def test_its_own_pages_are_served(self) -> None:
        self.assertEqual(self.send("GET", "/"), (200, "page"))
        self.assertEqual(self.send("GET", "/app.html?user=ana"), (200, "app"))
        self.assertEqual(self.send("GET", "/api.html"), (200, "api"))
        status, config = self.send("GET", "/config.json")
        self.assertEqual((status, json.loads(config)["bankUrl"]), (200, "http://127.0.0.1:9100/bank/login"))
        status, token = self.send("POST", "/token", {"user": "ana"}, Origin=ORIGIN)
        self.assertEqual((status, json.loads(token)), (200, {"token": "token of ana"}))

    def test_another_host_name_is_refused(self) -> None:
        for host in ("evil.example.com", "127.0.0.1:3000", "localhost", ""):
            with self.subTest(host):
                self.assertEqual(self.send("GET", "/config.json", Host=host)[0], 403)
                self.assertEqual(self.send("POST", "/token", {"user": "ana"}, Host=host, Origin=ORIGIN)[0], 403)

    def test_pages_of_other_sites_are_refused(self) -> None:
        self.assertEqual(self.send("GET", "/config.json", Origin="https://evil.example.com")[0], 403)
        self.assertEqual(self.send("GET", "/feed?user=ana", Sec_Fetch_Site="cross-site")[0], 403)
        self.assertEqual(self.send("POST", "/token", {"user": "ana"}, Origin="https://evil.example.com")[0], 403)
        self.assertEqual(self.send("POST", "/pass", {})[0], 403)
        self.assertEqual(self.controls, [])

    def test_a_link_from_elsewhere_opens_the_page_and_nothing_else(self) -> None:
        visit = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}
        self.assertEqual(self.send("GET", "/", **visit)[0], 200)
        self.assertEqual(self.send("GET", "/api.html", **visit)[0], 200)
        self.assertEqual(self.send("GET", "/config.json", **visit)[0], 403)

    def test_only_the_users_of_the_page_get_tokens_and_feeds(self) -> None:
        self.assertEqual(self.send("POST", "/token", {"user": "usr_01J9X"}, Origin=ORIGIN)[0], 404)
        self.assertEqual(self.send("GET", "/feed?user=usr_01J9X")[0], 404)

    def test_no_other_file_is_served(self) -> None:
        for path in ("/../stack.json", "/..%2fstack.json", "/nothing.html"):
            self.assertEqual(self.send("GET", path)[0], 404)

    def test_the_controls_of_the_sandbox(self) -> None:
        values = {"user": "user-ok"}
        self.assertEqual(self.send("POST", "/prefill", {"values": values}, Origin=ORIGIN)[0], 202)
        self.assertEqual(self.send("POST", "/pass", {}, Origin=ORIGIN)[0], 202)
        self.assertEqual(
            self.controls,
            [("PUT", "/sandbox/prefill", values), ("POST", "/sandbox/time/pass", {"minutes": 30})],
        )

    def test_a_button_of_the_screen_for_support_calls_the_widget_as_cloudwatch_does(self) -> None:
        call = {"parameters": {"search": True}, "form": {"query": "usr_1"}, "theme": "dark"}

        status, answer = self.send("POST", "/support", call, Origin=ORIGIN)

        event = {"search": True, "widgetContext": {"theme": "dark", "forms": {"all": {"query": "usr_1"}}}}
        self.assertEqual((status, json.loads(json.loads(answer)["html"])), (200, event))
        self.assertEqual(self.send("POST", "/support", call)[0], 403)
        for body in ({}, {"parameters": {}}, {"parameters": [], "form": {}}, {"parameters": {}, "form": "x"}):
            self.assertEqual(self.send("POST", "/support", body, Origin=ORIGIN)[0], 404)

    def test_a_failure_of_the_screen_for_support_is_one(self) -> None:
        call = {"parameters": {}, "form": {}}

        status, answer = self.send("POST", "/support", call, Origin=ORIGIN)

        self.assertEqual((status, answer), (502, "Bad Gateway\n"))

    def test_a_body_that_cannot_be_used_is_refused(self) -> None:
        for body in ([], "x" * request_handler.MAX_BODY_BYTES):
            self.assertEqual(self.send("POST", "/token", body, Origin=ORIGIN)[0], 400)


if __name__ == "__main__":
    unittest.main()
