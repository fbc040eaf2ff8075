import urllib.parse
from collections.abc import Callable, Iterator

import pluggy_sdk
import pytest
from conftest import Connect
from pluggy_sdk.exceptions import BadRequestException, NotFoundException

Settled = Callable[[pluggy_sdk.Item], pluggy_sdk.Item]

UNKNOWN = "9a7b6c5d-0000-4000-8000-00000000ffff"
# Thirty times the usual 20 transactions, which is more than the 500 of a page.
BUSY_USER = "user-ok-perf-30"
EVERYTHING = 600


@pytest.fixture
def accounts(application: pluggy_sdk.ApiClient) -> pluggy_sdk.AccountApi:
    return pluggy_sdk.AccountApi(application)


@pytest.fixture
def transactions(application: pluggy_sdk.ApiClient) -> pluggy_sdk.TransactionApi:
    return pluggy_sdk.TransactionApi(application)


@pytest.fixture
def account_id(accounts: pluggy_sdk.AccountApi, connect: Connect, settled: Settled) -> str:
    """A bank account with much on it."""
    item = settled(connect(BUSY_USER))
    return accounts.accounts_list(item.id, type="BANK").results[0].id


def pages(
    transactions: pluggy_sdk.TransactionApi, account_id: str, **filters: object
) -> Iterator[list[pluggy_sdk.Transaction]]:
    """All pages, each validated by the model."""
    page = transactions.transactions_list_by_cursor(account_id, **filters)
    yield page.results
    while page.next:
        [after] = urllib.parse.parse_qs(page.next.removeprefix("?"))["after"]
        page = transactions.transactions_list_by_cursor(account_id, after=after, **filters)
        yield page.results


def test_an_item_has_a_bank_account_and_a_card(
    accounts: pluggy_sdk.AccountApi, connect: Connect, settled: Settled
) -> None:
    item = settled(connect("user-ok"))

    page = accounts.accounts_list(item.id)

    bank, card = page.results
    assert page.total == 2
    assert (bank.type, card.type) == ("BANK", "CREDIT")
    assert bank.bank_data.closing_balance == bank.balance
    assert card.credit_data.status == "ACTIVE"
    for account in (bank, card):
        assert (str(account.item_id), account.owner, account.tax_number) == (item.id, None, None)
        assert accounts.accounts_retrieve(account.id) == account


def test_an_unknown_account_is_not_found(accounts: pluggy_sdk.AccountApi) -> None:
    with pytest.raises(NotFoundException) as raised:
        accounts.accounts_retrieve(UNKNOWN)
    assert raised.value.data.code_description == "ACCOUNT_NOT_FOUND"


def test_transactions_are_read_page_by_page(transactions: pluggy_sdk.TransactionApi, account_id: str) -> None:
    found = list(pages(transactions, account_id))

    assert [len(page) for page in found] == [500, 100]
    everything = [transaction for page in found for transaction in page]
    assert len({transaction.id for transaction in everything}) == EVERYTHING
    dates = [transaction.var_date for transaction in everything]
    assert dates == sorted(dates, reverse=True)


def test_transactions_are_filtered(transactions: pluggy_sdk.TransactionApi, account_id: str) -> None:
    everything = [transaction for page in pages(transactions, account_id) for transaction in page]
    newest, oldest = everything[20].var_date, everything[560].var_date
    some = [transaction.id for transaction in everything[3:6]]

    between = [
        transaction
        for page in pages(transactions, account_id, date_from=oldest, date_to=newest)
        for transaction in page
    ]
    [chosen] = pages(transactions, account_id, ids=some)
    since_creation = pages(transactions, account_id, created_at_from=everything[0].created_at)

    assert between == [transaction for transaction in everything if oldest <= transaction.var_date <= newest]
    assert 500 < len(between) < EVERYTHING
    assert [transaction.id for transaction in chosen] == some
    assert sum(map(len, since_creation)) == EVERYTHING


def test_a_query_that_makes_no_sense_is_refused(transactions: pluggy_sdk.TransactionApi, account_id: str) -> None:
    with pytest.raises(BadRequestException) as raised:
        transactions.transactions_list_by_cursor(account_id, ids=[UNKNOWN] * 501)
    assert raised.value.data.code_description == "IDS_PARAMETER_EXCEEDS_MAX_LENGTH"
