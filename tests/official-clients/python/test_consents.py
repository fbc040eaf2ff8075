import time
from collections.abc import Callable

import pluggy_sdk
import pytest
from conftest import PATIENCE_SECONDS, POLL_SECONDS, Connect
from pluggy_sdk.exceptions import NotFoundException

Settled = Callable[[pluggy_sdk.Item], pluggy_sdk.Item]


@pytest.fixture
def consents(application: pluggy_sdk.ApiClient) -> pluggy_sdk.ConsentApi:
    return pluggy_sdk.ConsentApi(application)


@pytest.fixture
def open_finance_item(items: pluggy_sdk.ItemsApi) -> pluggy_sdk.Item:
    """An item whose user has allowed everything at the bank."""
    parameters = pluggy_sdk.CreateItemParameters({"cpf": "00000000000"})
    item = items.items_create(pluggy_sdk.CreateItem(connector_id=601, parameters=parameters))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while item.last_updated_at is None:
        assert time.monotonic() < deadline, f"still {item.execution_status}"
        time.sleep(POLL_SECONDS)
        item = items.items_retrieve(item.id)
    return item


def test_open_finance_has_a_consent(consents: pluggy_sdk.ConsentApi, open_finance_item: pluggy_sdk.Item) -> None:
    page = consents.consents_list(open_finance_item.id)

    assert page.total == 1
    [listed] = page.results
    assert listed.item_id == open_finance_item.id
    assert listed.products == open_finance_item.products
    assert "ACCOUNTS_BALANCES" in listed.open_finance_permissions_granted
    assert (listed.expires_at, listed.revoked_at) == (None, None)
    assert consents.consent_retrieve(listed.id) == listed


def test_other_connections_have_none(consents: pluggy_sdk.ConsentApi, connect: Connect, settled: Settled) -> None:
    assert consents.consents_list(settled(connect("user-ok")).id).results == []


def test_an_unknown_consent_is_not_found(consents: pluggy_sdk.ConsentApi) -> None:
    with pytest.raises(NotFoundException) as raised:
        consents.consent_retrieve("9a7b6c5d-0000-4000-8000-00000000ffff")
    assert raised.value.data.code_description == "CONSENT_NOT_FOUND"
