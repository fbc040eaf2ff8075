import pluggy_sdk
import pytest
from pluggy_sdk.exceptions import BadRequestException, NotFoundException

URL = "https://hooks.example.com/python"


@pytest.fixture
def webhooks(application: pluggy_sdk.ApiClient) -> pluggy_sdk.WebhookApi:
    return pluggy_sdk.WebhookApi(application)


def test_a_webhook_goes_from_its_creation_to_its_deletion(webhooks: pluggy_sdk.WebhookApi) -> None:
    request = pluggy_sdk.CreateWebhook(
        url=URL, event=pluggy_sdk.WebhookEventType.ALL, headers={"X-Webhook-Secret": "secret"}
    )

    answer = webhooks.webhooks_create_with_http_info(request)
    created = answer.data
    assert answer.status_code == 201
    assert created.headers == {"X-Webhook-Secret": "secret"}

    assert created in webhooks.webhooks_list().results
    assert webhooks.webhooks_retrieve(created.id) == created

    change = pluggy_sdk.UpdateWebhook(event=pluggy_sdk.WebhookEventType.ITEM_SLASH_ERROR, enabled=False)
    changed = webhooks.webhooks_update(created.id, update_webhook=change)
    assert changed.event == pluggy_sdk.WebhookEventType.ITEM_SLASH_ERROR
    assert changed.disabled_at is not None
    assert changed.headers == created.headers

    assert webhooks.webhooks_delete(created.id).count == 1
    with pytest.raises(NotFoundException) as raised:
        webhooks.webhooks_retrieve(created.id)
    assert raised.value.data.code_description == "WEBHOOK_NOT_FOUND"


def test_every_event_can_be_listened_to(webhooks: pluggy_sdk.WebhookApi) -> None:
    for event in pluggy_sdk.WebhookEventType:
        created = webhooks.webhooks_create(pluggy_sdk.CreateWebhook(url=URL, event=event))
        webhooks.webhooks_delete(created.id)


def test_the_same_webhook_twice_is_refused(webhooks: pluggy_sdk.WebhookApi) -> None:
    request = pluggy_sdk.CreateWebhook(url=URL, event=pluggy_sdk.WebhookEventType.BOLETO_SLASH_UPDATED)
    created = webhooks.webhooks_create(request)

    with pytest.raises(BadRequestException) as raised:
        webhooks.webhooks_create(request)

    assert raised.value.data.code == 400
    webhooks.webhooks_delete(created.id)
