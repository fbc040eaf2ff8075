//! Transactions of an account.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::open_enum::open_enum;
use super::{AccountId, Amount, TransactionId, tolerant};

/// A transaction as `GET /v2/transactions` returns it. Only `id` is required. Any other field of an
/// unexpected shape counts as absent.
///
/// It may change or be deleted (`transactions/updated`, `transactions/deleted`). Its id never changes.
///
/// ```
/// use pluggy::{Transaction, TransactionType};
///
/// let transaction: Transaction = pluggy::parse(
///     br#"{"id":"bbbb6c5d-0000-4000-8000-000000000004","accountId":"aaaa6c5d-0000-4000-8000-000000000002",
///         "type":"DEBIT","amount":-10.50}"#,
/// )?;
/// assert_eq!(transaction.kind, Some(TransactionType::Debit));
/// assert_eq!(transaction.amount.unwrap().as_str(), "-10.50");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Source: <https://docs.pluggy.ai/reference/transactions-list-by-cursor>.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::exact", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    /// The transaction.
    pub id: TransactionId,
    /// The account of the transaction.
    pub account_id: Option<AccountId>,
    /// Date of the transaction. A scheduled payment has a date in the future.
    pub date: Option<Timestamp>,
    /// Description, made readable by Pluggy.
    pub description: Option<String>,
    /// Description of the bank.
    pub description_raw: Option<String>,
    /// Direction of the money, from the holder's point of view.
    #[serde(rename = "type")]
    pub kind: Option<TransactionType>,
    /// Amount of the transaction.
    pub amount: Option<Amount>,
    /// Amount in the account's currency, if the transaction has another one.
    pub amount_in_account_currency: Option<Amount>,
    /// ISO 4217 code of the amount.
    pub currency_code: Option<String>,
    /// Balance of the account after the transaction.
    pub balance: Option<Amount>,
    /// Whether the bank has settled it.
    pub status: Option<TransactionStatus>,
    /// Category assigned by Pluggy.
    pub category: Option<String>,
    /// Id of the category.
    pub category_id: Option<String>,
    /// The bank's code of the transaction; not unique.
    pub provider_code: Option<String>,
    /// The bank's id of the transaction (Open Finance).
    pub provider_id: Option<String>,
    /// The bank's type of operation (Open Finance).
    pub operation_type: Option<String>,
    /// The bank's text about the type of operation (Open Finance).
    pub operation_type_additional_info: Option<String>,
    /// When Pluggy found it. `createdAtFrom` filters by it.
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Option<Timestamp>,
}

/// Prints the ids only. A transaction's personal data stays out of logs.
impl fmt::Debug for Transaction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut transaction = formatter.debug_struct("Transaction");
        transaction.field("id", &self.id).finish_non_exhaustive()
    }
}

open_enum! {
    /// Direction of the money.
    pub enum TransactionType {
        /// Money left the account.
        Debit = "DEBIT",
        /// Money entered the account.
        Credit = "CREDIT",
    }
}

open_enum! {
    /// Settlement status of a transaction.
    pub enum TransactionStatus {
        /// It may still change or be dropped.
        Pending = "PENDING",
        /// It is settled.
        Posted = "POSTED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_about_a_person_shows_in_debug_output() {
        let transaction: Transaction = serde_json::from_str(
            r#"{"id":"bbbb6c5d-0000-4000-8000-000000000004","accountId":"aaaa6c5d-0000-4000-8000-000000000002",
                "description":"Farmácia","amount":-10.50}"#,
        )
        .unwrap();

        let text = format!("{transaction:?}");

        assert!(text.contains("bbbb6c5d"), "{text}");
        assert!(!text.contains("Farm") && !text.contains("10.5"), "{text}");
    }
}
