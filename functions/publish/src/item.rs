//! What is told of an item: where its connection stands, when that has changed.

use connection::{ActionKind, Assessment, Availability, Language, Phase, assess, message};
use jiff::Timestamp;
use pluggy::{ClientUserId, Connector, ConnectorId, ExecutionStatus, ItemId};
use serde::Serialize;
use store::{Snapshot, StoredItem};

use crate::entry::{Entry, SCHEMA_VERSION};
use crate::fact_id::fact_id;

/// What there is to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum News {
    /// It stands elsewhere than before.
    Phase(Phase),
    /// It stands where it stood, but its data are newer, or its owner is known now.
    Changed,
    /// It is gone.
    Deleted,
}

/// The `detail`, as docs/events/item.v1.schema.json describes it. Nothing of the bank's own words:
/// they may hold what is personal.
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
    messages: Messages,
    expires_at: Option<Timestamp>,
}

/// What to tell the user, by language.
#[derive(Debug, Serialize)]
struct Messages {
    pt: &'static str,
    en: &'static str,
}

#[derive(Debug, Serialize)]
struct ConnectorSummary<'a> {
    id: ConnectorId,
    name: Option<&'a str>,
}

/// The entry that tells of a change from one image of the row to the next, if it is one that
/// anybody is told of.
pub(crate) fn entry(before: Option<&StoredItem>, after: &StoredItem) -> Option<Entry> {
    let news = news(before, after)?;
    // Only the image before a tombstone names an owner.
    let owner = match news {
        News::Deleted => before.and_then(|before| before.owner.as_ref()),
        News::Phase(_) | News::Changed => after.owner.as_ref(),
    };
    let previous_phase = before.and_then(standing).map(Assessment::phase);
    Some(telling(news, owner, previous_phase, after))
}

/// The entry that tells how an item stands, whatever was told of it before; none if nobody is to
/// know of it yet.
pub(crate) fn present(item: &StoredItem) -> Option<Entry> {
    let news = if item.deleted_at.is_some() {
        News::Deleted
    } else {
        News::Phase(standing(item)?.phase())
    };
    Some(telling(news, item.owner.as_ref(), None, item))
}

fn news(before: Option<&StoredItem>, after: &StoredItem) -> Option<News> {
    let stood = before.and_then(standing);
    if after.deleted_at.is_some() {
        // A tombstone takes the place of a row: one that cannot be read was there all the same.
        let is_news = before.is_none() || stood.is_some();
        return is_news.then_some(News::Deleted);
    }
    let phase = standing(after)?.phase();
    match (before, stood) {
        (Some(before), Some(stood)) if stood.phase() == phase => {
            is_updated(before, after).then_some(News::Changed)
        }
        _ => Some(News::Phase(phase)),
    }
}

fn is_updated(before: &StoredItem, after: &StoredItem) -> bool {
    let has_new_owner = after.owner.is_some() && after.owner != before.owner;
    has_new_owner || last_updated_at(after) > last_updated_at(before)
}

fn last_updated_at(item: &StoredItem) -> Option<Timestamp> {
    item.snapshot.as_ref()?.item.last_updated_at
}

/// Where an item stood when it was last looked at. The time of the look decides, and not the
/// present, so that each image has one phase whenever it is judged, and what time alone changes
/// shows with the look that it makes due. None for an item that is gone, or of which only an
/// operator has spoken.
fn standing(item: &StoredItem) -> Option<Assessment> {
    if item.deleted_at.is_some() {
        return None;
    }
    match &item.snapshot {
        Some(snapshot) => Some(assess(
            &snapshot.item,
            Availability::Available,
            snapshot.fetched_at,
        )),
        None => (!item.is_unconfirmed).then_some(Assessment::NOT_READ),
    }
}

/// When the item was seen to be as its row says.
fn observed_at(item: &StoredItem) -> Timestamp {
    let fetched_at = item.snapshot.as_ref().map(|snapshot| snapshot.fetched_at);
    item.deleted_at.or(fetched_at).unwrap_or(item.created_at)
}

fn telling(
    news: News,
    owner: Option<&ClientUserId>,
    previous_phase: Option<Phase>,
    after: &StoredItem,
) -> Entry {
    let (detail_type, observed_at) = (detail_type(news), observed_at(after));
    let id = id(&detail_type, observed_at, after);
    let snapshot = after.snapshot.as_ref();
    let item = snapshot.map(|snapshot| &snapshot.item);
    let standing = standing(after);
    let detail = Detail {
        schema_version: SCHEMA_VERSION,
        id: &id,
        item_id: after.item_id,
        owner,
        phase: standing.map(Assessment::phase),
        previous_phase,
        observed_at,
        next_action: standing.map(NextAction::new),
        connector: item
            .and_then(|item| item.connector.as_ref())
            .map(ConnectorSummary::new),
        status: item.map(|item| item.status.as_str()),
        execution_status: item.map(|item| item.execution_status.as_str()),
        error_code: item
            .and_then(|item| item.error.as_ref()?.code.as_ref())
            .map(ExecutionStatus::as_str),
        created_at: after.created_at,
        last_updated_at: item.and_then(|item| item.last_updated_at),
        consent_expires_at: item.and_then(|item| item.consent_expires_at),
    };
    Entry::new(&id, detail_type, observed_at, &detail)
}

fn detail_type(news: News) -> String {
    match news {
        News::Phase(phase) => format!("item.{}", phase.as_str()),
        News::Changed => "item.changed".to_owned(),
        News::Deleted => "item.deleted".to_owned(),
    }
}

/// Made of the image alone, not of the one before: who tells it again has only the row.
fn id(detail_type: &str, observed_at: Timestamp, item: &StoredItem) -> String {
    let version = item.snapshot.as_ref().and_then(Snapshot::version);
    let version = version.map_or_else(String::new, |version| version.to_string());
    fact_id(&[
        "item",
        &item.item_id.to_string(),
        detail_type,
        &observed_at.to_string(),
        &version,
        item.owner.as_ref().map_or("", ClientUserId::as_str),
    ])
}

impl NextAction {
    fn new(standing: Assessment) -> Self {
        Self {
            kind: standing.action(),
            messages: Messages {
                pt: message(standing.reason, Language::Portuguese),
                en: message(standing.reason, Language::English),
            },
            expires_at: standing.expires_at,
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
mod tests;
