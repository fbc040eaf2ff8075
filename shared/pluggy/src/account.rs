//! Accounts: bank accounts and credit cards.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::open_enum::open_enum;
use super::{AccountId, Amount, ItemId, tolerant};

/// An account as `GET /accounts/{id}` returns it. Only `id` is required. Any other field of an unexpected
/// shape counts as absent.
///
/// The owner's name and tax number are not deserialized, so they cannot leak.
///
/// ```
/// use pluggy::{Account, AccountType};
///
/// let account: Account = pluggy::parse(
///     br#"{"id":"aaaa6c5d-0000-4000-8000-000000000002","itemId":"9a7b6c5d-0000-4000-8000-000000000001",
///         "type":"BANK","balance":120950.10}"#,
/// )?;
/// assert_eq!(account.kind, Some(AccountType::Bank));
/// assert_eq!(account.balance.unwrap().as_str(), "120950.10");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Source: <https://docs.pluggy.ai/reference/accounts-retrieve>.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::exact", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// The account.
    pub id: AccountId,
    /// The item through which it was found.
    pub item_id: Option<ItemId>,
    /// Type of the account.
    #[serde(rename = "type")]
    pub kind: Option<AccountType>,
    /// Subtype of the account.
    pub subtype: Option<AccountSubtype>,
    /// The bank's account number; for a card, the last four digits.
    pub number: Option<String>,
    /// Name of the account.
    pub name: Option<String>,
    /// The bank's product name.
    pub marketing_name: Option<String>,
    /// Balance of a bank account, or debt of a card.
    pub balance: Option<Amount>,
    /// ISO 4217 code of all amounts of the account.
    pub currency_code: Option<String>,
    /// Fields of bank accounts only.
    pub bank_data: Option<BankData>,
    /// Fields of cards only.
    pub credit_data: Option<CreditData>,
    /// When Pluggy first found it.
    pub created_at: Option<Timestamp>,
    /// When it was last collected.
    pub updated_at: Option<Timestamp>,
}

/// Fields of bank accounts.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::exact", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BankData {
    /// The balance including transactions that are not posted yet.
    pub closing_balance: Option<Amount>,
    /// Amount that the bank invests automatically.
    pub automatically_invested_balance: Option<Amount>,
    /// Agreed overdraft limit.
    pub overdraft_contracted_limit: Option<Amount>,
    /// Used part of the agreed overdraft.
    pub overdraft_used_limit: Option<Amount>,
    /// Overdraft beyond the agreed limit.
    pub unarranged_overdraft_amount: Option<Amount>,
    /// Whether part of the balance is reserved.
    pub has_reserved_balance: Option<bool>,
}

/// Fields of cards.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::exact", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreditData {
    /// Level of the card, such as Gold.
    pub level: Option<String>,
    /// Brand of the card, such as Visa.
    pub brand: Option<String>,
    /// When the bill is closed: a day or a moment, as received.
    pub balance_close_date: Option<String>,
    /// When the bill is due: a day or a moment, as received.
    pub balance_due_date: Option<String>,
    /// Remaining credit.
    pub available_credit_limit: Option<Amount>,
    /// The amount due, in US dollars.
    pub balance_foreign_currency: Option<Amount>,
    /// Minimum payment.
    pub minimum_payment: Option<Amount>,
    /// Credit limit.
    pub credit_limit: Option<Amount>,
    /// Whether the credit limit can be changed.
    pub is_limit_flexible: Option<bool>,
    /// `ACTIVE`, `BLOCKED` or `CANCELLED`.
    pub status: Option<String>,
    /// `MAIN` or `ADDITIONAL`.
    pub holder_type: Option<String>,
}

/// Prints the ids only. An account's personal data stays out of logs.
impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut account = formatter.debug_struct("Account");
        account.field("id", &self.id).finish_non_exhaustive()
    }
}

open_enum! {
    /// Type of an account.
    pub enum AccountType {
        /// A bank account, with [`BankData`].
        Bank = "BANK",
        /// A credit card, with [`CreditData`].
        Credit = "CREDIT",
    }
}

open_enum! {
    /// Subtype of an account.
    pub enum AccountSubtype {
        /// A savings account.
        SavingsAccount = "SAVINGS_ACCOUNT",
        /// A checking account.
        CheckingAccount = "CHECKING_ACCOUNT",
        /// A credit card.
        CreditCard = "CREDIT_CARD",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: &str = r#""id":"aaaa6c5d-0000-4000-8000-000000000002","itemId":"9a7b6c5d-0000-4000-8000-000000000001""#;

    fn account(fields: &str) -> Account {
        serde_json::from_str(&format!("{{{IDS},{fields}}}")).unwrap()
    }

    #[test]
    fn amounts_are_exact_at_every_depth() {
        let account =
            account(r#""balance":90071992547409931.10,"bankData":{"closingBalance":0.10}"#);

        let closing_balance = account.bank_data.unwrap().closing_balance;
        assert_eq!(account.balance.unwrap().as_str(), "90071992547409931.10");
        assert_eq!(closing_balance.unwrap().as_str(), "0.10");
    }

    #[test]
    fn a_field_of_an_unexpected_shape_does_not_hide_the_others() {
        let account = account(
            r#""type":1,"name":"Conta","balance":"10","createdAt":"soon","bankData":"none",
                "creditData":{"level":1,"brand":"VISA"}"#,
        );

        assert_eq!(account.name.as_deref(), Some("Conta"));
        assert_eq!(
            (account.kind, account.balance, account.bank_data),
            (None, None, None)
        );
        assert_eq!(account.credit_data.unwrap().brand.as_deref(), Some("VISA"));
        assert_eq!(account.created_at, None);
    }

    #[test]
    fn nothing_about_a_person_shows_in_debug_output() {
        let account = account(r#""number":"0001/123","name":"Conta","balance":10"#);

        let text = format!("{account:?}");

        assert!(text.contains("aaaa6c5d"), "{text}");
        for personal in ["0001", "Conta", "10"] {
            assert!(
                !text.replace(&account.id.to_string(), "").contains(personal),
                "{text}"
            );
        }
    }
}
