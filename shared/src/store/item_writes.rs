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
    IS_DUE, LAST_ERROR, MISSING_SINCE, OWED, READ_AT, UNCONFIRMED, created_at_item_id, to_row,
};
use super::key::item_key;
use super::schema::{CHECK_AT, DUE, OWNER, PARTITION_KEY, SCHEMA, VERSION};
use super::{Error, Items, Owed, Reading, Schedule, StoredItem};
use crate::pluggy::{ClientUserId, ItemId};

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
    pub async fn put_reading(&self, stored: StoredItem, reading: Reading) -> Result<Write, Error> {
        let (version, read_at) = (reading.version(), reading.read_at);
        let newer = match version {
            Some(_) => {
                "(attribute_not_exists(readAt) OR version < :version \
                 OR ((attribute_not_exists(version) OR version = :version) AND readAt <= :readAt))"
            }
            None => "(attribute_not_exists(readAt) OR readAt <= :readAt)",
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
             ((attribute_not_exists(deletedAt) OR readAt < :readAt) AND {same_owner} AND {newer})"
        );
        let row = StoredItem {
            reading: Some(reading),
            ..stored
        };
        let mut put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(to_row(&row)))
            .condition_expression(condition)
            .expression_attribute_names("#owner", OWNER)
            .expression_attribute_values(":readAt", time(read_at));
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
            reading: None,
            schedule: Schedule::default(),
            deleted_at: Some(deleted_at),
            is_unconfirmed: false,
        };
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(to_row(&tombstone)))
            .item(READ_AT, time(deleted_at))
            .condition_expression(
                "attribute_exists(pk) AND (attribute_not_exists(readAt) OR readAt <= :readAt)",
            )
            .expression_attribute_values(":readAt", time(deleted_at));
        guarded(put, "put the tombstone").await
    }

    /// Writes when to look again after a read at `read_at` that gave no state. Where there is no
    /// row yet, this makes the shell, with owner and time of creation; an owner that is there
    /// stays, and a tombstone gets none.
    pub async fn put_schedule(
        &self,
        stored: &StoredItem,
        read_at: Timestamp,
    ) -> Result<Write, Error> {
        let id = stored.item_id;
        let mut set = vec![
            "#schema = :schema",
            "createdAt = if_not_exists(createdAt, :createdAt)",
            "syncFailures = :syncFailures",
            "rechecks = :rechecks",
        ];
        let mut remove = Vec::new();
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(item_key(id)))
            .condition_expression(if stored.owner.is_some() {
                "attribute_not_exists(deletedAt) AND (attribute_not_exists(readAt) OR readAt <= :readAt)"
            } else {
                "attribute_not_exists(readAt) OR readAt <= :readAt"
            })
            .expression_attribute_values(":readAt", time(read_at))
            .expression_attribute_names("#schema", SCHEMA)
            .expression_attribute_values(":schema", number(VERSION))
            .expression_attribute_values(":createdAt", time(stored.created_at))
            .expression_attribute_values(":syncFailures", number(stored.schedule.sync_failures))
            .expression_attribute_values(":rechecks", number(stored.schedule.rechecks));
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
        match stored.schedule.check_at {
            Some(check_at) => {
                set.push("due = :due");
                set.push("checkAt = :checkAt");
                update = update
                    .expression_attribute_values(":due", text(IS_DUE))
                    .expression_attribute_values(":checkAt", time(check_at));
            }
            None => remove.extend([DUE, CHECK_AT]),
        }
        match stored.schedule.missing_since {
            Some(missing_since) => {
                set.push("missingSince = :missingSince");
                update = update.expression_attribute_values(":missingSince", time(missing_since));
            }
            None => remove.push(MISSING_SINCE),
        }
        match stored.schedule.owed {
            Some(owed) => {
                set.push("owed = :owed");
                update = update.expression_attribute_values(":owed", text(owed.as_str()));
            }
            None => remove.push(OWED),
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

    /// Removes the shell of an item that Pluggy does not know, and never spoke of. Whatever else is
    /// there stays.
    pub async fn forget(&self, id: ItemId) -> Result<Write, Error> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(item_key(id)))
            .condition_expression("unconfirmed = :true AND attribute_not_exists(readAt)")
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

    /// Has an item looked at again at `check_at`, whatever its row holds, and whether it can be read
    /// or not; nothing else changes. Where there is no row, this makes one.
    pub async fn park(
        &self,
        id: ItemId,
        created_at: Timestamp,
        check_at: Timestamp,
        owed: Option<Owed>,
    ) -> Result<Write, Error> {
        let mut set = "SET #schema = :schema, createdAt = if_not_exists(createdAt, :createdAt), \
             due = :due, checkAt = :checkAt"
            .to_owned();
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(item_key(id)))
            .expression_attribute_names("#schema", SCHEMA)
            .expression_attribute_values(":schema", number(VERSION))
            .expression_attribute_values(":createdAt", time(created_at))
            .expression_attribute_values(":due", text(IS_DUE))
            .expression_attribute_values(":checkAt", time(check_at));
        if let Some(owed) = owed {
            set.push_str(", owed = :owed");
            update = update.expression_attribute_values(":owed", text(owed.as_str()));
        }
        guarded_update(update.update_expression(set), "park the item").await
    }

    /// Brings the next look forward after one at `looked_at`; one that is due earlier, and not yet
    /// passed, stays, and so does everything else.
    pub async fn hasten(
        &self,
        id: ItemId,
        schedule: &Schedule,
        looked_at: Timestamp,
    ) -> Result<Write, Error> {
        let Some(check_at) = schedule.check_at else {
            return Ok(Write::Stale);
        };
        let mut set = "SET due = :due, checkAt = :checkAt, rechecks = :rechecks".to_owned();
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(item_key(id)))
            .condition_expression(
                "attribute_exists(pk) AND (attribute_not_exists(checkAt) \
                 OR checkAt > :checkAt OR checkAt <= :lookedAt)",
            )
            .expression_attribute_values(":lookedAt", time(looked_at))
            .expression_attribute_values(":due", text(IS_DUE))
            .expression_attribute_values(":checkAt", time(check_at))
            .expression_attribute_values(":rechecks", number(schedule.rechecks));
        if let Some(owed) = schedule.owed {
            set.push_str(", owed = :owed");
            update = update.expression_attribute_values(":owed", text(owed.as_str()));
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
