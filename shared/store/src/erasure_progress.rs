//! Progress of an erasure: a row of `LimitTable`, which has no backup and no stream. It names the user by the digest alone,
//! and has each item with its state. A row holds about 8,000 items.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;

use super::attributes::{Reader, Row, document, number, required, text, time};
use super::error::unavailable;
use super::schema::{ERASURE_PREFIX, EXPIRES_AT, PARTITION_KEY, SCHEMA, VERSION};
use super::update::{Update, outcome};
use super::{
    ErasedItem, Erasure, ErasureStage, Erasures, Error, MARKER_RETENTION, UserHmac, Write,
};
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
