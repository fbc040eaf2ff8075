//! Erasure of one item: at Pluggy, then its row and the bodies of its events. Each change of its state is stored before its
//! effects are.

use std::time::Duration;

use client::chain;
use futures_util::stream::{self, StreamExt as _};
use jiff::{SignedDuration, Timestamp};
use pluggy::{ClientUserId, Item, ItemId};
use store::{
    ErasedItem, EventKey, ItemRefusal, NewEvent, Owner, Provenance, StoredItem, Target, Write,
};

use crate::refusal::{Refusal, refusal};
use crate::work::Work;
use crate::{App, Error};

/// How long the fetch request for another user's item is kept.
const FETCH_REQUEST_RETENTION: SignedDuration = SignedDuration::from_hours(24);

/// The outcome for an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The item is done, or the erasure has stored the reason why it is not.
    Ended,
    /// It belongs to another user, and stays.
    Another,
    /// Pluggy does not answer for now. A later call repeats it.
    Waiting {
        wait: Duration,
        /// Whether other items have to wait too.
        with_all: bool,
    },
}

/// The owner of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Knowledge {
    /// The user's, as this owner.
    Theirs(Owner),
    /// Only events or operators have named its owner, or nobody has.
    Unconfirmed,
    /// Another user's.
    Another,
    /// Pluggy no longer has it. The events name its owner.
    Gone,
}

/// Returns what the row and the state of the item say about its owner. If the erasure already has the item, another owner
/// in the row or a tombstone proves nothing, and Pluggy is asked.
fn knowledge(
    row: Option<&StoredItem>,
    user: &ClientUserId,
    state: Option<&ErasedItem>,
) -> Knowledge {
    let of_row = row.and_then(StoredItem::owner);
    let is_anothers = of_row.is_some_and(|owner| owner.user != *user);
    if !is_anothers && state.is_some_and(ErasedItem::is_theirs) {
        return Knowledge::Theirs(confirmed(user));
    }
    let Some(row) = row else {
        return Knowledge::Unconfirmed;
    };
    match of_row {
        Some(owner) if !is_anothers && row.snapshot().is_some() => Knowledge::Theirs(owner.clone()),
        _ if state.is_some() => Knowledge::Unconfirmed,
        _ if is_anothers => Knowledge::Another,
        _ if row.is_tombstone() && !row.is_erased() => Knowledge::Gone,
        _ => Knowledge::Unconfirmed,
    }
}

fn confirmed(user: &ClientUserId) -> Owner {
    Owner {
        user: user.clone(),
        provenance: Provenance::Response,
    }
}

/// The owner in Pluggy's response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    User,
    Another,
    Nobody,
}

fn named_by(item: &Item, user: &ClientUserId) -> Named {
    match item.client_user_id.as_deref() {
        None => Named::Nobody,
        Some(named) if named == user.as_str() => Named::User,
        Some(_) => Named::Another,
    }
}

/// A call to Pluggy that failed.
enum Failed {
    Refused(String),
    Waiting { wait: Duration, with_all: bool },
}

impl From<Failed> for Outcome {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Refused(_) => Self::Ended,
            Failed::Waiting { wait, with_all } => Self::Waiting { wait, with_all },
        }
    }
}

