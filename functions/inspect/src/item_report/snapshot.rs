//! Report of Pluggy's last response about an item.

use std::collections::BTreeMap;

use jiff::Timestamp;
use pluggy::{Connector, ItemError, ProductStatus};
use serde::Serialize;
use store::Snapshot;

/// Pluggy's last response about an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotReport {
    /// Status of the item.
    pub status: Option<String>,
    /// Status of its current or last execution.
    pub execution_status: Option<String>,
    /// Why the last execution failed.
    pub error: Option<ErrorLine>,
    /// The bank.
    pub connector: Option<ConnectorLine>,
    /// State of each product.
    pub products: BTreeMap<String, ProductLine>,
    /// Our clock when the request was sent.
    pub fetched_at: Timestamp,
    /// When the record changed at Pluggy. This is the version of the row.
    pub updated_at: Option<Timestamp>,
    /// When Pluggy last updated the item from the bank.
    pub last_updated_at: Option<Timestamp>,
    /// When Pluggy updates the item next by itself.
    pub next_auto_sync_at: Option<Timestamp>,
    /// When the consent ends.
    pub consent_expires_at: Option<Timestamp>,
    /// Whether another holder must approve at the bank.
    pub has_resources_pending_authorization: Option<bool>,
}

/// Error of an execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorLine {
    /// Machine code.
    pub code: Option<String>,
    /// For developers, in English.
    pub message: Option<String>,
    /// The bank's own text for the user.
    pub provider_message: Option<String>,
}

/// A bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorLine {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: Option<String>,
    /// Its health when the item was fetched.
    pub health: Option<String>,
}

/// State of one product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductLine {
    /// Whether the last execution collected it.
    pub is_updated: Option<bool>,
    /// When it was collected last.
    pub last_updated_at: Option<Timestamp>,
    /// Codes of what went wrong or could be better.
    pub warnings: Vec<String>,
}

impl SnapshotReport {
    pub(super) fn new(snapshot: &Snapshot) -> Self {
        let item = &snapshot.item;
        let products = item.status_detail.iter().flatten();
        Self {
            status: item.status.present().map(str::to_owned),
            execution_status: item.execution_status.present().map(str::to_owned),
            error: item.error.as_ref().map(ErrorLine::new),
            connector: item.connector.as_ref().map(ConnectorLine::new),
            products: products
                .filter_map(|(name, product)| {
                    Some((name.clone(), ProductLine::new(product.as_ref()?)))
                })
                .collect(),
            fetched_at: snapshot.fetched_at,
            updated_at: item.updated_at,
            last_updated_at: item.last_updated_at,
            next_auto_sync_at: item.next_auto_sync_at,
            consent_expires_at: item.consent_expires_at,
            has_resources_pending_authorization: item.has_resources_pending_authorization,
        }
    }
}

impl ErrorLine {
    fn new(error: &ItemError) -> Self {
        Self {
            code: error.code.as_ref().map(|code| code.as_str().to_owned()),
            message: error.message.as_deref().map(without_addresses),
            provider_message: error.provider_message.as_deref().map(without_addresses),
        }
    }
}

impl ConnectorLine {
    fn new(connector: &Connector) -> Self {
        let health = connector.health.as_ref();
        let status = health.and_then(|health| health.status.as_ref());
        Self {
            id: connector.id,
            name: connector.name.clone(),
            health: status.map(|status| status.as_str().to_owned()),
        }
    }
}

impl ProductLine {
    fn new(product: &ProductStatus) -> Self {
        let warnings = product.warnings.iter().flatten();
        Self {
            is_updated: product.is_updated,
            last_updated_at: product.last_updated_at,
            warnings: warnings
                .filter_map(|warning| warning.code.clone())
                .collect(),
        }
    }
}

/// Returns the text without addresses: one may be a login link.
fn without_addresses(text: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace);
    words
        .map(|word| match word.split_once("://") {
            Some((before, _)) => {
                let is_of_scheme =
                    |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
                let before = before.trim_end_matches(is_of_scheme);
                let after = &word[word.trim_end().len()..];
                format!("{before}(address left out){after}")
            }
            None => word.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_error_has_no_address() {
        for (text, expected) in [
            ("Senha incorreta", "Senha incorreta"),
            (
                "Acesse https://bank.example.com/login?token=x\te tente",
                "Acesse (address left out)\te tente",
            ),
            ("veja:HTTP://bank.example.com", "veja:(address left out)"),
            (
                "(itau-app://oauth?code=x) e https://a.b\n",
                "((address left out) e (address left out)\n",
            ),
            ("opções: 1://", "opções: (address left out)"),
        ] {
            let error = json!({"message": text, "providerMessage": text});

            let line = ErrorLine::new(&serde_json::from_value(error).unwrap());

            assert_eq!(line.message.as_deref(), Some(expected));
            assert_eq!(line.provider_message.as_deref(), Some(expected));
        }
    }
}
