//! The products of an institution, in the order in which Pluggy collects them.

/// One product with its names in the four places where Pluggy names it.
#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) name: &'static str,
    pub(crate) execution_status: &'static str,
    pub(crate) detail: &'static str,
    /// The permissions that a user grants at an Open Finance bank.
    pub(crate) permissions: &'static [&'static str],
}

/// Every key of `statusDetail`; one that was not collected is null.
pub(crate) const DETAILS: [&str; 9] = [
    "accounts",
    "creditCards",
    "transactions",
    "investments",
    "identity",
    "investmentsTransactions",
    "paymentData",
    "loans",
    "accountStatements",
];

pub(crate) static PRODUCTS: [Product; 8] = [
    Product {
        name: "ACCOUNTS",
        execution_status: "ACCOUNTS_IN_PROGRESS",
        detail: "accounts",
        permissions: &["ACCOUNTS_LIST", "ACCOUNTS_BALANCES", "ACCOUNTS_LIMITS"],
    },
    Product {
        name: "CREDIT_CARDS",
        execution_status: "CREDITCARDS_IN_PROGRESS",
        detail: "creditCards",
        permissions: &[
            "CREDIT_CARDS_LIST",
            "CREDIT_CARDS_LIMITS",
            "CREDIT_CARDS_BILLS",
        ],
    },
    Product {
        name: "TRANSACTIONS",
        execution_status: "TRANSACTIONS_IN_PROGRESS",
        detail: "transactions",
        permissions: &["ACCOUNTS_TRANSACTIONS", "CREDIT_CARDS_TRANSACTIONS"],
    },
    Product {
        name: "INVESTMENTS",
        execution_status: "INVESTMENTS_IN_PROGRESS",
        detail: "investments",
        permissions: &["INVESTMENTS_ALL"],
    },
    Product {
        name: "INVESTMENTS_TRANSACTIONS",
        execution_status: "INVESTMENTS_TRANSACTIONS_IN_PROGRESS",
        detail: "investmentsTransactions",
        permissions: &["INVESTMENTS_ALL"],
    },
    Product {
        name: "PAYMENT_DATA",
        execution_status: "PAYMENT_DATA_IN_PROGRESS",
        detail: "paymentData",
        permissions: &["ACCOUNTS_LIST"],
    },
    Product {
        name: "LOANS",
        execution_status: "LOANS_IN_PROGRESS",
        detail: "loans",
        permissions: &["CREDIT_OPERATIONS_ALL"],
    },
    Product {
        name: "IDENTITY",
        execution_status: "IDENTITY_IN_PROGRESS",
        detail: "identity",
        permissions: &["REGISTRATION_ALL"],
    },
];

/// Returns the products with these names, in the order of collection.
pub(crate) fn named(names: &[&str]) -> impl Iterator<Item = &'static Product> {
    PRODUCTS
        .iter()
        .filter(move |product| names.contains(&product.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_has_a_key_of_its_own_in_the_status_detail() {
        for product in &PRODUCTS {
            assert!(DETAILS.contains(&product.detail), "{}", product.name);
        }
    }
}
