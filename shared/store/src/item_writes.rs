//! Conditional writes to `ItemTable`. No write replaces a snapshot by an older one. The owner changes only for one of a higher rank.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use jiff::Timestamp;

use super::attributes::{document, number, text, time};
use super::item_row::{
    CONFIRMING_FETCHES, CREATED_AT, CUT_FETCHES, FETCH_FAILURES, FETCHED_AT, LAST_ERROR,
    MISSING_SINCE, PARAMETER, PENDING_SIGNAL, USER_ACTION, created_at_item_id, to_row,
};
use super::key::item_key;
use super::schema::{
    CREATED_AT_ITEM_ID, EXPIRES_AT, FETCH_SHARD, NEXT_FETCH_AT, OWNER, OWNER_PROVENANCE,
    PARTITION_KEY, SCHEMA, VERSION,
};
use super::signal_conditions::{Values, has_none_of, signal, signal_is_as_read, signals};
use super::update::{Update, Write, outcome};
use super::{
    Error, ItemUpdate, Items, Owner, PendingSignal, RowState, Schedule, Snapshot, StoredItem,
    Target,
};
use pluggy::{ClientUserId, Item, ItemId};

/// Condition that the item's user was not erased.
const NOT_ERASED: &str = "attribute_not_exists(erased)";
/// Condition that the row is the tombstone of an erased user's item.
const ERASED: &str = "attribute_exists(erased)";

