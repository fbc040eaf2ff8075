"""The sandbox as Pluggy's Python client sees it."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator

import pluggy_sdk
import pydantic
import pytest

RUNNING = {"UPDATING", "MERGING"}
POLL_SECONDS = 0.01
PATIENCE_SECONDS = 20


def client(api_key: str | None = None) -> pluggy_sdk.ApiClient:
    """A client of the sandbox that the environment names."""
    keys = {"default": api_key} if api_key else {}
    return pluggy_sdk.ApiClient(pluggy_sdk.Configuration(host=os.environ["PLUGGY_API_URL"], api_key=keys))


def authenticate(client_secret: str) -> str:
    """An API key."""
    request = pluggy_sdk.AuthRequest(client_id=os.environ["PLUGGY_CLIENT_ID"], client_secret=client_secret)
    with client() as anonymous:
        return pluggy_sdk.AuthApi(anonymous).auth_create(request).api_key


@pytest.fixture(scope="session")
def application() -> Iterator[pluggy_sdk.ApiClient]:
    """A client with an API key."""
    with client(authenticate(os.environ["PLUGGY_CLIENT_SECRET"])) as authenticated:
        yield authenticated


@pytest.fixture
def items(application: pluggy_sdk.ApiClient) -> pluggy_sdk.ItemsApi:
    return pluggy_sdk.ItemsApi(application)


Connect = Callable[..., pluggy_sdk.Item]


@pytest.fixture
def connect(items: pluggy_sdk.ItemsApi) -> Connect:
    """Connects a sandbox user."""

    def connect(user: str, connector_id: int = 2, **options: object) -> pluggy_sdk.Item:
        return items.items_create(create_item(user, connector_id, **options))

    return connect


@pytest.fixture
def collected(items: pluggy_sdk.ItemsApi) -> Callable[[pluggy_sdk.Item], pluggy_sdk.Item]:
    """Waits until an item has data. The models refuse the link to the bank's page, as they refuse real ones."""

    def collected(item: pluggy_sdk.Item) -> pluggy_sdk.Item:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while item.last_updated_at is None:
            assert time.monotonic() < deadline, f"still {item.execution_status}"
            time.sleep(POLL_SECONDS)
            with contextlib.suppress(pydantic.ValidationError):
                item = items.items_retrieve(item.id)
        return item

    return collected


@pytest.fixture
def settled(items: pluggy_sdk.ItemsApi) -> Callable[[pluggy_sdk.Item], pluggy_sdk.Item]:
    """Waits until an item needs nobody or needs the user. Every answer on the way is validated, too."""

    def settled(item: pluggy_sdk.Item) -> pluggy_sdk.Item:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while item.status in RUNNING:
            assert time.monotonic() < deadline, f"still {item.execution_status}"
            time.sleep(POLL_SECONDS)
            item = items.items_retrieve(item.id)
        return item

    return settled


def create_item(user: str, connector_id: int = 2, **options: object) -> pluggy_sdk.CreateItem:
    """The request that connects a sandbox user."""
    parameters = pluggy_sdk.CreateItemParameters({"user": user, "password": "password-ok"})
    return pluggy_sdk.CreateItem(connector_id=connector_id, parameters=parameters, **options)


def open_finance_item(cpf: str) -> pluggy_sdk.CreateItem:
    """The request that connects a user who logs in on the bank's page."""
    parameters = pluggy_sdk.CreateItemParameters({"cpf": cpf})
    return pluggy_sdk.CreateItem(connector_id=601, parameters=parameters)
