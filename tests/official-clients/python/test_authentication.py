import os

import pluggy_sdk
import pytest
from conftest import authenticate, client, create_item
from pluggy_sdk.exceptions import ForbiddenException, NotFoundException, UnauthorizedException

UNKNOWN = "5b0f6c5e-1c1e-4c2b-9d4e-6a1b2c3d4e5f"


def test_a_wrong_secret_is_refused() -> None:
    with pytest.raises(UnauthorizedException) as raised:
        authenticate("wrong")

    assert raised.value.data.code_description == "CLIENT_KEYS_UNAUTHORIZED"


def test_a_bad_key_is_forbidden_without_a_code_description() -> None:
    with client("not a key") as intruder, pytest.raises(ForbiddenException) as raised:
        pluggy_sdk.ItemsApi(intruder).items_retrieve(UNKNOWN)

    assert "codeDescription" not in raised.value.body


def test_a_connect_token_connects_for_its_user_and_sees_that_item_only(application: pluggy_sdk.ApiClient) -> None:
    options = pluggy_sdk.ItemOptions(client_user_id="usr_01J9X")
    request = pluggy_sdk.ConnectTokenRequest(options=options)
    token = pluggy_sdk.AuthApi(application).connect_token_create(connect_token_request=request).access_token

    with client(token) as widget:
        item = pluggy_sdk.ItemsApi(widget).items_create(create_item("user-ok"))
        seen = pluggy_sdk.ItemsApi(widget).items_retrieve(item.id)
        with pytest.raises(ForbiddenException):
            pluggy_sdk.WebhookApi(widget).webhooks_list()

    assert seen.id == item.id


def test_a_connect_token_for_an_unknown_item_is_refused(application: pluggy_sdk.ApiClient) -> None:
    request = pluggy_sdk.ConnectTokenRequest(item_id=UNKNOWN)

    with pytest.raises(NotFoundException) as raised:
        pluggy_sdk.AuthApi(application).connect_token_create(connect_token_request=request)

    assert raised.value.data.code_description == "ITEM_NOT_FOUND"


def test_the_client_id_is_checked_too() -> None:
    request = pluggy_sdk.AuthRequest(client_id=UNKNOWN, client_secret=os.environ["PLUGGY_CLIENT_SECRET"])

    with client() as anonymous, pytest.raises(UnauthorizedException):
        pluggy_sdk.AuthApi(anonymous).auth_create(request)
