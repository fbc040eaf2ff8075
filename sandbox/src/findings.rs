use crate::account::Kind;
use crate::step::Collected;
use crate::user;

/// The default number of transactions of an account.
const TRANSACTIONS: u32 = 20;

/// The data that one execution finds at the institution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Findings {
    pub(crate) checking_accounts: u32,
    pub(crate) credit_cards: u32,
    /// The number of transactions in a new account.
    pub(crate) transactions: u32,
}

impl Findings {
    /// Returns the findings for a user, limited to the collected products.
    pub(crate) fn of(user: &str, products: &[&str], collected: Collected) -> Self {
        let if_wanted = |product, count| {
            if products.contains(&product) {
                count
            } else {
                0
            }
        };
        let checking_accounts = user::checking_accounts(user);
        let (checking_accounts, factor) = match collected {
            Collected::All { transaction_factor } => (checking_accounts, transaction_factor),
            Collected::AllWithWarning => (checking_accounts, 1),
            Collected::Part => (0, 1),
        };
        Self {
            checking_accounts: if_wanted("ACCOUNTS", checking_accounts),
            credit_cards: if_wanted("CREDIT_CARDS", 1),
            transactions: if_wanted("TRANSACTIONS", TRANSACTIONS.saturating_mul(factor)),
        }
    }

    /// Returns the accounts, each with a number that is unique among its kind.
    pub(crate) fn accounts(self) -> impl Iterator<Item = (Kind, u32)> {
        let of = |kind, count| (0..count).map(move |index| (kind, index));
        of(Kind::Checking, self.checking_accounts).chain(of(Kind::CreditCard, self.credit_cards))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_found_that_is_not_among_the_products() {
        let all = Collected::All {
            transaction_factor: 3,
        };

        for (products, checking_accounts, credit_cards, transactions) in [
            (vec!["ACCOUNTS", "CREDIT_CARDS", "TRANSACTIONS"], 1, 1, 60),
            (vec!["ACCOUNTS"], 1, 0, 0),
            (vec!["CREDIT_CARDS", "TRANSACTIONS"], 0, 1, 60),
            (vec!["INVESTMENTS"], 0, 0, 0),
        ] {
            let findings = Findings::of("user-ok", &products, all);

            let expected = Findings {
                checking_accounts,
                credit_cards,
                transactions,
            };
            assert_eq!(findings, expected, "{products:?}");
        }
    }
}
