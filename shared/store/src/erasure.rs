//! Progress of an erasure: a row of `LimitTable`, which has no backup and no stream. It names the user by the digest alone,
//! and has each item with its state. A row holds about 8,000 items.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::attributes::{Reader, Row, document, number, required, text, time};
use super::error::unavailable;
use super::schema::{ERASURE_PREFIX, EXPIRES_AT, PARTITION_KEY, SCHEMA, VERSION};
use super::update::{Update, outcome};
use super::{Erasures, Error, MARKER_RETENTION, ScanCursor, UserHmac, Write};
use pluggy::ItemId;

const STARTED_AT: &str = "startedAt";
const MARKED_AT: &str = "markedAt";
const REQUESTED_AT: &str = "requestedAt";
const FINAL_AT: &str = "finalAt";
const STAGE: &str = "erasureStage";
const ITEMS: &str = "erasedItems";
const PASS: &str = "refusalPass";
const IS_PUBLISHED: &str = "isPublished";
const HAVE_ROWS_ARRIVED: &str = "haveRowsArrived";
pub(super) const SEARCH_CURSOR: &str = "searchCursor";
const COUNTS: &str = "erasedCounts";
const REVISION: &str = "revision";

/// The attributes that are JSON documents.
pub(super) const DOCUMENTS: [&str; 2] = [SEARCH_CURSOR, COUNTS];

/// Condition that the erasure was started and has not been lifted, so that no write makes a row of its own.
const STARTED: &str = "attribute_exists(startedAt)";
const CHANGE_ITEM: &str = "change an item of the erasure";

/// The next stage of an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErasureStage {
    /// Marks the user.
    Marker,
    /// Deletes the user's items at Pluggy, and their data here.
    Items,
    /// Searches the events for what names the user, and removes the bodies.
    Bodies,
    /// Puts `user.erased` on the bus.
    Announcement,
    /// Waits for late arrivals.
    Requested,
    /// Looks for what has arrived, and tries what Pluggy has refused.
    Arrivals,
    /// Deletes the rows of the events.
    Rows,
    /// Is done.
    Final,
}

/// Progress of an erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// The user.
    pub user: UserHmac,
    /// When it started.
    pub started_at: Timestamp,
    /// When the user was marked, if that has been done since it began, or began again.
    pub marked_at: Option<Timestamp>,
    /// What it does next.
    pub stage: ErasureStage,
    /// When the first part ended, if it has.
    pub requested_at: Option<Timestamp>,
    /// When the second part ended, if it has.
    pub final_at: Option<Timestamp>,
    /// The items that were found, with their states. They are stored by [`Erasures::put_item`].
    pub items: BTreeMap<ItemId, ErasedItem>,
    /// Number of the present pass over the items that Pluggy has refused.
    pub pass: u32,
    /// Whether `user.erased` is on a bus.
    pub is_published: bool,
    /// Whether the present search of the rows has found one that arrived after the first part.
    pub have_rows_arrived: bool,
    /// Where the search of the events continues.
    pub cursor: Option<ScanCursor>,
    /// Counts of erased data.
    pub counts: ErasureCounts,
    revision: u32,
}

/// State of an item in an erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErasedItem {
    /// An event has named the user. Pluggy has confirmed nothing yet.
    Found,
    /// It is the user's, and Pluggy has not deleted it yet.
    Theirs,
    /// It is the user's, and Pluggy does not delete it.
    NotDeleted(ItemRefusal),
    /// Pluggy does not return it, so that nothing confirms that it is the user's.
    NotFetched(ItemRefusal),
    /// Pluggy has deleted it, or no longer has it.
    Done,
}

/// A refusal of Pluggy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRefusal {
    /// Pluggy's code or status.
    pub reason: String,
    /// The pass in which Pluggy refused. Each pass tries the item once.
    pub pass: u32,
}

