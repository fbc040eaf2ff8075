use std::collections::BTreeSet;

use serde::Serialize;
use uuid::Uuid;

use crate::clock::Moment;
use crate::item::Item;
use crate::product;

/// A user's consent at the bank, as `GET /consents/{id}` shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Consent {
    pub(crate) id: Uuid,
    item_id: Uuid,
    products: Vec<&'static str>,
    open_finance_permissions_granted: BTreeSet<&'static str>,
    created_at: Moment,
    expires_at: Option<Moment>,
    revoked_at: Option<Moment>,
}

impl Consent {
    /// Returns whether the consent has ended, so that the bank returns no more data.
    pub(crate) fn has_ended(&self, now: Moment) -> bool {
        self.revoked_at.is_some() || self.expires_at.is_some_and(|end| end <= now)
    }

    /// Revokes the consent.
    pub(crate) fn revoke(&mut self, now: Moment) {
        self.revoked_at.get_or_insert(now);
    }

    /// Returns the consent that a login gives: without an end, for everything that the item collects. Only Open Finance
    /// has one.
    pub(crate) fn to(item: &Item, now: Moment) -> Option<Self> {
        item.connector.is_open_finance.then(|| Self {
            id: Uuid::new_v4(),
            item_id: item.id,
            products: item.products.clone(),
            open_finance_permissions_granted: product::named(&item.products)
                .flat_map(|product| product.permissions)
                .copied()
                .collect(),
            created_at: now,
            expires_at: item.consent_expires_at,
            revoked_at: None,
        })
    }
}
