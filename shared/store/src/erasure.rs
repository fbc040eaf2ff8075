//! Progress of an erasure: a row of `LimitTable`, which has no backup and no stream. It names the user by the digest alone
//! and expires with the markers.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::attributes::{Reader, Row, document, number, required, text, time};
use super::error::unavailable;
use super::schema::{ERASURE_PREFIX, EXPIRES_AT, PARTITION_KEY, SCHEMA, VERSION};
use super::update::{Update, outcome};
use super::{Erasures, Error, MARKER_RETENTION, ScanCursor, UserHmac, Write};
use pluggy::ItemId;

const STARTED_AT: &str = "startedAt";
const REQUESTED_AT: &str = "requestedAt";
const FINAL_AT: &str = "finalAt";
const STAGE: &str = "erasureStage";
const ITEMS: &str = "erasedItems";
const LATE_ITEMS: &str = "lateItems";
const NOT_DELETED: &str = "notDeleted";
pub(super) const SEARCH_CURSOR: &str = "searchCursor";
const COUNTS: &str = "erasedCounts";
const REVISION: &str = "revision";

/// The attributes that are JSON documents.
pub(super) const DOCUMENTS: [&str; 3] = [NOT_DELETED, SEARCH_CURSOR, COUNTS];

/// The next stage of an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErasureStage {
    /// Deletes the user's items at Pluggy, and their data here.
    Items,
    /// Searches the events for what names the user, and removes the bodies.
    Bodies,
    /// Puts `user.erased` on the bus.
    Announcement,
    /// Waits for late arrivals.
    Requested,
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
    /// What it does next.
    pub stage: ErasureStage,
    /// When the first part ended, if it has.
    pub requested_at: Option<Timestamp>,
    /// When the second part ended, if it has.
    pub final_at: Option<Timestamp>,
    /// The items of the user that were found.
    pub items: BTreeSet<ItemId>,
    /// Items that `item-sync` refused to store since, because Pluggy or an event names the user.
    pub late_items: BTreeSet<ItemId>,
    /// Items that Pluggy has not deleted, and why.
    pub not_deleted: BTreeMap<ItemId, String>,
    /// Where the search of the events continues.
    pub cursor: Option<ScanCursor>,
    /// Counts of erased data.
    pub counts: ErasureCounts,
    revision: u32,
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
    /// Returns the progress of a user's erasure, if one was started and has not expired. A row that only `item-sync` has
    /// written has no start.
    pub async fn progress(
        &self,
        user: &UserHmac,
        now: Timestamp,
    ) -> Result<Option<Erasure>, Error> {
        let row = self.get(progress_key(user), now).await?;
        let started = row.filter(|row| row.contains_key(STARTED_AT));
        started.map(|row| from_row(user, &row)).transpose()
    }

    /// Returns the progress of an erasure that starts now. Items that `item-sync` has refused before are part of it.
    pub async fn start(&self, user: &UserHmac, now: Timestamp) -> Result<Erasure, Error> {
        let request = self
            .update(progress_key(user))
            .condition_expression("attribute_not_exists(startedAt) OR expiresAt <= :now")
            .expression_attribute_values(":now", number(now.as_second()));
        Update::new(request)
            .set(SCHEMA, number(VERSION))
            .set(STARTED_AT, time(now))
            .set(STAGE, text(ErasureStage::Items.as_str()))
            .set(REVISION, number(0))
            .set(EXPIRES_AT, expiry(now))
            .remove(REQUESTED_AT)
            .remove(FINAL_AT)
            .remove(ITEMS)
            .remove(NOT_DELETED)
            .remove(SEARCH_CURSOR)
            .remove(COUNTS)
            .send("start the erasure")
            .await?;
        let progress = self.progress(user, now).await?;
        required(PARTITION_KEY, progress)
    }

    /// Stores the progress, unless another invocation has stored its own since this one was read. The items are stored by
    /// [`Self::add_item`].
    pub async fn save(&self, erasure: &mut Erasure) -> Result<Write, Error> {
        let request = self
            .update(progress_key(&erasure.user))
            .condition_expression("revision = :before")
            .expression_attribute_values(":before", number(erasure.revision));
        let saved = Update::new(request)
            .set(STAGE, text(erasure.stage.as_str()))
            .set(REVISION, number(erasure.revision + 1))
            .set_or_remove(REQUESTED_AT, erasure.requested_at.map(time))
            .set_or_remove(FINAL_AT, erasure.final_at.map(time))
            .set_or_remove(NOT_DELETED, document(&erasure.not_deleted))
            .set_or_remove(SEARCH_CURSOR, erasure.cursor.as_ref().and_then(document))
            .set_or_remove(COUNTS, document(&erasure.counts))
            .send("store the progress of the erasure")
            .await?;
        if saved == Write::Done {
            erasure.revision += 1;
        }
        Ok(saved)
    }

    /// Renews the time for which the progress is kept.
    pub async fn renew(&self, user: &UserHmac, now: Timestamp) -> Result<(), Error> {
        Update::new(self.update(progress_key(user)))
            .set(EXPIRES_AT, expiry(now))
            .send("renew the progress of the erasure")
            .await?;
        Ok(())
    }

    /// Adds an item of the user. It is one until the erasure is final.
    pub async fn add_item(&self, user: &UserHmac, id: ItemId) -> Result<(), Error> {
        self.change_set(user, &format!("ADD {ITEMS} :ids"), id)
            .await
    }

    /// Removes an item that turned out to be another user's.
    pub async fn remove_item(&self, user: &UserHmac, id: ItemId) -> Result<(), Error> {
        self.change_set(user, &format!("DELETE {ITEMS} :ids"), id)
            .await
    }

    /// Adds an item that `item-sync` does not store, so that the erasure deletes it at Pluggy.
    pub async fn add_late_item(
        &self,
        user: &UserHmac,
        id: ItemId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let request = self
            .update(progress_key(user))
            .update_expression(format!(
                "ADD {LATE_ITEMS} :ids SET {EXPIRES_AT} = if_not_exists({EXPIRES_AT}, :expiresAt)"
            ))
            .expression_attribute_values(":ids", set_of(id))
            .expression_attribute_values(":expiresAt", expiry(now));
        Box::pin(request.send())
            .await
            .map_err(unavailable("add a late item of an erased user"))?;
        Ok(())
    }

    /// Removes a late item that is erased.
    pub async fn remove_late_item(&self, user: &UserHmac, id: ItemId) -> Result<(), Error> {
        self.change_set(user, &format!("DELETE {LATE_ITEMS} :ids"), id)
            .await
    }

    /// Removes the progress of a user's erasure.
    pub async fn forget_progress(&self, user: &UserHmac) -> Result<(), Error> {
        let delete = self.client.delete_item().table_name(&self.table);
        let delete = delete.key(PARTITION_KEY, text(progress_key(user)));
        outcome(delete.send(), "remove the progress of the erasure").await?;
        Ok(())
    }

    async fn change_set(&self, user: &UserHmac, change: &str, id: ItemId) -> Result<(), Error> {
        let request = self
            .update(progress_key(user))
            .update_expression(change)
            .expression_attribute_values(":ids", set_of(id));
        request
            .send()
            .await
            .map_err(unavailable("change the items of the erasure"))?;
        Ok(())
    }
}