impl ErasedItem {
    /// Whether the item is still to be deleted, and Pluggy has not refused it.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Found | Self::Theirs)
    }

    /// Whether the item is known to be the user's.
    pub fn is_theirs(&self) -> bool {
        matches!(self, Self::Theirs | Self::NotDeleted(_) | Self::Done)
    }

    /// Returns Pluggy's refusal, if there is one.
    pub fn refusal(&self) -> Option<&ItemRefusal> {
        match self {
            Self::NotDeleted(refusal) | Self::NotFetched(refusal) => Some(refusal),
            Self::Found | Self::Theirs | Self::Done => None,
        }
    }

    /// Whether a pass has to try the item.
    pub fn is_due(&self, pass: u32) -> bool {
        self.is_open() || self.refusal().is_some_and(|refusal| refusal.pass < pass)
    }

    fn to_text(&self) -> String {
        match self {
            Self::Found => "found".to_owned(),
            Self::Theirs => "theirs".to_owned(),
            Self::NotDeleted(refusal) => format!("not-deleted {} {}", refusal.pass, refusal.reason),
            Self::NotFetched(refusal) => format!("not-fetched {} {}", refusal.pass, refusal.reason),
            Self::Done => "done".to_owned(),
        }
    }

    /// Parses the text of a state. The item of an unknown one, which a newer version has written, is tried again.
    fn parse(text: &str) -> Self {
        let refusal = |text: &str| {
            let (pass, reason) = text.split_once(' ').unwrap_or((text, ""));
            ItemRefusal {
                reason: reason.to_owned(),
                pass: pass.parse().unwrap_or_default(),
            }
        };
        match text.split_once(' ').unwrap_or((text, "")) {
            ("theirs", _) => Self::Theirs,
            ("done", _) => Self::Done,
            ("not-deleted", rest) => Self::NotDeleted(refusal(rest)),
            ("not-fetched", rest) => Self::NotFetched(refusal(rest)),
            _ => Self::Found,
        }
    }

    /// Returns the state for an erasure that begins, if the item is not deleted.
    fn kept(self) -> Option<Self> {
        let before = |refusal: ItemRefusal| ItemRefusal { pass: 0, ..refusal };
        match self {
            Self::Done => None,
            Self::NotDeleted(refusal) => Some(Self::NotDeleted(before(refusal))),
            Self::NotFetched(refusal) => Some(Self::NotFetched(before(refusal))),
            state @ (Self::Found | Self::Theirs) => Some(state),
        }
    }
}

/// Counts of erased data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ErasureCounts {
    /// Items that Pluggy deleted at our request.
    pub items_deleted: u64,
    /// Items that Pluggy no longer had.
    pub items_gone: u64,
    /// Bodies of events.
    pub bodies: u64,
    /// Rows of events.
    pub event_rows: u64,
}

impl Erasures {
    /// Returns the progress of a user's erasure, if one was started, was not lifted, and has not expired.
    pub async fn progress(
        &self,
        user: &UserHmac,
        now: Timestamp,
    ) -> Result<Option<Erasure>, Error> {
        let row = self.get(progress_key(user), now).await?;
        let started = row.filter(|row| row.contains_key(STARTED_AT));
        started.map(|row| from_row(user, &row)).transpose()
    }

    /// Returns the progress of an erasure that starts now. Items that an earlier erasure left at Pluggy are part of it.
    pub async fn start(&self, user: &UserHmac, now: Timestamp) -> Result<Erasure, Error> {
        let before = self.row(progress_key(user)).await?;
        let left = before.as_ref().map(items).transpose()?.unwrap_or_default();
        let left = left
            .into_iter()
            .filter_map(|(id, state)| Some((id.to_string(), text(state.kept()?.to_text()))));
        let request = self
            .update(progress_key(user))
            .condition_expression("attribute_not_exists(startedAt) OR expiresAt <= :now")
            .expression_attribute_values(":now", number(now.as_second()));
        let started = Update::new(request)
            .set(SCHEMA, number(VERSION))
            .set(STARTED_AT, time(now))
            .set(STAGE, text(ErasureStage::Marker.as_str()))
            .set(ITEMS, AttributeValue::M(left.collect()))
            .set(PASS, number(1))
            .set(REVISION, number(0));
        started
            .remove(MARKED_AT)
            .remove(REQUESTED_AT)
            .remove(FINAL_AT)
            .remove(IS_PUBLISHED)
            .remove(HAVE_ROWS_ARRIVED)
            .remove(SEARCH_CURSOR)
            .remove(COUNTS)
            .remove(EXPIRES_AT)
            .send("start the erasure")
            .await?;
        let progress = self.progress(user, now).await?;
        required(PARTITION_KEY, progress)
    }

