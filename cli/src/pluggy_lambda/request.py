"""HTTP requests for the walk and the checks of the stack: any method, an explicit Host header, JSON in and out."""

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pluggy_lambda.errors import Failure

TIMEOUT_SECONDS = 30


class UnreachableError(Failure):
    """No server listens at the address, or none responds in time."""

    def __init__(self, url: str, error: Exception) -> None:
        address = "://".join(urlsplit(url)[:2])
        super().__init__(
            f"{address} does not answer: {error}",
            "Check the address and your network. The local stack is started by: make up",
        )


@dataclass(frozen=True)
class Answer:
    """A response."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Returns the body as JSON, or `None` if it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def object(self) -> dict[str, Any]:
        """Returns the body as a JSON object, which is empty if the body is not one."""
        value = self.json()
        return value if isinstance(value, dict) else {}


def send(
    method: str, url: str, *, headers: dict[str, str] | None = None, body: bytes | None = None, host: str | None = None
) -> Answer:
    """Sends one request. `host` sets the Host header if the address alone does not select the endpoint."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body, {**(headers or {}), **({"Host": host} if host else {})})
        response = connection.getresponse()
        answered = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, answered, response.read())
    except (OSError, http.client.HTTPException) as error:
        raise UnreachableError(url, error) from None
    finally:
        connection.close()


def send_json(method: str, url: str, value: Any, **options: Any) -> Answer:
    """Sends a request with a JSON body."""
    headers = {"content-type": "application/json", **(options.pop("headers", None) or {})}
    return send(method, url, headers=headers, body=json.dumps(value).encode(), **options)


def answers(url: str, host: str | None = None) -> bool:
    """Returns whether a server responds with 200."""
    try:
        return send("GET", url, host=host).status == 200
    except UnreachableError:
        return False
