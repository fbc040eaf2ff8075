//! Freshness and known problems of each product.

use std::collections::BTreeMap;

use jiff::Timestamp;
use pluggy::{ExecutionStatus, Item, ProductStatus, ProductType, Warning};
use serde::Serialize;

#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProductView<'a> {
    is_updated: Option<bool>,
    last_updated_at: Option<Timestamp>,
    warnings: Vec<WarningView<'a>>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct WarningView<'a> {
    code: Option<&'a str>,
    message: Option<&'a str>,
    provider_message: Option<&'a str>,
}

/// Pluggy's sources spell one key in two ways. Frontends always receive this one.
const INVESTMENTS_TRANSACTIONS: &str = "investmentsTransactions";

/// Returns the item's products, by the keys of `statusDetail`. Pluggy omits `statusDetail` when an execution
/// collected everything without warnings; then every product is as fresh as the item. Products that were not
/// requested are left out.
pub(super) fn products(item: &Item) -> BTreeMap<String, ProductView<'_>> {
    let detail = item.status_detail.iter().flatten();
    let mut products: BTreeMap<String, ProductView<'_>> = detail
        .filter_map(|(name, status)| Some((key(name), ProductView::new(status.as_ref()?))))
        .collect();
    if item.execution_status == ExecutionStatus::Success {
        let reported: Vec<String> = item
            .status_detail
            .iter()
            .flat_map(|detail| detail.keys().map(|name| key(name)))
            .collect();
        let requested = item
            .products
            .iter()
            .flatten()
            .map(|product| key(&camel_case(product)));
        for name in requested.filter(|name| !reported.contains(name)) {
            let fresh = ProductView {
                is_updated: Some(true),
                last_updated_at: item.last_updated_at,
                warnings: Vec::new(),
            };
            products.insert(name, fresh);
        }
    }
    products
}

fn key(name: &str) -> String {
    match name {
        "investmentTransactions" => INVESTMENTS_TRANSACTIONS.to_owned(),
        _ => name.to_owned(),
    }
}

/// Returns the key in `statusDetail`: `CREDIT_CARDS` is `creditCards`.
fn camel_case(product: &ProductType) -> String {
    let mut words = product.as_str().split('_').map(str::to_ascii_lowercase);
    let mut key = words.next().unwrap_or_default();
    for word in words {
        let mut letters = word.chars();
        key.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        key.push_str(letters.as_str());
    }
    key
}

impl<'a> ProductView<'a> {
    /// Whether a warning has a text of the bank.
    pub(super) fn has_bank_text(&self) -> bool {
        let mut warnings = self.warnings.iter();
        warnings.any(|warning| warning.provider_message.is_some())
    }

    fn new(status: &'a ProductStatus) -> Self {
        let warnings = status.warnings.iter().flatten();
        Self {
            is_updated: status.is_updated,
            last_updated_at: status.last_updated_at,
            warnings: warnings.map(WarningView::new).collect(),
        }
    }
}

impl<'a> WarningView<'a> {
    fn new(warning: &'a Warning) -> Self {
        Self {
            code: warning.code.as_deref(),
            message: warning.message.as_deref(),
            provider_message: warning.provider_message.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn check(fields: Value, expected: Value) {
        let mut item = json!({
            "id": "9a7b6c5d-0000-4000-8000-000000000001", "status": "UPDATED",
            "executionStatus": "SUCCESS", "lastUpdatedAt": "2026-11-23T12:00:00Z",
        });
        item.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let item: Item = serde_json::from_value(item).unwrap();

        assert_eq!(serde_json::to_value(products(&item)).unwrap(), expected);
    }

    #[test]
    fn what_was_collected_without_a_word_is_as_fresh_as_the_item() {
        let fresh =
            json!({"isUpdated": true, "lastUpdatedAt": "2026-11-23T12:00:00Z", "warnings": []});

        check(
            json!({"products": ["ACCOUNTS", "INVESTMENTS_TRANSACTIONS", "SOMETHING_NEW"]}),
            json!({"accounts": fresh, "investmentsTransactions": fresh, "somethingNew": fresh}),
        );
    }

    #[test]
    fn what_pluggy_says_of_a_product_is_shown_in_its_own_words() {
        let stale = json!({
            "isUpdated": false, "lastUpdatedAt": null,
            "warnings": [{"code": "001", "message": "m", "providerMessage": "p"}],
        });

        check(
            json!({
                "executionStatus": "PARTIAL_SUCCESS", "products": ["ACCOUNTS", "LOANS"],
                "statusDetail": {"investmentTransactions": stale, "loans": null},
            }),
            json!({"investmentsTransactions": stale}),
        );
    }

    #[test]
    fn what_pluggy_says_was_not_asked_for_is_not_shown_as_fresh() {
        check(
            json!({"products": ["LOANS"], "statusDetail": {"loans": null}}),
            json!({}),
        );
    }

    #[test]
    fn nothing_is_claimed_of_products_while_an_execution_runs_or_after_it_failed() {
        for execution_status in ["LOGIN_IN_PROGRESS", "CONNECTION_ERROR", "PARTIAL_SUCCESS"] {
            check(
                json!({"executionStatus": execution_status, "products": ["ACCOUNTS"]}),
                json!({}),
            );
        }
    }
}
