//! Bus events of an item's consent: it expires soon, or it has expired.

use connection::ConsentStage;
use jiff::Timestamp;
use pluggy::{ClientUserId, ItemId};
use runtime::bus::SCHEMA_VERSION;
use serde::Serialize;
use store::StoredItem;

use crate::detail_type;
use crate::entry::Entry;
use crate::event_id;
use crate::item::{ConnectorSummary, connector};

/// The `detail`, as docs/reference/events/consent.v1.schema.json describes it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail<'a> {
    schema_version: u32,
    id: &'a str,
    item_id: ItemId,
    owner: Option<&'a ClientUserId>,
    days_ahead: u8,
    consent_expires_at: Timestamp,
    observed_at: Timestamp,
    connector: Option<ConnectorSummary<'a>>,
}

/// The stage of a consent at the last fetch of its item. Like a phase, it does not depend on the current time.
struct Consent {
    stage: ConsentStage,
    expires_at: Timestamp,
    observed_at: Timestamp,
}

/// Returns the entry for a change from one image of the row to the next. Returns `None` unless the consent is at a
/// later stage than before. A consent that was renewed is at an earlier one, so only the next stage of the new
/// consent is published.
pub(crate) fn entry(before: Option<&StoredItem>, after: &StoredItem) -> Option<Entry> {
    let consent = Consent::of(after)?;
    let before = before.and_then(Consent::of);
    let is_later = before.is_none_or(|before| before.stage < consent.stage);
    is_later.then(|| bus_entry(&consent, after))
}

/// Returns the entry for the present stage, independent of earlier entries.
pub(crate) fn present(item: &StoredItem) -> Option<Entry> {
    Some(bus_entry(&Consent::of(item)?, item))
}

impl Consent {
    fn of(item: &StoredItem) -> Option<Self> {
        let snapshot = item.snapshot()?;
        let expires_at = snapshot.item.consent_expires_at?;
        Some(Self {
            stage: ConsentStage::at(expires_at, snapshot.fetched_at)?,
            expires_at,
            observed_at: snapshot.fetched_at,
        })
    }
}

fn bus_entry(consent: &Consent, item: &StoredItem) -> Entry {
    let Consent {
        stage,
        expires_at,
        observed_at,
    } = *consent;
    let id = event_id::of_consent(item.item_id, stage, expires_at);
    let detail = Detail {
        schema_version: SCHEMA_VERSION,
        id: &id,
        item_id: item.item_id,
        owner: item.user(),
        days_ahead: stage.days(),
        consent_expires_at: expires_at,
        observed_at,
        connector: connector(item),
    };
    Entry::new(&id, detail_type::consent(stage), observed_at, &detail)
}

#[cfg(test)]
mod tests;
