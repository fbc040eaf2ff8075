use serde::Serialize;
use uuid::Uuid;

use crate::clock::Moment;
use crate::money::Cents;
use crate::seed::Seed;

/// An account as `GET /accounts/{id}` shows it. Owner and tax number stay empty.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Account {
    #[serde(flatten)]
    pub(crate) summary: Summary,
    marketing_name: Option<&'static str>,
    owner: Option<&'static str>,
    tax_number: Option<&'static str>,
    bank_data: Option<BankData>,
    credit_data: Option<CreditData>,
    created_at: Moment,
    pub(crate) updated_at: Moment,
}

/// The fields of an account that a connect token may see.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary {
    pub(crate) id: Uuid,
    item_id: Uuid,
    #[serde(rename = "type")]
    pub(crate) category: &'static str,
    subtype: &'static str,
    number: String,
    balance: Cents,
    name: &'static str,
    currency_code: &'static str,
}

/// The kinds of accounts that a connection has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Checking,
    CreditCard,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BankData {
    transfer_number: String,
    closing_balance: Cents,
    automatically_invested_balance: Option<Cents>,
    overdraft_contracted_limit: Cents,
    overdraft_used_limit: Cents,
    unarranged_overdraft_amount: Option<Cents>,
    has_reserved_balance: bool,
    reserved_balances: Option<Vec<Cents>>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CreditData {
    level: &'static str,
    brand: &'static str,
    balance_close_date: Option<Moment>,
    balance_due_date: Option<Moment>,
    available_credit_limit: Cents,
    balance_foreign_currency: Option<Cents>,
    minimum_payment: Cents,
    credit_limit: Cents,
    is_limit_flexible: bool,
    status: &'static str,
    holder_type: &'static str,
}

impl Account {
    /// Returns one of an item's accounts. `index` distinguishes accounts of the same kind.
    pub(crate) fn new(item_id: Uuid, kind: Kind, index: u32, now: Moment) -> Self {
        let seed = Seed::new(item_id, kind.name(), index);
        Self {
            marketing_name: None,
            owner: None,
            tax_number: None,
            bank_data: kind.bank_data(seed),
            credit_data: kind.credit_data(seed),
            created_at: now,
            updated_at: now,
            summary: Summary {
                id: seed.id,
                item_id,
                category: kind.category(),
                subtype: kind.subtype(),
                number: kind.number(seed),
                balance: Cents(i32::from(seed.number) * 10 + 1),
                name: kind.name(),
                currency_code: "BRL",
            },
        }
    }
}

impl Kind {
    fn category(self) -> &'static str {
        match self {
            Self::Checking => "BANK",
            Self::CreditCard => "CREDIT",
        }
    }

    fn subtype(self) -> &'static str {
        match self {
            Self::Checking => "CHECKING_ACCOUNT",
            Self::CreditCard => "CREDIT_CARD",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Checking => "Conta Corrente",
            Self::CreditCard => "Cartão de Crédito",
        }
    }

    /// Returns the account number; a card's shows only the last four digits.
    fn number(self, seed: Seed) -> String {
        match self {
            Self::Checking => format!("0001/{:06}-0", seed.number),
            Self::CreditCard => format!("{:04}", seed.number % 10_000),
        }
    }

    fn bank_data(self, seed: Seed) -> Option<BankData> {
        (self == Self::Checking).then(|| BankData {
            transfer_number: format!("000/0001/{:06}-0", seed.number),
            closing_balance: Cents(i32::from(seed.number) * 10 + 1),
            automatically_invested_balance: None,
            overdraft_contracted_limit: Cents(100_000),
            overdraft_used_limit: Cents(0),
            unarranged_overdraft_amount: None,
            has_reserved_balance: false,
            reserved_balances: None,
        })
    }

    fn credit_data(self, seed: Seed) -> Option<CreditData> {
        let limit = 1_000_000;
        (self == Self::CreditCard).then(|| CreditData {
            level: "GOLD",
            brand: "MASTERCARD",
            balance_close_date: None,
            balance_due_date: None,
            available_credit_limit: Cents(limit - i32::from(seed.number) * 10 - 1),
            balance_foreign_currency: None,
            minimum_payment: Cents(i32::from(seed.number)),
            credit_limit: Cents(limit),
            is_limit_flexible: false,
            status: "ACTIVE",
            holder_type: "MAIN",
        })
    }
}
