//! Bus events of an item: changes of its connection.

use connection::{ActionKind, Assessment, Availability, Language, Phase, assess, message};
use jiff::Timestamp;
use pluggy::{ClientUserId, Connector, ConnectorId, ExecutionStatus, ItemId};
use runtime::bus::SCHEMA_VERSION;
use serde::Serialize;
use store::{RowState, StoredItem};

use crate::detail_type;
use crate::entry::Entry;
use crate::event_id;

/// The change to publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// The phase has changed.
    Phase(Phase),
    /// The phase is the same, but the reason is another, the data is newer, or the owner is another.
    Changed,
    /// The item was deleted.
    Deleted,
}

/// The `detail`, as docs/reference/events/item.v1.schema.json describes it. It contains no text of the bank, which may
/// be personal.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail<'a> {
    schema_version: u32,
    id: &'a str,
    item_id: ItemId,
    owner: Option<&'a ClientUserId>,
    phase: Option<Phase>,
    previous_phase: Option<Phase>,
    observed_at: Timestamp,
    next_action: Option<NextAction>,
    connector: Option<ConnectorSummary<'a>>,
    status: Option<&'a str>,
    execution_status: Option<&'a str>,
    error_code: Option<&'a str>,
    created_at: Timestamp,
    last_updated_at: Option<Timestamp>,
    consent_expires_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct NextAction {
    kind: ActionKind,
    reason: &'static str,
    messages: Messages,
    expires_at: Option<Timestamp>,
}

/// Message to the user, by language.
#[derive(Debug, Serialize)]
struct Messages {
    pt: &'static str,
    en: &'static str,
}

#[derive(Debug, Serialize)]
pub(crate) struct ConnectorSummary<'a> {
    id: ConnectorId,
    name: Option<&'a str>,
}

/// Returns the entry for a change from one image of the row to the next, or `None` if the change is not
/// published.
pub(crate) fn entry(before: Option<&StoredItem>, after: &StoredItem) -> Option<Entry> {
    let news = news(before, after)?;
    // Only the image before a tombstone contains the owner.
    let owner = match news {
        News::Deleted => before.and_then(StoredItem::user),
        News::Phase(_) | News::Changed => after.user(),
    };
    let previous_phase = before.and_then(assessment).map(Assessment::phase);
    Some(bus_entry(news, owner, previous_phase, after))
}

/// Returns the entry for the item's present state, independent of earlier entries. Returns `None` if the item
/// is not published yet.
pub(crate) fn present(item: &StoredItem) -> Option<Entry> {
    if item.is_erased() {
        return None;
    }
    let news = if item.is_tombstone() {
        News::Deleted
    } else {
        News::Phase(assessment(item)?.phase())
    };
    Some(bus_entry(news, item.user(), None, item))
}

fn news(before: Option<&StoredItem>, after: &StoredItem) -> Option<News> {
    // `user.erased` has the item.
    if after.is_erased() {
        return None;
    }
    if after.is_tombstone() {
        // A tombstone replaces a row, so an unreadable image before it was an item too.
        let is_news = before.is_none_or(is_live_and_confirmed);
        return is_news.then_some(News::Deleted);
    }
    let previous = before.and_then(assessment);
    let present = assessment(after)?;
    match (before, previous) {
        (Some(before), Some(previous)) if previous.phase() == present.phase() => {
            let is_news = previous.reason != present.reason || is_changed(before, after);
            is_news.then_some(News::Changed)
        }
        _ => Some(News::Phase(present.phase())),
    }
}

/// Whether Pluggy has reported the item, and it is not deleted.
fn is_live_and_confirmed(item: &StoredItem) -> bool {
    !item.is_tombstone() && !item.is_unconfirmed()
}

fn is_changed(before: &StoredItem, after: &StoredItem) -> bool {
    let has_new_owner = after.owner().is_some() && after.user() != before.user();
    has_new_owner || last_updated_at(after) > last_updated_at(before)
}

fn last_updated_at(item: &StoredItem) -> Option<Timestamp> {
    item.snapshot()?.item.last_updated_at
}

/// Returns the assessment of the item at its last fetch. The time of the fetch is used, not the current time,
/// so that an image always has the same phase. A change caused by time alone appears with the fetch that it
/// makes due. Returns `None` for a deleted item. Of the placeholders, returns it only for those that an event of
/// Pluggy confirms: not for one that only an operator or our own schedule has named, and not for one whose event
/// reports the deletion.
fn assessment(item: &StoredItem) -> Option<Assessment> {
    match &item.state {
        RowState::Placeholder { .. } => {
            let is_connecting = !item.is_unconfirmed() && !item.is_deleted_placeholder();
            is_connecting.then_some(Assessment::NOT_FETCHED)
        }
        RowState::Fetched { snapshot, .. } => Some(assess(
            &snapshot.item,
            Availability::Available,
            snapshot.fetched_at,
        )),
        RowState::Tombstone { .. } => None,
    }
}

/// Returns when the item was observed in the state of its row.
fn observed_at(item: &StoredItem) -> Timestamp {
    match &item.state {
        RowState::Placeholder { .. } => item.created_at,
        RowState::Fetched { snapshot, .. } => snapshot.fetched_at,
        RowState::Tombstone { deleted_at, .. } => *deleted_at,
    }
}

fn bus_entry(
    news: News,
    owner: Option<&ClientUserId>,
    previous_phase: Option<Phase>,
    after: &StoredItem,
) -> Entry {
    let (detail_type, observed_at) = (detail_type::item(news), observed_at(after));
    let id = event_id::of_item(&detail_type, observed_at, after);
    let snapshot = after.snapshot();
    let item = snapshot.map(|snapshot| &snapshot.item);
    let assessment = assessment(after);
    let detail = Detail {
        schema_version: SCHEMA_VERSION,
        id: &id,
        item_id: after.item_id,
        owner,
        phase: assessment.map(Assessment::phase),
        previous_phase,
        observed_at,
        next_action: assessment.map(NextAction::new),
        connector: connector(after),
        status: item.and_then(|item| item.status.present()),
        execution_status: item.and_then(|item| item.execution_status.present()),
        error_code: item
            .and_then(|item| item.error.as_ref()?.code.as_ref())
            .map(ExecutionStatus::as_str),
        created_at: after.created_at,
        last_updated_at: item.and_then(|item| item.last_updated_at),
        consent_expires_at: item.and_then(|item| item.consent_expires_at),
    };
    Entry::new(&id, detail_type, observed_at, &detail)
}

/// Returns the item's institution, where it is known.
pub(crate) fn connector(item: &StoredItem) -> Option<ConnectorSummary<'_>> {
    let connector = item.snapshot()?.item.connector.as_ref()?;
    Some(ConnectorSummary::new(connector))
}

impl NextAction {
    fn new(assessment: Assessment) -> Self {
        Self {
            kind: assessment.action(),
            reason: assessment.reason.code(),
            messages: Messages {
                pt: message(assessment.reason, Language::Portuguese),
                en: message(assessment.reason, Language::English),
            },
            expires_at: assessment.expires_at,
        }
    }
}

impl<'a> ConnectorSummary<'a> {
    fn new(connector: &'a Connector) -> Self {
        Self {
            id: connector.id,
            name: connector.name.as_deref(),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