impl Items {
    /// Writes a snapshot, unless the row holds a newer one, has an owner that this one does not outrank, or is a
    /// tombstone made after the request was sent. It is refused, too, if the row has got a pending signal since its schedule
    /// was `read`: the snapshot may be older than that event.
    pub async fn put_snapshot(
        &self,
        update: ItemUpdate,
        snapshot: Snapshot,
        read: &Schedule,
    ) -> Result<Write, Error> {
        let (version, fetched_at) = (snapshot.version(), snapshot.fetched_at);
        let newer = match version {
            Some(_) => {
                "(attribute_not_exists(fetchedAt) OR version < :version \
                 OR ((attribute_not_exists(version) OR version = :version) AND fetchedAt <= :fetchedAt))"
            }
            None => "(attribute_not_exists(fetchedAt) OR fetchedAt <= :fetchedAt)",
        };
        let owner = update.owner;
        let is_ours = match &owner {
            Some(owner) => owner.may_hold_the_row(),
            None => "attribute_not_exists(#owner)".to_owned(),
        };
        let (is_as_read, mut values) = signal_is_as_read(read);
        let condition = format!(
            "attribute_not_exists(pk) OR ((attribute_not_exists(deletedAt) OR fetchedAt < :fetchedAt) \
             AND {NOT_ERASED} AND {is_ours} AND {newer} AND {is_as_read})"
        );
        values.extend(owner.iter().flat_map(Owner::values_that_hold));
        let row = StoredItem {
            item_id: update.item_id,
            created_at: update.created_at,
            schedule: update.schedule,
            state: RowState::Fetched { owner, snapshot },
        };
        let mut put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(to_row(&row)))
            .condition_expression(condition)
            .expression_attribute_names("#owner", OWNER)
            .set_expression_attribute_values(Some(values))
            .expression_attribute_values(":fetchedAt", time(fetched_at));
        if let Some(version) = version {
            put = put.expression_attribute_values(":version", time(version));
        }
        outcome(put.send(), "put the item").await
    }

    /// Replaces the row of an item that is proven gone by a tombstone, unless it holds a newer snapshot.
    /// Without a row, writes nothing.
    pub async fn put_tombstone(
        &self,
        id: ItemId,
        created_at: Timestamp,
        deleted_at: Timestamp,
    ) -> Result<Write, Error> {
        let tombstone = StoredItem {
            item_id: id,
            created_at,
            schedule: Schedule::default(),
            state: RowState::Tombstone {
                deleted_at,
                is_erased: false,
            },
        };
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(to_row(&tombstone)))
            .item(FETCHED_AT, time(deleted_at))
            .condition_expression(format!(
                "attribute_exists(pk) AND {NOT_ERASED} \
                 AND (attribute_not_exists(fetchedAt) OR fetchedAt <= :fetchedAt)"
            ))
            .expression_attribute_values(":fetchedAt", time(deleted_at));
        outcome(put.send(), "put the tombstone").await
    }

    /// Writes the schedule after a fetch at `fetched_at` that returned no state. Without a row, this creates
    /// the placeholder. An update without an owner keeps that of the row. One with an owner is refused if the row
    /// has an owner that this one does not outrank, or is a tombstone. Any update is refused if the row has a stronger signal:
    /// another fetch has failed since the row was read.
    ///
    /// `emptied` is the row's snapshot without the requests to the user that have expired. The row must still have this
    /// snapshot, and the requests are written too.
    pub async fn put_schedule(
        &self,
        update: &ItemUpdate,
        emptied: Option<&Snapshot>,
        fetched_at: Timestamp,
    ) -> Result<Write, Error> {
        let (id, owner) = (update.item_id, update.owner.as_ref());
        let mut condition = format!(
            "{NOT_ERASED} AND (attribute_not_exists(fetchedAt) OR fetchedAt <= :fetchedAt)"
        );
        if let Some(owner) = owner {
            condition.push_str(" AND attribute_not_exists(deletedAt) AND ");
            condition.push_str(&owner.may_hold_the_row());
        }
        if emptied.is_some() {
            condition.push_str(" AND fetchedAt = :snapshotFetchedAt");
        }
        let mut values: Values = owner.map(Owner::values_that_hold).unwrap_or_default();
        let stronger = signals(|of_row| Some(of_row) > update.schedule.pending_signal);
        if !stronger.is_empty() {
            condition = format!("{condition} AND {}", has_none_of(&stronger));
            values.extend(stronger);
        }
        values.insert(":fetchedAt".to_owned(), time(fetched_at));
        if let Some(snapshot) = emptied {
            let fetched_at = time(snapshot.fetched_at);
            values.insert(":snapshotFetchedAt".to_owned(), fetched_at);
        }
        let request = self
            .update(id)
            .condition_expression(condition)
            .set_expression_attribute_values(Some(values));
        let schedule = &update.schedule;
        let mut written = Update::new(request)
            .set(SCHEMA, number(VERSION))
            .set_if_absent(CREATED_AT, time(update.created_at))
            .set(FETCH_FAILURES, number(schedule.fetch_failures))
            .set(CONFIRMING_FETCHES, number(schedule.confirming_fetches));
        if let Some(owner) = owner {
            let position = created_at_item_id(update.created_at, id);
            written = written
                .set(OWNER, text(owner.user.as_str()))
                .set(OWNER_PROVENANCE, text(owner.provenance.as_str()))
                .set_if_absent(CREATED_AT_ITEM_ID, text(position));
        }
        if let Some(snapshot) = emptied {
            written = requests_to_the_user(written, &snapshot.item);
        }
        let shard = || text(Target::Item(id).fetch_shard());
        written
            .set_or_remove(FETCH_SHARD, schedule.next_fetch_at.map(|_| shard()))
            .set_or_remove(NEXT_FETCH_AT, schedule.next_fetch_at.map(time))
            .set_or_remove(
                CUT_FETCHES,
                (schedule.cut_fetches > 0).then(|| number(schedule.cut_fetches)),
            )
            .set_or_remove(MISSING_SINCE, schedule.missing_since.map(time))
            .set_or_remove(PENDING_SIGNAL, schedule.pending_signal.map(signal))
            .set_or_remove(LAST_ERROR, schedule.last_error.as_ref().and_then(document))
            .send("update the item's schedule")
            .await
    }

    /// Writes a snapshot's requests to the user, some of which have expired, if the row still has this
    /// snapshot. A later one was written without what had expired. Nothing else changes.
    pub async fn put_requests(&self, id: ItemId, snapshot: &Snapshot) -> Result<Write, Error> {
        let request = self
            .update(id)
            .condition_expression(format!("{NOT_ERASED} AND fetchedAt = :snapshotFetchedAt"))
            .expression_attribute_values(":snapshotFetchedAt", time(snapshot.fetched_at));
        requests_to_the_user(Update::new(request), &snapshot.item)
            .send("update the item's requests to the user")
            .await
    }

    /// Removes the placeholder of an item that Pluggy does not have and never reported. Any other row stays.
    pub async fn forget(&self, id: ItemId) -> Result<Write, Error> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(item_key(id)))
            .condition_expression(
                "attribute_exists(pk) AND attribute_not_exists(fetchedAt) \
                 AND attribute_not_exists(pendingSignal)",
            );
        outcome(delete.send(), "delete the item").await
    }

    /// Sets the owner if the item is not gone and has no owner, or one of a lower rank. Nothing else changes.
    pub async fn claim(
        &self,
        id: ItemId,
        owner: &Owner,
        created_at: Timestamp,
    ) -> Result<Write, Error> {
        let mut request = self.update(id).condition_expression(format!(
            "attribute_exists(pk) AND attribute_not_exists(deletedAt) AND {}",
            owner.outranks_the_row()
        ));
        for rank in owner.provenance.lower() {
            request = request.expression_attribute_values(rank.placeholder(), text(rank.as_str()));
        }
        Update::new(request)
            .set(OWNER, text(owner.user.as_str()))
            .set(OWNER_PROVENANCE, text(owner.provenance.as_str()))
            .set(CREATED_AT_ITEM_ID, text(created_at_item_id(created_at, id)))
            .send("claim the item")
            .await
    }

    /// Schedules a fetch at `next_fetch_at`, even if the row is unreadable. The requests to the user are
    /// removed, because an unreadable row does not show whether they have expired. A signal is stored if the row has none.
    /// Nothing else changes. Without a row, this creates one.
    pub async fn schedule_failed(
        &self,
        id: ItemId,
        created_at: Timestamp,
        next_fetch_at: Timestamp,
        pending_signal: Option<PendingSignal>,
    ) -> Result<Write, Error> {
        let mut update = Update::new(self.update(id).condition_expression(NOT_ERASED))
            .set(SCHEMA, number(VERSION))
            .set_if_absent(CREATED_AT, time(created_at))
            .set(FETCH_SHARD, text(Target::Item(id).fetch_shard()))
            .set(NEXT_FETCH_AT, time(next_fetch_at));
        if let Some(pending_signal) = pending_signal {
            update = update.set_if_absent(PENDING_SIGNAL, signal(pending_signal));
        }
        update
            .remove(PARAMETER)
            .remove(USER_ACTION)
            .send("schedule the failed item")
            .await
    }

    /// Brings the next fetch forward after one at `fetched_at`. A fetch that is due earlier and not in the past
    /// stays, and nothing else changes.
    pub async fn hasten(
        &self,
        id: ItemId,
        schedule: &Schedule,
        fetched_at: Timestamp,
    ) -> Result<Write, Error> {
        let Some(next_fetch_at) = schedule.next_fetch_at else {
            return Ok(Write::Stale);
        };
        let request = self
            .update(id)
            .condition_expression(format!(
                "attribute_exists(pk) AND {NOT_ERASED} AND (attribute_not_exists(nextFetchAt) \
                 OR nextFetchAt > :nextFetchAt OR nextFetchAt <= :fetchedAt)"
            ))
            .expression_attribute_values(":fetchedAt", time(fetched_at));
        Update::new(request)
            .set(FETCH_SHARD, text(Target::Item(id).fetch_shard()))
            .set(NEXT_FETCH_AT, time(next_fetch_at))
            .set(CONFIRMING_FETCHES, number(schedule.confirming_fetches))
            .send("hasten the item's fetch")
            .await
    }

    /// Stores a signal, unless the row has the same or a stronger one. Nothing else changes.
    pub async fn raise_signal(&self, id: ItemId, pending: PendingSignal) -> Result<Write, Error> {
        let others = signals(|of_row| of_row >= pending);
        let condition = format!(
            "attribute_exists(pk) AND {NOT_ERASED} AND {}",
            has_none_of(&others)
        );
        let request = self
            .update(id)
            .condition_expression(condition)
            .set_expression_attribute_values(Some(others));
        Update::new(request)
            .set(PENDING_SIGNAL, signal(pending))
            .send("store the signal")
            .await
    }

    /// Replaces the row of an erased user's item, or an absent one, by a tombstone that no other write replaces. A row whose
    /// owner `owner` does not outrank stays. The tombstone expires once Pluggy has deleted the item: until then, late
    /// events would bring the item back.
    pub async fn erase(
        &self,
        id: ItemId,
        owner: &Owner,
        is_deleted: bool,
        now: Timestamp,
    ) -> Result<Write, Error> {
        let tombstone = StoredItem {
            item_id: id,
            created_at: now,
            schedule: Schedule::default(),
            state: RowState::Tombstone {
                deleted_at: now,
                is_erased: true,
            },
        };
        let mut row = to_row(&tombstone);
        let expires_at = row.remove(EXPIRES_AT).filter(|_| is_deleted);
        row.extend(expires_at.clone().map(|at| (EXPIRES_AT.to_owned(), at)));
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(row))
            .item(FETCHED_AT, time(now))
            .condition_expression(format!(
                "{NOT_ERASED} AND ({} OR #owner = :owner)",
                owner.may_hold_the_row()
            ))
            .expression_attribute_names("#owner", OWNER)
            .set_expression_attribute_values(Some(owner.values_that_hold()));
        let written = outcome(put.send(), "erase the item").await?;
        let Some(expires_at) = expires_at.filter(|_| written == Write::Stale) else {
            return Ok(written);
        };
        Update::new(self.update(id).condition_expression(ERASED))
            .set(EXPIRES_AT, expires_at)
            .send("let the tombstone expire")
            .await
    }

    /// Removes a user from the row of an item that no response of Pluggy confirms as theirs. The next fetch stores its
    /// owner.
    pub async fn disown(&self, id: ItemId, user: &ClientUserId) -> Result<(), Error> {
        let request = self
            .update(id)
            .condition_expression("#owner = :user")
            .expression_attribute_names("#owner", OWNER)
            .expression_attribute_values(":user", text(user.as_str()));
        Update::new(request)
            .remove(OWNER)
            .remove(OWNER_PROVENANCE)
            .remove(CREATED_AT_ITEM_ID)
            .send("disown the item")
            .await?;
        Ok(())
    }

    /// Removes the tombstone of an erased user from an item that Pluggy says is another user's.
    pub async fn remove_tombstone(&self, id: ItemId) -> Result<(), Error> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(item_key(id)))
            .condition_expression(ERASED);
        outcome(delete.send(), "remove the tombstone").await?;
        Ok(())
    }

    fn update(&self, id: ItemId) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(item_key(id)))
    }
}

fn requests_to_the_user(update: Update, item: &Item) -> Update {
    update
        .set_or_remove(PARAMETER, item.parameter.as_ref().and_then(document))
        .set_or_remove(USER_ACTION, item.user_action.as_ref().and_then(document))
}
