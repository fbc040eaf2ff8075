"""The server of the demo page: files, users' tokens, the feed, the screen for support, and the sandbox's controls.

It answers to pages of its own origin alone, because it shows rows and gives tokens.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from demo.feed import Collector

USERS = ["ana", "bruno"]
MAX_BODY_BYTES = 10_000
FEED_SECONDS = 0.5
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
PAGES = {"/": "index.html", "/app.html": "app.html", "/api.html": "api.html"}


@dataclass(frozen=True)
class Site:
    """Files and data that the server serves, and their readers."""

    folder: Path
    host: str
    api_url: str
    widget_url: str
    collector: Collector
    user_token: Callable[[str], str]
    # Sends a request to the sandbox, and returns the status.
    control: Callable[[str, str, Any], int]
    # Calls the widget of the dashboard, and returns its HTML, or nothing if it fails.
    support: Callable[[dict[str, Any]], str | None]

    @property
    def policy(self) -> str:
        """Returns the Content-Security-Policy: nothing leaves this machine."""
        return (
            "default-src 'none'; script-src 'self'; font-src 'self'; img-src 'self' data:; "
            # The SDK styles the widget's frame by a <style> without a nonce.
            "style-src 'self' 'unsafe-inline'; "
            f"connect-src 'self' {self.api_url}; frame-src 'self' {self.widget_url} https://connect.pluggy.ai; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
        )


def _call_of_widget(body: dict[str, Any]) -> dict[str, Any]:
    """Returns the event that CloudWatch sends for a button of the widget, or nothing if the body is none."""
    parameters, form = body.get("parameters"), body.get("form")
    if not isinstance(parameters, dict) or not isinstance(form, dict):
        return {}
    return {**parameters, "widgetContext": {"theme": body.get("theme"), "forms": {"all": form}}}


def handler(site: Site) -> type[BaseHTTPRequestHandler]:
    """Returns the request handler of a site."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "demo"
        sys_version = ""

        def do_GET(self) -> None:
            if not self._is_allowed():
                return
            url = urlsplit(self.path)
            if url.path == "/config.json":
                bank_url = f"{site.widget_url}/bank/login"
                self._json({"apiUrl": site.api_url, "widgetUrl": site.widget_url, "bankUrl": bank_url, "users": USERS})
            elif url.path == "/feed":
                self._feed(parse_qs(url.query).get("user", [""])[0])
            else:
                self._file(PAGES.get(url.path, url.path.removeprefix("/")))

        def do_POST(self) -> None:
            # A browser names the page's origin with each of these.
            if not self._is_allowed() or not self._has_origin():
                return
            body = self._body()
            if body is None:
                self._refuse(HTTPStatus.BAD_REQUEST)
            elif self.path == "/token" and body.get("user") in USERS:
                self._json({"token": site.user_token(body["user"])})
            elif self.path == "/prefill" and isinstance(body.get("values"), dict):
                self._status(site.control("PUT", "/sandbox/prefill", body["values"]))
            elif self.path == "/support" and (event := _call_of_widget(body)):
                self._support(event)
            elif self.path == "/pass":
                self._status(site.control("POST", "/sandbox/time/pass", {"minutes": 30}))
            else:
                self._refuse(HTTPStatus.NOT_FOUND)

        def _support(self, event: dict[str, Any]) -> None:
            html = site.support(event)
            if html is None:
                self._refuse(HTTPStatus.BAD_GATEWAY)
            else:
                self._json({"html": html})

        def _is_allowed(self) -> bool:
            """Refuses other host names, which would be a rebound DNS name, and requests of other sites' pages."""
            origin = self.headers.get("Origin")
            is_ours = origin in (None, f"http://{site.host}")
            is_ours = is_ours and self.headers.get("Sec-Fetch-Site") in (None, "none", "same-origin")
            # A person may follow a link to the page from anywhere.
            is_visit = self.headers.get("Sec-Fetch-Mode") == "navigate" and urlsplit(self.path).path in PAGES
            if self.headers.get("Host") == site.host and (is_ours or is_visit):
                return True
            self._refuse(HTTPStatus.FORBIDDEN)
            return False

        def _has_origin(self) -> bool:
            if self.headers.get("Origin") == f"http://{site.host}":
                return True
            self._refuse(HTTPStatus.FORBIDDEN)
            return False

        def _body(self) -> dict[str, Any] | None:
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > MAX_BODY_BYTES:
                self.close_connection = True
                return None
            try:
                body = json.loads(self.rfile.read(int(length)))
            except ValueError:
                return None
            return body if isinstance(body, dict) else None

        def _feed(self, user: str) -> None:
            """Sends the user's entries and rows as they come, until the page is gone."""
            if user not in USERS:
                self._refuse(HTTPStatus.NOT_FOUND)
                return
            self.send_response(HTTPStatus.OK)
            self._headers("text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            position, shown = 0, None
            try:
                while True:
                    entries, position, rows = site.collector.news(user, position)
                    if entries or rows != shown:
                        shown = rows
                        data = json.dumps({"entries": entries, "rows": rows})
                        self.wfile.write(f"data: {data}\n\n".encode())
                    else:
                        self.wfile.write(b":\n\n")
                    self.wfile.flush()
                    time.sleep(FEED_SECONDS)
            except OSError:
                return

        def _file(self, name: str) -> None:
            file = site.folder / name
            is_there = "/" not in name and file.suffix in TYPES and file.is_file()
            if not is_there:
                self._refuse(HTTPStatus.NOT_FOUND)
                return
            self._send(HTTPStatus.OK, TYPES[file.suffix], file.read_bytes())

        def _json(self, value: Any) -> None:
            self._send(HTTPStatus.OK, "application/json", json.dumps(value).encode())

        def _status(self, status: int) -> None:
            self._send(status, "application/json", b"{}")

        def _refuse(self, status: HTTPStatus) -> None:
            self.close_connection = True
            self._send(status, "text/plain; charset=utf-8", f"{status.phrase}\n".encode())

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self._headers(kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _headers(self, kind: str) -> None:
            self.send_header("Content-Type", kind)
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Security-Policy", site.policy)
            self.send_header("Cross-Origin-Resource-Policy", "same-origin")
            self.send_header("Referrer-Policy", "no-referrer")
            self.send_header("X-Content-Type-Options", "nosniff")

        def log_message(self, format: str, *values: object) -> None:
            """Logs nothing: a line for each request of a page on this machine helps nobody."""

    return Handler
