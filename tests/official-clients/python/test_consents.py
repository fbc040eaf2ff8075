from collections.abc import Callable

import pluggy_sdk
import pytest
from conftest import Connect, open_finance_item
from pluggy_sdk.exceptions import NotFoundException

Settled = Callable[[pluggy_sdk.Item], pluggy_sdk.Item]
Collected = Callable[[pluggy_sdk.Item], pluggy_sdk.Item]


@pytest.fixture
def consents(application: pluggy_sdk.ApiClient) -> pluggy_sdk.ConsentApi:
    return pluggy_sdk.ConsentApi(application)


def test_open_finance_has_a_consent(
    consents: pluggy_sdk.ConsentApi, items: pluggy_sdk.ItemsApi, collected: Collected
) -> None:
    item = collected(items.items_create(open_finance_item("00000000000")))

    page = consents.consents_list(item.id)

    assert page.total == 1
    [listed] = page.results
    assert listed.item_id == item.id
    assert listed.products == item.products
    assert "ACCOUNTS_BALANCES" in listed.open_finance_permissions_granted
    assert (listed.expires_at, listed.revoked_at) == (None, None)
    assert consents.consent_retrieve(listed.id) == listed


def test_other_connections_have_none(consents: pluggy_sdk.ConsentApi, connect: Connect, settled: Settled) -> None:
    assert consents.consents_list(settled(connect("user-ok")).id).results == []


def test_an_unknown_consent_is_not_found(consents: pluggy_sdk.ConsentApi) -> None:
    with pytest.raises(NotFoundException) as raised:
        consents.consent_retrieve("9a7b6c5d-0000-4000-8000-00000000ffff")
    assert raised.value.data.code_description == "CONSENT_NOT_FOUND"
