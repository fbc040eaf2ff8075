//! Transactions: what happened on an account.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::open_enum::open_enum;
use super::{AccountId, Amount, TransactionId, tolerant};

/// A transaction as `GET /v2/transactions` gives it. Only the ids are promised: any other field of
/// an unexpected shape counts as absent.
///
/// It may change and disappear (`transactions/updated`, `transactions/deleted`); its id stays.
///
/// ```
/// use pluggy::{Transaction, TransactionType};
///
/// let transaction: Transaction = serde_json::from_str(
///     r#"{"id":"bbbb6c5d-0000-4000-8000-000000000004","accountId":"aaaa6c5d-0000-4000-8000-000000000002",
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
    /// The account that it happened on.
    pub account_id: AccountId,
    /// When it happened; a scheduled payment has a date in the future.
    pub date: Option<Timestamp>,
    /// What it was, made readable.
    pub description: Option<String>,
    /// What it was, in the bank's words.
    pub description_raw: Option<String>,
    /// Whether money came or went, from the holder's point of view.
    #[serde(rename = "type")]
    pub kind: Option<TransactionType>,
    /// How much.
    pub amount: Option<Amount>,
    /// How much in the account's currency, where it happened in another one.
    pub amount_in_account_currency: Option<Amount>,
    /// ISO 4217 code of the amount.
    pub currency_code: Option<String>,
    /// What there was in the account after it.
    pub balance: Option<Amount>,
    /// Whether the bank has settled it.
    pub status: Option<TransactionStatus>,
    /// What it was for, by Pluggy's reckoning.
    pub category: Option<String>,
    /// The same, as an id.
    pub category_id: Option<String>,
    /// The bank's code of it; not unique.
    pub provider_code: Option<String>,
    /// The bank's id of it (Open Finance).
    pub provider_id: Option<String>,
    /// What kind of operation the bank says it was (Open Finance).
    pub operation_type: Option<String>,
    /// More about that, in the bank's words (Open Finance).
    pub operation_type_additional_info: Option<String>,
    /// When Pluggy found it; what `createdAtFrom` selects by.
    pub created_at: Option<Timestamp>,
    /// When it changed last.
    pub updated_at: Option<Timestamp>,
}

/// What a transaction says about a person stays out of logs.
impl fmt::Debug for Transaction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut transaction = formatter.debug_struct("Transaction");
        transaction.field("id", &self.id).finish_non_exhaustive()
    }
}

open_enum! {
    /// Whether money came or went.
    pub enum TransactionType {
        /// It went.
        Debit = "DEBIT",
        /// It came.
        Credit = "CREDIT",
    }
}

open_enum! {
    /// Whether a transaction is settled.
    pub enum TransactionStatus {
        /// It may still change, or not happen.
        Pending = "PENDING",
        /// It is.
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