    /// Stores the progress without the items, unless another invocation has stored its own since this one was read. It
    /// expires when the erasure is final and Pluggy has deleted every item.
    pub async fn save(&self, erasure: &mut Erasure) -> Result<Write, Error> {
        let request = self
            .update(progress_key(&erasure.user))
            .condition_expression(format!("revision = :before AND {STARTED}"))
            .expression_attribute_values(":before", number(erasure.revision));
        let is_done = |state: &ErasedItem| *state == ErasedItem::Done;
        let final_at = erasure
            .final_at
            .filter(|_| erasure.items.values().all(is_done));
        let saved = Update::new(request)
            .set(STAGE, text(erasure.stage.as_str()))
            .set(PASS, number(erasure.pass))
            .set(IS_PUBLISHED, AttributeValue::Bool(erasure.is_published))
            .set(
                HAVE_ROWS_ARRIVED,
                AttributeValue::Bool(erasure.have_rows_arrived),
            )
            .set(REVISION, number(erasure.revision + 1))
            .set_or_remove(MARKED_AT, erasure.marked_at.map(time))
            .set_or_remove(REQUESTED_AT, erasure.requested_at.map(time))
            .set_or_remove(FINAL_AT, erasure.final_at.map(time))
            .set_or_remove(SEARCH_CURSOR, erasure.cursor.as_ref().and_then(document))
            .set_or_remove(COUNTS, document(&erasure.counts))
            .set_or_remove(EXPIRES_AT, final_at.map(expiry))
            .send("store the progress of the erasure")
            .await?;
        if saved == Write::Done {
            erasure.revision += 1;
        }
        Ok(saved)
    }

    /// Stores the state of an item, unless the erasure was lifted.
    pub async fn put_item(
        &self,
        user: &UserHmac,
        id: ItemId,
        state: &ErasedItem,
    ) -> Result<Write, Error> {
        let request = self
            .item(user, id, &format!("SET {ITEMS}.#id = :state"))
            .condition_expression(STARTED)
            .expression_attribute_values(":state", text(state.to_text()));
        outcome(request.send(), CHANGE_ITEM).await
    }

    /// Removes an item that turned out to be another user's.
    pub async fn remove_item(&self, user: &UserHmac, id: ItemId) -> Result<(), Error> {
        let request = self.item(user, id, &format!("REMOVE {ITEMS}.#id"));
        outcome(request.condition_expression(STARTED).send(), CHANGE_ITEM).await?;
        Ok(())
    }

    /// Adds an item that `item-sync` does not store, so that the erasure deletes it at Pluggy. Fails if the erasure was
    /// lifted at the same time: a repetition finds no marker.
    pub async fn add_item(
        &self,
        user: &UserHmac,
        id: ItemId,
        state: &ErasedItem,
    ) -> Result<(), Error> {
        let operation = "add a late item of an erased user";
        let change = format!("SET {ITEMS}.#id = :state REMOVE {EXPIRES_AT}");
        let request = self
            .item(user, id, &change)
            .condition_expression(format!("{STARTED} AND attribute_not_exists({ITEMS}.#id)"))
            .expression_attribute_values(":state", text(state.to_text()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = Box::pin(request.send()).await else {
            return Ok(());
        };
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                let row = failed.item.as_ref();
                let is_started = row.is_some_and(|row| row.contains_key(STARTED_AT));
                let reason = "the erasure was lifted".to_owned();
                is_started
                    .then_some(())
                    .ok_or(Error::Unavailable { operation, reason })
            }
            _ => Err(unavailable(operation)(error)),
        }
    }