impl Work<'_> {
    /// Erases an item of the user, or one that an event says is the user's. Each step can be repeated. Nothing is stored
    /// before it is known to be the user's.
    pub(crate) async fn erase_item(&mut self, id: ItemId) -> Result<Outcome, Error> {
        let row = match self.app.items.get(id).await {
            Err(store::Error::Corrupt { .. }) => None,
            row => row?,
        };
        let row = row.as_ref();
        let state = self.erasure.items.get(&id).cloned();
        let (owner, is_gone) = match knowledge(row, self.user, state.as_ref()) {
            Knowledge::Another => return Ok(Outcome::Another),
            Knowledge::Theirs(owner) => (owner, false),
            Knowledge::Gone => match self.owner_by_events(id, row).await? {
                Some(owner) => (owner, true),
                None => return Ok(Outcome::Another),
            },
            Knowledge::Unconfirmed => match self.app.pluggy.item(id, self.now).await {
                Ok(item) => {
                    let named = item.as_ref().map(|item| named_by(item, self.user));
                    let owner = match named {
                        Some(Named::User) => Some(confirmed(self.user)),
                        Some(Named::Another) => None,
                        Some(Named::Nobody) | None => self.owner_by_events(id, row).await?,
                    };
                    let Some(owner) = owner else {
                        self.release(id, row).await?;
                        return Ok(Outcome::Another);
                    };
                    (owner, item.is_none())
                }
                Err(error) => {
                    let failed = self.failed(error)?;
                    if let Failed::Refused(reason) = &failed {
                        let reason = format!("not fetched: {reason}");
                        let refusal = self.refused(id, reason);
                        self.put_state(id, ErasedItem::NotFetched(refusal)).await?;
                        self.app.items.disown(id, self.user).await?;
                    }
                    return Ok(failed.into());
                }
            },
        };
        if !state.as_ref().is_some_and(ErasedItem::is_theirs) {
            self.put_state(id, ErasedItem::Theirs).await?;
        }
        self.app.erasures.mark_item(id, self.now).await?;
        let counts = &mut self.erasure.counts;
        if is_gone {
            counts.items_gone += 1;
        } else {
            match self.app.pluggy.delete_item(id, self.now).await {
                Ok(Some(_)) => counts.items_deleted += 1,
                Ok(None) => counts.items_gone += 1,
                Err(error) => {
                    let failed = self.failed(error)?;
                    if let Failed::Refused(reason) = &failed {
                        let refusal = self.refused(id, reason.clone());
                        self.put_state(id, ErasedItem::NotDeleted(refusal)).await?;
                    }
                    // Nothing of it stays here, although Pluggy has it.
                    self.erase_here(id, &owner, false).await?;
                    return Ok(failed.into());
                }
            }
        }
        self.erase_here(id, &owner, true).await?;
        self.app.erasures.let_item_expire(id, self.now).await?;
        self.put_state(id, ErasedItem::Done).await?;
        Ok(Outcome::Ended)
    }

    /// Returns the user as the owner, if the row or the events say so, or if `item-sync` has found the item and nothing
    /// names somebody else. Called if Pluggy names nobody.
    async fn owner_by_events(
        &self,
        id: ItemId,
        row: Option<&StoredItem>,
    ) -> Result<Option<Owner>, Error> {
        let of_row = row.and_then(StoredItem::owner);
        if let Some(owner) = of_row.filter(|owner| owner.user == *self.user) {
            return Ok(Some(owner.clone()));
        }
        let (events, ours) = (&self.app.events, self.app.client_id);
        let history = events.history(Target::Item(id), ours, self.now).await?;
        let by_item_sync = self.erasure.items.contains_key(&id).then(|| Owner {
            user: self.user.clone(),
            provenance: Provenance::Event,
        });
        let owner = history.owner().or(by_item_sync);
        Ok(owner.filter(|owner| owner.user == *self.user))
    }

    /// Stores the state of an item. Fails if the erasure was lifted.
    async fn put_state(&mut self, id: ItemId, state: ErasedItem) -> Result<(), Error> {
        let stored = self.app.erasures.put_item(&self.erasure.user, id, &state);
        if stored.await? == Write::Stale {
            return Err(Error::Lifted);
        }
        self.erasure.items.insert(id, state);
        Ok(())
    }

    fn refused(&self, id: ItemId, reason: String) -> ItemRefusal {
        tracing::warn!(item.id = %id, reason, "item not deleted at pluggy");
        let pass = self.erasure.pass;
        ItemRefusal { reason, pass }
    }

    fn failed(&self, error: client::Error) -> Result<Failed, Error> {
        let since = self.erasure.marked_at.unwrap_or(self.now);
        let (wait, with_all) = match refusal(&error, self.now.duration_since(since)) {
            Refusal::GiveUp => return Err(Error::Pluggy(error)),
            Refusal::Report(reason) => return Ok(Failed::Refused(reason)),
            Refusal::Wait(wait) => (wait, false),
            Refusal::WaitWithAll(wait) => (wait, true),
        };
        tracing::warn!(error = chain(&error), "pluggy does not answer for now");
        Ok(Failed::Waiting { wait, with_all })
    }

    /// Replaces the row by the tombstone, and removes the bodies of the item's events.
    async fn erase_here(
        &mut self,
        id: ItemId,
        owner: &Owner,
        is_deleted: bool,
    ) -> Result<(), Error> {
        let app = self.app;
        app.items.erase(id, owner, is_deleted, self.now).await?;
        let bodies = app.events.bodies_about(id).await?;
        self.erasure.counts.bodies += remove_bodies(app, &bodies, self.now).await?;
        Ok(())
    }

    /// Takes the user off an item that is another user's, and requests a fetch, which stores its owner. An item that the
    /// erasure has not touched stays as it is.
    async fn release(&mut self, id: ItemId, row: Option<&StoredItem>) -> Result<(), Error> {
        let is_touched = self.erasure.items.contains_key(&id);
        let is_named = row.and_then(StoredItem::user) == Some(self.user);
        if !is_touched && !is_named {
            return Ok(());
        }
        let app = self.app;
        app.items.disown(id, self.user).await?;
        if is_touched {
            app.items.remove_tombstone(id).await?;
            app.erasures.unmark_item(id).await?;
        }
        let request = format!("fetch-{}", self.now.as_millisecond());
        let request = NewEvent::fetch_request(Target::Item(id), &request, self.now);
        app.events.insert(&request, FETCH_REQUEST_RETENTION).await?;
        app.erasures.remove_item(&self.erasure.user, id).await?;
        self.erasure.items.remove(&id);
        Ok(())
    }
}

