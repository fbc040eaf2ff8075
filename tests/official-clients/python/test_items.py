import json
import time
from collections.abc import Callable

import pluggy_sdk
import pydantic
import pytest
from conftest import PATIENCE_SECONDS, POLL_SECONDS, Connect, create_item, open_finance_item
from pluggy_sdk.exceptions import BadRequestException, ForbiddenException, NotFoundException

Settled = Callable[[pluggy_sdk.Item], pluggy_sdk.Item]


def test_an_item_goes_from_its_creation_to_its_deletion(
    items: pluggy_sdk.ItemsApi, connect: Connect, settled: Settled
) -> None:
    created = connect("user-ok", client_user_id="usr_01J9X")
    assert created.status == "UPDATING"

    item = settled(created)
    assert (item.status, item.execution_status) == ("UPDATED", "SUCCESS")
    assert item.next_auto_sync_at > item.last_updated_at

    assert items.items_update(item.id).status == "UPDATING"
    settled(items.items_retrieve(item.id))
    assert items.items_disable_autosync(item.id).next_auto_sync_at is None

    assert items.items_delete(item.id).count == 1
    with pytest.raises(NotFoundException) as raised:
        items.items_retrieve(item.id)
    assert raised.value.data.code_description == "ITEM_NOT_FOUND"


@pytest.mark.parametrize(
    ("user", "status", "execution_status"),
    [
        ("user-ok-account-error", "UPDATED", "PARTIAL_SUCCESS"),
        ("user-ok-account-warning", "UPDATED", "SUCCESS"),
        ("user-ok-perf-3", "UPDATED", "SUCCESS"),
        ("user-ok-auth-pending", "OUTDATED", "USER_AUTHORIZATION_PENDING"),
        ("user-ok-img", "WAITING_USER_INPUT", "WAITING_USER_INPUT"),
        ("user-ok-select", "WAITING_USER_INPUT", "WAITING_USER_INPUT"),
        ("user-locked", "LOGIN_ERROR", "ACCOUNT_LOCKED"),
        ("user-logged", "OUTDATED", "ALREADY_LOGGED_IN"),
        ("user-account-need-actions-provider-message", "OUTDATED", "ACCOUNT_NEEDS_ACTION"),
        ("nobody", "LOGIN_ERROR", "INVALID_CREDENTIALS"),
    ],
)
def test_each_sandbox_user_ends_in_an_item_of_the_documented_form(
    connect: Connect, settled: Settled, user: str, status: str, execution_status: str
) -> None:
    item = settled(connect(user))

    assert (item.status, item.execution_status) == (status, execution_status)


@pytest.mark.parametrize(("answer", "execution_status"), [("123456", "SUCCESS"), ("000000", "INVALID_CREDENTIALS_MFA")])
def test_a_two_step_login_depends_on_the_answer(
    items: pluggy_sdk.ItemsApi, connect: Connect, settled: Settled, answer: str, execution_status: str
) -> None:
    waiting = settled(connect("user-ok", connector_id=5))

    answered = items.items_send_mfa(waiting.id, {waiting.parameter.name: answer})

    assert answered.parameter is None
    assert settled(answered).execution_status == execution_status


def test_an_open_finance_login_is_input_of_a_type_that_the_models_do_not_know(
    items: pluggy_sdk.ItemsApi, settled: Settled
) -> None:
    waiting = settled(items.items_create(open_finance_item("99999999999")))
    assert (waiting.status, waiting.parameter, waiting.user_action) == ("WAITING_USER_INPUT", None, None)
    assert waiting.connector.oauth

    deadline = time.monotonic() + PATIENCE_SECONDS
    with pytest.raises(pydantic.ValidationError, match="ConnectorCredential"):
        while time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            items.items_retrieve(waiting.id)


def test_missing_parameters_are_named(items: pluggy_sdk.ItemsApi) -> None:
    request = pluggy_sdk.CreateItem(connector_id=2, parameters=pluggy_sdk.CreateItemParameters({"user": "user-ok"}))

    with pytest.raises(BadRequestException) as raised:
        items.items_create(request)

    assert [detail.parameter for detail in raised.value.data.details] == ["password"]


def test_a_duplicate_is_refused_where_that_is_wanted(items: pluggy_sdk.ItemsApi, connect: Connect) -> None:
    first = connect("user-ok-multi-company")

    with pytest.raises(BadRequestException) as raised:
        connect("user-ok-multi-company", avoid_duplicates=True)

    assert raised.value.data.code_description == "ITEM_USER_ALREADY_EXISTS"
    assert first.id in json.loads(raised.value.body)["items"]


def test_the_list_of_items_has_to_be_in_the_contract(items: pluggy_sdk.ItemsApi) -> None:
    with pytest.raises(ForbiddenException):
        items.items_list_by_cursor()


def test_an_unknown_connector_is_not_found(items: pluggy_sdk.ItemsApi) -> None:
    with pytest.raises(NotFoundException):
        items.items_create(create_item("user-ok", connector_id=999))
