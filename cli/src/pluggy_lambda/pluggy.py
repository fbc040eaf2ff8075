"""The few calls to Pluggy's API that an operator's command makes itself."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from pluggy_lambda import request
from pluggy_lambda.errors import Failure

# Pluggy allows five webhooks per event name, so there are always fewer pages.
MAX_PAGES = 20


@dataclass(frozen=True)
class Credentials:
    """The application's credentials, as Secrets Manager has them."""

    client_id: str
    client_secret: str


def authenticate(base_url: str, credentials: Credentials) -> request.Answer:
    """Sends `POST /auth`. A response of 200 has an API key."""
    body = {"clientId": credentials.client_id, "clientSecret": credentials.client_secret}
    return request.send_json("POST", f"{base_url}/auth", body)


def api_key(base_url: str, credentials: Credentials) -> str:
    """Returns an API key."""
    answer = authenticate(base_url, credentials)
    key = answer.object().get("apiKey") if answer.status == 200 else None
    if not key:
        raise Failure(
            f"Pluggy answered {answer.status} to POST /auth",
            "Store the credentials of the application again: pluggy-lambda secret",
        )
    return key


def webhooks_of(base_url: str, key: str, url: str) -> list[dict[str, Any]]:
    """Returns the webhooks that are registered for an address, from all pages."""
    webhooks: list[dict[str, Any]] = []
    for page in range(1, MAX_PAGES + 1):
        # Pluggy documents the first page without a query.
        query = f"?page={page}" if page > 1 else ""
        answer = request.send("GET", f"{base_url}/webhooks{query}", headers={"x-api-key": key})
        if answer.status == 204:
            break
        results = answer.object().get("results") if answer.status == 200 else None
        if not isinstance(results, list):
            raise Failure(f"Pluggy answered {answer.status} to GET /webhooks", "Try again, or see status.pluggy.ai.")
        webhooks += [webhook for webhook in results if isinstance(webhook, dict) and webhook.get("id")]
        pages = answer.object().get("totalPages")
        if not isinstance(pages, int) or pages <= page:
            break
    return [webhook for webhook in webhooks if _is_same(str(webhook.get("url", "")), url)]


def delete_webhook(base_url: str, key: str, webhook_id: str) -> None:
    """Deletes a webhook. One that is gone already is no failure."""
    path = f"/webhooks/{quote(webhook_id, safe='')}"
    answer = request.send("DELETE", f"{base_url}{path}", headers={"x-api-key": key})
    if answer.status not in (200, 204, 404):
        raise Failure(
            f"Pluggy answered {answer.status} to DELETE {path}",
            "Try again, or delete the webhook in Pluggy's dashboard, Webhooks.",
        )


def _is_same(one: str, other: str) -> bool:
    """Returns whether two addresses differ in their notation alone."""
    try:
        first, second = urlsplit(one), urlsplit(other)
    except ValueError:
        return False
    return (first.hostname, first.path or "/") == (second.hostname, second.path or "/")
