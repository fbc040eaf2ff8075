use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::account::Summary;
use crate::clock::Moment;
use crate::money::Cents;
use crate::seed::Seed;

/// A transaction as `GET /v2/transactions` shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Transaction {
    pub(crate) id: Uuid,
    account_id: Uuid,
    pub(crate) date: Moment,
    description: &'static str,
    description_raw: &'static str,
    currency_code: &'static str,
    amount: Cents,
    amount_in_account_currency: Option<Cents>,
    #[serde(rename = "type")]
    direction: &'static str,
    /// The balance after the transaction, which not every bank reports.
    balance: Option<Cents>,
    status: &'static str,
    category: &'static str,
    category_id: &'static str,
    provider_code: Option<&'static str>,
    provider_id: Option<&'static str>,
    operation_type: Option<&'static str>,
    operation_type_additional_info: Option<&'static str>,
    payment_data: Option<Value>,
    credit_card_metadata: Option<Value>,
    merchant: Option<Value>,
    order: u32,
    pub(crate) created_at: Moment,
    updated_at: Moment,
}

/// The default time until a bank settles a transaction.
const SETTLING_TIME: Duration = Duration::from_hours(24);

/// A recurring kind of transaction.
struct Pattern {
    description: &'static str,
    raw: &'static str,
    category: &'static str,
    category_id: &'static str,
    is_income: bool,
}

const PATTERNS: [Pattern; 4] = [
    Pattern {
        description: "Supermercado",
        raw: "COMPRA SUPERMERCADO",
        category: "Groceries",
        category_id: "10000000",
        is_income: false,
    },
    Pattern {
        description: "Transferência recebida",
        raw: "TRANSF RECEBIDA",
        category: "Transfers",
        category_id: "05000000",
        is_income: true,
    },
    Pattern {
        description: "Farmácia",
        raw: "COMPRA FARMACIA",
        category: "Pharmacy",
        category_id: "18000000",
        is_income: false,
    },
    Pattern {
        description: "Assinatura de vídeo",
        raw: "ASSINATURA VIDEO",
        category: "Digital services",
        category_id: "09000000",
        is_income: false,
    },
];

impl Transaction {
    /// Returns the transaction with this number in its account. It happened `age` before it was found.
    pub(crate) fn new(account: &Summary, number: u32, age: Duration, now: Moment) -> Self {
        let seed = Seed::new(account.id, "transaction", number);
        let [first, others @ ..] = &PATTERNS;
        let pattern = others
            .get(usize::from(seed.number) % PATTERNS.len())
            .unwrap_or(first);
        Self {
            id: seed.id,
            account_id: account.id,
            date: now.minus(age),
            description: pattern.description,
            description_raw: pattern.raw,
            currency_code: "BRL",
            amount: amount(account, pattern, seed),
            amount_in_account_currency: None,
            direction: if pattern.is_income { "CREDIT" } else { "DEBIT" },
            balance: None,
            status: if age < SETTLING_TIME {
                "PENDING"
            } else {
                "POSTED"
            },
            category: pattern.category,
            category_id: pattern.category_id,
            provider_code: None,
            provider_id: None,
            operation_type: None,
            operation_type_additional_info: None,
            payment_data: None,
            credit_card_metadata: None,
            merchant: None,
            order: number,
            created_at: now,
            updated_at: now,
        }
    }

    /// Settles the transaction, for a cent more than announced.
    pub(crate) fn settle(&mut self, now: Moment) {
        let Cents(amount) = self.amount;
        self.amount = Cents(amount + amount.signum());
        self.status = "POSTED";
        self.updated_at = now;
    }

    /// Returns the transaction's place in the list, which begins with the newest.
    pub(crate) fn place(&self) -> Place {
        Place {
            date: std::cmp::Reverse(self.date),
            id: self.id,
        }
    }
}

/// A place in the list of an account's transactions. It stays valid when other transactions are added or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) date: std::cmp::Reverse<Moment>,
    pub(crate) id: Uuid,
}

/// Returns the amount. Spending from a bank account is negative. A purchase on a card is due, and positive.
fn amount(account: &Summary, pattern: &Pattern, seed: Seed) -> Cents {
    let cents = i32::from(seed.number) + 1;
    let is_card = account.category == "CREDIT";
    Cents(if pattern.is_income == is_card {
        -cents
    } else {
        cents
    })
}
