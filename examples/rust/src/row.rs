//! The rows of the table: transactions, deleted transactions, and applied events.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use pluggy::{AccountId, ItemId, Transaction, TransactionId};

use crate::event::EventId;

/// The retention of events and deleted transactions, longer than any delay.
const MEMORY: SignedDuration = SignedDuration::from_hours(60 * 24);

pub(crate) const PARTITION_KEY: &str = "pk";
pub(crate) const SORT_KEY: &str = "sk";
const ACCOUNT_ID: &str = "accountId";
const AMOUNT: &str = "amount";
const DATE: &str = "date";
const DELETED: &str = "deleted";
const DESCRIPTION: &str = "description";
const DETAIL_TYPE: &str = "detailType";
const EXPIRES_AT: &str = "expiresAt";
pub(crate) const ITEM_ID: &str = "itemId";
const FETCHED_AT: &str = "fetchedAt";
const STATUS: &str = "status";
const TRANSACTIONS: &str = "transactions";

/// A row, or its key.
pub(crate) type Row = HashMap<String, AttributeValue>;

/// An event that was applied.
#[derive(Clone, Copy, Debug)]
pub struct Applied<'a> {
    /// The event.
    pub event_id: &'a EventId,
    /// The event's type.
    pub detail_type: &'a str,
    /// The account of the event.
    pub account_id: AccountId,
    /// The number of transactions in the event.
    pub transactions: usize,
}

/// Returns the row of a transaction of an account, as Pluggy had it at `fetched_at`. Fields that Pluggy omits have no
/// attribute.
pub(crate) fn of_transaction(
    account_id: AccountId,
    transaction: &Transaction,
    item_id: ItemId,
    fetched_at: Timestamp,
) -> Row {
    let mut row = transaction_key(account_id, transaction.id);
    row.insert(FETCHED_AT.to_owned(), time(fetched_at));
    let texts = [
        // Always with three decimals, as in Pluggy's JSON.
        (DATE, transaction.date.map(|date| format!("{date:.3}"))),
        // The original digits: a float would round them.
        (AMOUNT, transaction.amount.as_ref().map(ToString::to_string)),
        (DESCRIPTION, transaction.description.clone()),
        (STATUS, transaction.status.as_ref().map(ToString::to_string)),
        (ITEM_ID, Some(item_id.to_string())),
    ];
    let texts = texts
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), text(value?))));
    row.extend(texts);
    row
}

/// Returns the marker of a deleted transaction. An older response that contains the transaction may still be on its way
/// to the table.
pub(crate) fn of_deleted(account_id: AccountId, id: TransactionId, now: Timestamp) -> Row {
    let mut row = transaction_key(account_id, id);
    row.insert(DELETED.to_owned(), AttributeValue::Bool(true));
    row.insert(FETCHED_AT.to_owned(), time(now));
    row.insert(EXPIRES_AT.to_owned(), expiry(now));
    row
}

pub(crate) fn of_event(event: &Applied<'_>, now: Timestamp) -> Row {
    let mut row = event_key(event.event_id);
    row.insert(DETAIL_TYPE.to_owned(), text(event.detail_type));
    row.insert(ACCOUNT_ID.to_owned(), text(event.account_id.to_string()));
    row.insert(TRANSACTIONS.to_owned(), number(event.transactions));
    row.insert(EXPIRES_AT.to_owned(), expiry(now));
    row
}

pub(crate) fn event_key(id: &EventId) -> Row {
    let key = format!("EVENT#{id}");
    of_keys(key.clone(), key)
}

/// Returns the marker of an item whose user was erased.
pub(crate) fn of_erased(item_id: ItemId, now: Timestamp) -> Row {
    let mut row = erased_key(item_id);
    row.insert(EXPIRES_AT.to_owned(), expiry(now));
    row
}

pub(crate) fn erased_key(item_id: ItemId) -> Row {
    let key = format!("ERASED#{item_id}");
    of_keys(key.clone(), key)
}

fn transaction_key(account_id: AccountId, id: TransactionId) -> Row {
    of_keys(format!("ACCOUNT#{account_id}"), format!("TRANSACTION#{id}"))
}

fn of_keys(partition: String, sort: String) -> Row {
    Row::from([
        (PARTITION_KEY.to_owned(), text(partition)),
        (SORT_KEY.to_owned(), text(sort)),
    ])
}

/// Returns a time in epoch milliseconds, so that conditions can compare times.
pub(crate) fn time(value: Timestamp) -> AttributeValue {
    number(value.as_millisecond())
}

/// Returns the expiry in epoch seconds, as DynamoDB requires it.
fn expiry(now: Timestamp) -> AttributeValue {
    let expires_at = now.saturating_add(MEMORY).unwrap_or(Timestamp::MAX);
    number(expires_at.as_second())
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: &[(&str, AttributeValue)]) {
        let transaction: Transaction = serde_json::from_str(json).unwrap();
        let item_id = "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap();
        let account_id = "aaaa6c5d-0000-4000-8000-000000000002".parse().unwrap();
        let fetched_at = "2026-11-23T12:00:00.123Z".parse().unwrap();

        let row = of_transaction(account_id, &transaction, item_id, fetched_at);

        let always = [
            ("pk", text("ACCOUNT#aaaa6c5d-0000-4000-8000-000000000002")),
            (
                "sk",
                text("TRANSACTION#bbbb6c5d-0000-4000-8000-000000000004"),
            ),
            ("itemId", text("9a7b6c5d-0000-4000-8000-000000000001")),
            ("fetchedAt", number(1_795_435_200_123_i64)),
        ];
        let expected = always.iter().chain(expected);
        let expected: Row = expected
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        assert_eq!(row, expected);
    }

    #[test]
    fn an_amount_keeps_its_digits_and_a_date_its_decimals() {
        check(
            r#"{"id":"bbbb6c5d-0000-4000-8000-000000000004","accountId":"aaaa6c5d-0000-4000-8000-000000000002",
                "date":"2026-02-12T15:00:01.000Z","amount":-90071992547409931.10,"description":"Padaria","status":"POSTED"}"#,
            &[
                ("date", text("2026-02-12T15:00:01.000Z")),
                ("amount", text("-90071992547409931.10")),
                ("description", text("Padaria")),
                ("status", text("POSTED")),
            ],
        );
    }

    #[test]
    fn fields_that_pluggy_omits_have_no_attribute() {
        check(
            r#"{"id":"BBBB6C5D-0000-4000-8000-000000000004","accountId":"aaaa6c5d-0000-4000-8000-000000000002",
                "date":null,"amount":"12","status":"SCHEDULED"}"#,
            &[("status", text("SCHEDULED"))],
        );
    }

    #[test]
    fn a_deleted_transaction_keeps_nothing_of_a_person() {
        let account_id = "aaaa6c5d-0000-4000-8000-000000000002".parse().unwrap();
        let id = "bbbb6c5d-0000-4000-8000-000000000004".parse().unwrap();

        let row = of_deleted(account_id, id, "2026-11-23T12:00:00Z".parse().unwrap());

        let mut names: Vec<_> = row.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["deleted", "expiresAt", "fetchedAt", "pk", "sk"]);
        assert_eq!(row[EXPIRES_AT], number(1_795_435_200 + 60 * 24 * 60 * 60));
    }
}