impl ErasureStage {
    const ALL: [Self; 6] = [
        Self::Items,
        Self::Bodies,
        Self::Announcement,
        Self::Requested,
        Self::Rows,
        Self::Final,
    ];

    /// Returns the name in the row.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Bodies => "bodies",
            Self::Announcement => "announcement",
            Self::Requested => "requested",
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
        stage: required(STAGE, stage.as_deref().and_then(ErasureStage::parse))?,
        requested_at: reader.time(REQUESTED_AT)?,
        final_at: reader.time(FINAL_AT)?,
        items: items(row, ITEMS)?,
        late_items: items(row, LATE_ITEMS)?,
        not_deleted: reader.document(NOT_DELETED).unwrap_or_default(),
        cursor: reader.document(SEARCH_CURSOR),
        counts: reader.document(COUNTS).unwrap_or_default(),
        revision: reader.count(REVISION)?,
    })
}

fn items(row: &Row, attribute: &'static str) -> Result<BTreeSet<ItemId>, Error> {
    let Some(value) = row.get(attribute) else {
        return Ok(BTreeSet::new());
    };
    let corrupt = Error::Corrupt { attribute };
    let ids = value.as_bs().ok().into_iter().flatten();
    let ids: Option<BTreeSet<ItemId>> = ids
        .map(|id| Uuid::from_slice(id.as_ref()).ok()?.to_string().parse().ok())
        .collect();
    ids.filter(|ids| !ids.is_empty()).ok_or(corrupt)
}

fn set_of(id: ItemId) -> AttributeValue {
    AttributeValue::Bs(vec![Blob::new(id.as_number().to_be_bytes())])
}

fn expiry(now: Timestamp) -> AttributeValue {
    let until = now.saturating_add(MARKER_RETENTION).unwrap_or(now);
    number(until.as_second())
}

/// Returns the key of the progress of a user's erasure.
pub(super) fn progress_key(user: &UserHmac) -> String {
    format!("{ERASURE_PREFIX}{user}")
}
