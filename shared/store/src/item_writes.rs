//! Writes to `ItemTable`, each guarded so that a row never goes back in time or to another user.

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::attributes::{document, number, text, time};
use super::error::unavailable;
use super::item_row::{
    FETCHED_AT, LAST_ERROR, MISSING_SINCE, PENDING_SIGNAL, UNCONFIRMED, created_at_item_id, to_row,
};
use super::key::item_key;
use super::schema::{FETCH_SHARD, NEXT_FETCH_AT, OWNER, PARTITION_KEY, SCHEMA, VERSION};
use super::{Error, Items, PendingSignal, Schedule, Snapshot, StoredItem, Target};
use pluggy::{ClientUserId, ItemId};

/// What became of a guarded write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// The row is as we said.
    Done,
    /// The row holds something newer, or belongs to another user; it is unchanged.
    Stale,
}

impl Items {
    /// Writes what Pluggy answered, unless the row holds a newer answer, belongs to another user,
    /// or is a tombstone made after the request was sent.
    pub async fn put_snapshot(
        &self,
        stored: StoredItem,
        snapshot: Snapshot,
    ) -> Result<Write, Error> {
        let (version, fetched_at) = (snapshot.version(), snapshot.fetched_at);
        let newer = match version {
            Some(_) => {
                "(attribute_not_exists(fetchedAt) OR version < :version \
                 OR ((attribute_not_exists(version) OR version = :version) AND fetchedAt <= :fetchedAt))"
            }
            None => "(attribute_not_exists(fetchedAt) OR fetchedAt <= :fetchedAt)",
        };
        let same_owner = match &stored.owner {
            // Of a row that is unconfirmed, an operator alone has said whose it is.
            Some(_) => {
                "(attribute_not_exists(#owner) OR #owner = :owner OR attribute_exists(unconfirmed))"
            }
            None => "attribute_not_exists(#owner)",
        };
        let condition = format!(
            "attribute_not_exists(pk) OR \
             ((attribute_not_exists(deletedAt) OR fetchedAt < :fetchedAt) AND {same_owner} AND {newer})"
        );
        let row = StoredItem {
            snapshot: Some(snapshot),
            ..stored
        };
        let mut put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(to_row(&row)))
            .condition_expression(condition)
            .expression_attribute_names("#owner", OWNER)
            .expression_attribute_values(":fetchedAt", time(fetched_at));
        if let Some(version) = version {
            put = put.expression_attribute_values(":version", time(version));
        }
        if let Some(owner) = &row.owner {
            put = put.expression_attribute_values(":owner", text(owner.as_str()));
        }
        guarded(put, "put the item").await
    }

    /// Puts a tombstone in place of an item that is proven to be gone, unless a newer answer is
    /// there. No row, no tombstone.
    pub async fn put_tombstone(
        &self,
        id: ItemId,
        created_at: Timestamp,
        deleted_at: Timestamp,
    ) -> Result<Write, Error> {
        let tombstone = StoredItem {
            item_id: id,
            owner: None,
            created_at,
            snapshot: None,
            schedule: Schedule::default(),
            deleted_at: Some(deleted_at),
            is_unconfirmed: false,
        };
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(to_row(&tombstone)))
            .item(FETCHED_AT, time(deleted_at))
            .condition_expression(
                "attribute_exists(pk) AND (attribute_not_exists(fetchedAt) OR fetchedAt <= :fetchedAt)",
            )
            .expression_attribute_values(":fetchedAt", time(deleted_at));
        guarded(put, "put the tombstone").await
    }

    /// Writes when to look again after a read at `fetched_at` that gave no state. Where there is no
    /// row yet, this makes the placeholder, with owner and time of creation; an owner that is there
    /// stays, and a tombstone gets none.
    pub async fn put_schedule(
        &self,
        stored: &StoredItem,
        fetched_at: Timestamp,
    ) -> Result<Write, Error> {
        let id = stored.item_id;
        let mut set = vec![
            "#schema = :schema",
            "createdAt = if_not_exists(createdAt, :createdAt)",
            "fetchFailures = :fetchFailures",
            "confirmingFetches = :confirmingFetches",
        ];
        let mut remove = Vec::new();
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(item_key(id)))
            .condition_expression(if stored.owner.is_some() {
                "attribute_not_exists(deletedAt) AND (attribute_not_exists(fetchedAt) OR fetchedAt <= :fetchedAt)"
            } else {
                "attribute_not_exists(fetchedAt) OR fetchedAt <= :fetchedAt"
            })
            .expression_attribute_values(":fetchedAt", time(fetched_at))
            .expression_attribute_names("#schema", SCHEMA)
            .expression_attribute_values(":schema", number(VERSION))
            .expression_attribute_values(":createdAt", time(stored.created_at))
            .expression_attribute_values(":fetchFailures", number(stored.schedule.fetch_failures))
            .expression_attribute_values(":confirmingFetches", number(stored.schedule.confirming_fetches));
        if let Some(owner) = &stored.owner {
            set.push("#owner = if_not_exists(#owner, :owner)");
            set.push("createdAtItemId = if_not_exists(createdAtItemId, :createdAtItemId)");
            update = update
                .expression_attribute_names("#owner", OWNER)
                .expression_attribute_values(":owner", text(owner.as_str()))
                .expression_attribute_values(
                    ":createdAtItemId",
                    text(created_at_item_id(stored.created_at, id)),
                );
        }
        match stored.schedule.next_fetch_at {
            Some(next_fetch_at) => {
                set.push("fetchShard = :fetchShard");
                set.push("nextFetchAt = :nextFetchAt");
                update = update
                    .expression_attribute_values(
                        ":fetchShard",
                        text(Target::Item(id).fetch_shard()),
                    )
                    .expression_attribute_values(":nextFetchAt", time(next_fetch_at));
            }
            None => remove.extend([FETCH_SHARD, NEXT_FETCH_AT]),
        }
        match stored.schedule.missing_since {
            Some(missing_since) => {
                set.push("missingSince = :missingSince");
                update = update.expression_attribute_values(":missingSince", time(missing_since));
            }
            None => remove.push(MISSING_SINCE),
        }
        match stored.schedule.pending_signal {
            Some(pending_signal) => {
                set.push("pendingSignal = :pendingSignal");
                update = update
                    .expression_attribute_values(":pendingSignal", text(pending_signal.as_str()));
            }
            None => remove.push(PENDING_SIGNAL),
        }
        match stored.schedule.last_error.as_ref().and_then(document) {
            Some(last_error) => {
                set.push("lastError = :lastError");
                update = update.expression_attribute_values(":lastError", last_error);
            }
            None => remove.push(LAST_ERROR),
        }
        if stored.is_unconfirmed {
            set.push("unconfirmed = :true");
            update = update.expression_attribute_values(":true", AttributeValue::Bool(true));
        } else {
            remove.push(UNCONFIRMED);
        }
        let mut expression = format!("SET {}", set.join(", "));
        if !remove.is_empty() {
            expression.push_str(" REMOVE ");
            expression.push_str(&remove.join(", "));
        }
        guarded_update(
            update.update_expression(expression),
            "update the item's schedule",
        )
        .await
    }

    /// Removes the placeholder of an item that Pluggy does not know, and never spoke of. Whatever else is
    /// there stays.
    pub async fn forget(&self, id: ItemId) -> Result<Write, Error> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(item_key(id)))
            .condition_expression("unconfirmed = :true AND attribute_not_exists(fetchedAt)")
            .expression_attribute_values(":true", AttributeValue::Bool(true));
        guarded_delete(delete, "delete the item").await
    }

    /// Gives the item to a user, if it is nobody's, or so far an operator's word alone says whose it
    /// is, and it is not gone; nothing else changes.
    pub async fn claim(
        &self,
        id: ItemId,
        owner: &ClientUserId,
        created_at: Timestamp,
    ) -> Result<Write, Error> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(item_key(id)))
            .update_expression("SET #owner = :owner, createdAtItemId = :createdAtItemId")
            .condition_expression(
                "attribute_exists(pk) AND attribute_not_exists(deletedAt) \
                 AND (attribute_not_exists(#owner) OR attribute_exists(unconfirmed))",
            )
            .expression_attribute_names("#owner", OWNER)
            .expression_attribute_values(":owner", text(owner.as_str()))
            .expression_attribute_values(
                ":createdAtItemId",
                text(created_at_item_id(created_at, id)),
            );
        guarded_update(update, "claim the item").await
    }

    /// Has an item looked at again at `next_fetch_at`, whatever its row holds, and whether it can be read
    /// or not; nothing else changes. Where there is no row, this makes one.
    pub async fn schedule_failed(
        &self,
        id: ItemId,
        created_at: Timestamp,
        next_fetch_at: Timestamp,
        pending_signal: Option<PendingSignal>,
    ) -> Result<Write, Error> {
        let mut set = "SET #schema = :schema, createdAt = if_not_exists(createdAt, :createdAt), \
             fetchShard = :fetchShard, nextFetchAt = :nextFetchAt"
            .to_owned();
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(item_key(id)))
            .expression_attribute_names("#schema", SCHEMA)
            .expression_attribute_values(":schema", number(VERSION))
            .expression_attribute_values(":createdAt", time(created_at))
            .expression_attribute_values(":fetchShard", text(Target::Item(id).fetch_shard()))
            .expression_attribute_values(":nextFetchAt", time(next_fetch_at));
        if let Some(pending_signal) = pending_signal {
            set.push_str(", pendingSignal = :pendingSignal");
            update =
                update.expression_attribute_values(":pendingSignal", text(pending_signal.as_str()));
        }
        guarded_update(update.update_expression(set), "schedule the failed item").await
    }

    /// Brings the next look forward after one at `looked_at`; one that is due earlier, and not yet
    /// passed, stays, and so does everything else.
    pub async fn hasten(
        &self,
        id: ItemId,
        schedule: &Schedule,
        looked_at: Timestamp,
    ) -> Result<Write, Error> {
        let Some(next_fetch_at) = schedule.next_fetch_at else {
            return Ok(Write::Stale);
        };
        let mut set =
            "SET fetchShard = :fetchShard, nextFetchAt = :nextFetchAt, confirmingFetches = :confirmingFetches"
                .to_owned();
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(item_key(id)))
            .condition_expression(
                "attribute_exists(pk) AND (attribute_not_exists(nextFetchAt) \
                 OR nextFetchAt > :nextFetchAt OR nextFetchAt <= :lookedAt)",
            )
            .expression_attribute_values(":lookedAt", time(looked_at))
            .expression_attribute_values(":fetchShard", text(Target::Item(id).fetch_shard()))
            .expression_attribute_values(":nextFetchAt", time(next_fetch_at))
            .expression_attribute_values(":confirmingFetches", number(schedule.confirming_fetches));
        if let Some(pending_signal) = schedule.pending_signal {
            set.push_str(", pendingSignal = :pendingSignal");
            update =
                update.expression_attribute_values(":pendingSignal", text(pending_signal.as_str()));
        }
        guarded_update(update.update_expression(set), "hasten the item's check").await
    }
}

pub(super) async fn guarded(
    put: PutItemFluentBuilder,
    operation: &'static str,
) -> Result<Write, Error> {
    match put.send().await {
        Ok(_) => Ok(Write::Done),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
        {
            Ok(Write::Stale)
        }
        Err(error) => Err(unavailable(operation)(error)),
    }
}

pub(super) async fn guarded_delete(
    delete: DeleteItemFluentBuilder,
    operation: &'static str,
) -> Result<Write, Error> {
    match delete.send().await {
        Ok(_) => Ok(Write::Done),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(DeleteItemError::is_conditional_check_failed_exception) =>
        {
            Ok(Write::Stale)
        }
        Err(error) => Err(unavailable(operation)(error)),
    }
}

pub(super) async fn guarded_update(
    update: UpdateItemFluentBuilder,
    operation: &'static str,
) -> Result<Write, Error> {
    match update.send().await {
        Ok(_) => Ok(Write::Done),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
        {
            Ok(Write::Stale)
        }
        Err(error) => Err(unavailable(operation)(error)),
    }
}