    /// Ends the erasure of a user. What Pluggy has not deleted is kept for the next one.
    pub async fn end(&self, user: &UserHmac) -> Result<(), Error> {
        let operation = "end the erasure";
        // No item is added from here on.
        let request = self
            .update(progress_key(user))
            .condition_expression(format!("attribute_exists({PARTITION_KEY})"))
            .update_expression(format!("REMOVE {STARTED_AT}, {EXPIRES_AT}"))
            .return_values(ReturnValue::AllNew);
        let row = match Box::pin(request.send()).await {
            Ok(answer) => answer.attributes.unwrap_or_default(),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => return Ok(()),
                _ => return Err(unavailable(operation)(error)),
            },
        };
        if items(&row)?
            .into_values()
            .any(|state| state.kept().is_some())
        {
            return Ok(());
        }
        let delete = self.client.delete_item().table_name(&self.table);
        let delete = delete
            .key(PARTITION_KEY, text(progress_key(user)))
            .condition_expression("attribute_not_exists(startedAt)");
        outcome(delete.send(), operation).await?;
        Ok(())
    }

    fn item(&self, user: &UserHmac, id: ItemId, change: &str) -> UpdateItemFluentBuilder {
        self.update(progress_key(user))
            .update_expression(change)
            .expression_attribute_names("#id", id.to_string())
    }
}

impl ErasureStage {
    const ALL: [Self; 8] = [
        Self::Marker,
        Self::Items,
        Self::Bodies,
        Self::Announcement,
        Self::Requested,
        Self::Arrivals,
        Self::Rows,
        Self::Final,
    ];

    /// Returns the name in the row.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Marker => "marker",
            Self::Items => "items",
            Self::Bodies => "bodies",
            Self::Announcement => "announcement",
            Self::Requested => "requested",
            Self::Arrivals => "arrivals",
            Self::Rows => "rows",
            Self::Final => "final",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text)
    }
}

fn from_row(user: &UserHmac, row: &Row) -> Result<Erasure, Error> {
    let reader = Reader(row);
    let stage = reader.text(STAGE)?;
    Ok(Erasure {
        user: user.clone(),
        started_at: required(STARTED_AT, reader.time(STARTED_AT)?)?,
        marked_at: reader.time(MARKED_AT)?,
        stage: required(STAGE, stage.as_deref().and_then(ErasureStage::parse))?,
        requested_at: reader.time(REQUESTED_AT)?,
        final_at: reader.time(FINAL_AT)?,
        items: items(row)?,
        pass: reader.count(PASS)?,
        is_published: reader.boolean(IS_PUBLISHED)?.unwrap_or_default(),
        have_rows_arrived: reader.boolean(HAVE_ROWS_ARRIVED)?.unwrap_or_default(),
        cursor: reader.document(SEARCH_CURSOR),
        counts: reader.document(COUNTS).unwrap_or_default(),
        revision: reader.count(REVISION)?,
    })
}

fn items(row: &Row) -> Result<BTreeMap<ItemId, ErasedItem>, Error> {
    let corrupt = || Error::Corrupt { attribute: ITEMS };
    let nothing = HashMap::new();
    let items = match row.get(ITEMS) {
        Some(value) => value.as_m().map_err(|_| corrupt())?,
        None => &nothing,
    };
    let item = |(id, state): (&String, &AttributeValue)| {
        Some((id.parse().ok()?, ErasedItem::parse(state.as_s().ok()?)))
    };
    let items: Option<_> = items.iter().map(item).collect();
    items.ok_or_else(corrupt)
}

fn expiry(final_at: Timestamp) -> AttributeValue {
    let until = final_at
        .saturating_add(MARKER_RETENTION)
        .unwrap_or(final_at);
    number(until.as_second())
}

/// Returns the key of the progress of a user's erasure.
pub(super) fn progress_key(user: &UserHmac) -> String {
    format!("{ERASURE_PREFIX}{user}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_survives_its_row() {
        let refusal = || ItemRefusal {
            reason: "status 403 or so".to_owned(),
            pass: 7,
        };
        for state in [
            ErasedItem::Found,
            ErasedItem::Theirs,
            ErasedItem::NotDeleted(refusal()),
            ErasedItem::NotFetched(refusal()),
            ErasedItem::Done,
        ] {
            assert_eq!(ErasedItem::parse(&state.to_text()), state);
        }
        assert_eq!(ErasedItem::parse("of a newer version"), ErasedItem::Found);
    }
}
