import pluggy_sdk
import pytest
from pluggy_sdk.exceptions import NotFoundException


@pytest.fixture
def connectors(application: pluggy_sdk.ApiClient) -> pluggy_sdk.ConnectorApi:
    return pluggy_sdk.ConnectorApi(application)


def test_connectors_are_listed_and_filtered(connectors: pluggy_sdk.ConnectorApi) -> None:
    live = connectors.connectors_list()
    others = connectors.connectors_list(sandbox=True, types=["BUSINESS_BANK", "INVESTMENT"], countries=["BR"])

    assert live.total == len(live.results) > 0
    assert not any(connector.is_sandbox for connector in live.results)
    assert {connector.type for connector in others.results} == {"BUSINESS_BANK", "INVESTMENT"}


def test_every_connector_can_be_shown_with_health_details(connectors: pluggy_sdk.ConnectorApi) -> None:
    page = connectors.connectors_list(sandbox=True, health_details=True)

    for listed in page.results:
        shown = connectors.connector_retrieve(listed.id)
        assert shown.credentials == listed.credentials
        assert listed.health.details.connections_last6_hours == 0


def test_parameters_are_validated(connectors: pluggy_sdk.ConnectorApi) -> None:
    answer = connectors.connectors_validate(4, {"user": "user-ok", "token": "123456"})

    assert [error.parameter for error in answer.errors] == ["password"]


def test_an_unknown_connector_is_not_found(connectors: pluggy_sdk.ConnectorApi) -> None:
    with pytest.raises(NotFoundException):
        connectors.connector_retrieve(999)