/// Removes the bodies of events, and returns how many there were.
pub(crate) async fn remove_bodies(
    app: &App,
    keys: &[EventKey],
    now: Timestamp,
) -> Result<u64, Error> {
    let removals = keys.iter().map(|key| app.events.remove_body(key, now));
    let mut removals = stream::iter(removals).buffer_unordered(app.writes_at_a_time);
    let mut removed = 0;
    while let Some(removal) = removals.next().await {
        removed += u64::from(removal?);
    }
    Ok(removed)
}

/// Deletes events, and returns how many.
pub(crate) async fn delete_rows(app: &App, keys: &[EventKey]) -> Result<u64, Error> {
    let deletions = keys.iter().map(|key| app.events.delete(key));
    let mut deletions = stream::iter(deletions).buffer_unordered(app.writes_at_a_time);
    let mut deleted = 0;
    while let Some(deletion) = deletions.next().await {
        deletion?;
        deleted += 1;
    }
    Ok(deleted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use store::{RowState, Schedule, Snapshot};

    fn user() -> ClientUserId {
        "usr_1".parse().unwrap()
    }

    fn item(named: &serde_json::Value) -> Box<Item> {
        let item = json!({
            "id": "9a7b6c5d-0000-4000-8000-000000000001", "status": "UPDATED",
            "executionStatus": "SUCCESS", "clientUserId": named,
        });
        serde_json::from_value(item).unwrap()
    }

    fn row(state: RowState) -> StoredItem {
        StoredItem {
            item_id: "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap(),
            created_at: Timestamp::UNIX_EPOCH,
            schedule: Schedule::default(),
            state,
        }
    }

    fn owner(user: &str) -> Owner {
        Owner {
            user: user.parse().unwrap(),
            provenance: Provenance::Event,
        }
    }

    fn fetched(user: &str) -> StoredItem {
        row(RowState::Fetched {
            owner: Some(owner(user)),
            snapshot: Snapshot {
                item: item(&json!(null)),
                fetched_at: Timestamp::UNIX_EPOCH,
            },
        })
    }

    #[test]
    fn only_a_fetched_row_of_the_user_is_deleted_without_a_fetch() {
        let tombstone = |is_erased| {
            row(RowState::Tombstone {
                deleted_at: Timestamp::UNIX_EPOCH,
                is_erased,
            })
        };
        let placeholder = |owner| row(RowState::Placeholder { owner });
        let theirs = Knowledge::Theirs(owner("usr_1"));
        for (row, expected) in [
            (None, Knowledge::Unconfirmed),
            (Some(fetched("usr_1")), theirs),
            (Some(fetched("usr_2")), Knowledge::Another),
            (
                Some(placeholder(Some(owner("usr_1")))),
                Knowledge::Unconfirmed,
            ),
            (Some(placeholder(Some(owner("usr_2")))), Knowledge::Another),
            (Some(placeholder(None)), Knowledge::Unconfirmed),
            (Some(tombstone(false)), Knowledge::Gone),
            (Some(tombstone(true)), Knowledge::Unconfirmed),
        ] {
            assert_eq!(knowledge(row.as_ref(), &user(), None), expected, "{row:?}");
        }
    }

    #[test]
    fn pluggy_is_asked_about_an_item_of_the_erasure_whatever_its_row_says() {
        let tombstone = row(RowState::Tombstone {
            deleted_at: Timestamp::UNIX_EPOCH,
            is_erased: false,
        });
        let others = fetched("usr_2");

        for row in [&tombstone, &others] {
            let found = knowledge(Some(row), &user(), Some(&ErasedItem::Found));
            assert_eq!(found, Knowledge::Unconfirmed, "{row:?}");
        }
        let theirs = knowledge(Some(&others), &user(), Some(&ErasedItem::Theirs));
        assert_eq!(theirs, Knowledge::Unconfirmed);
        let theirs = knowledge(Some(&tombstone), &user(), Some(&ErasedItem::Theirs));
        assert_eq!(theirs, Knowledge::Theirs(confirmed(&user())));
    }

    #[test]
    fn a_response_names_the_user_another_one_or_nobody() {
        assert_eq!(named_by(&item(&json!(null)), &user()), Named::Nobody);
        assert_eq!(named_by(&item(&json!("usr_1")), &user()), Named::User);
        assert_eq!(named_by(&item(&json!("usr_2")), &user()), Named::Another);
    }
}
