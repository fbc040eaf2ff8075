//! Erasure of one item: at Pluggy, then its row and the bodies of its events.

use std::time::Duration;

use client::chain;
use futures_util::stream::{self, StreamExt as _};
use jiff::{SignedDuration, Timestamp};
use pluggy::{ClientUserId, Item, ItemId};
use store::{Erasure, EventKey, NewEvent, StoredItem, Target};

use crate::refusal::{Refusal, refusal};
use crate::{App, Error};

/// How long the fetch request for another user's item is kept.
const FETCH_REQUEST_RETENTION: SignedDuration = SignedDuration::from_hours(24);

/// The outcome for an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing of it is left here. Pluggy has deleted it, or the erasure has the reason why not.
    Erased,
    /// It belongs to another user, and stays.
    Another,
    /// Pluggy does not answer for now. A later call repeats it.
    Waiting {
        wait: Duration,
        /// Whether other items have to wait too.
        with_all: bool,
    },
}

/// The owner of an item, as far as its row knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Knowledge {
    /// The user's, according to Pluggy.
    Theirs,
    /// Only events or operators have named its owner, or nobody has.
    Unconfirmed,
    /// Another user's.
    Another,
    /// Pluggy no longer has it.
    Gone,
    /// It was erased before.
    Erased,
}

/// Returns what the row says. `is_open` is whether the erasure still has to delete the item at Pluggy, although its row
/// is a tombstone.
fn knowledge(row: Option<&StoredItem>, user: &ClientUserId, is_open: bool) -> Knowledge {
    let Some(row) = row else {
        return Knowledge::Unconfirmed;
    };
    if row.is_erased() {
        return if is_open {
            Knowledge::Unconfirmed
        } else {
            Knowledge::Erased
        };
    }
    match row.user() {
        _ if row.is_tombstone() => Knowledge::Gone,
        Some(owner) if owner != user => Knowledge::Another,
        Some(_) if row.snapshot().is_some() => Knowledge::Theirs,
        Some(_) | None => Knowledge::Unconfirmed,
    }
}

/// Returns whether Pluggy's response says that the item is another user's. A response that names nobody does not: an
/// event has named the user then.
fn is_anothers(item: &Item, user: &ClientUserId) -> bool {
    let named = item.client_user_id.as_deref();
    named.is_some_and(|named| named != user.as_str())
}

/// Erases an item of the user, or one that an event says is the user's. Each step can be repeated.
pub(crate) async fn erase(
    app: &App,
    user: &ClientUserId,
    erasure: &mut Erasure,
    id: ItemId,
    now: Timestamp,
) -> Result<Outcome, Error> {
    let row = match app.items.get(id).await {
        Err(store::Error::Corrupt { .. }) => None,
        row => row?,
    };
    let is_open = erasure.late_items.contains(&id) || erasure.not_deleted.contains_key(&id);
    let running_for = now.duration_since(erasure.started_at);
    let knowledge = knowledge(row.as_ref(), user, is_open);
    let is_confirmed = match knowledge {
        Knowledge::Another => return Ok(Outcome::Another),
        Knowledge::Erased | Knowledge::Gone => None,
        Knowledge::Theirs => Some(true),
        Knowledge::Unconfirmed => Some(false),
    };
    // The final sweep and the marker need the id, whatever happens from here on.
    if erasure.items.insert(id) {
        app.erasures.add_item(&erasure.user, id).await?;
    }
    app.erasures.mark_item(id, now).await?;
    if let Some(is_confirmed) = is_confirmed {
        match delete_at_pluggy(app, user, id, is_confirmed, running_for, now).await? {
            AtPluggy::Deleted => erasure.counts.items_deleted += 1,
            AtPluggy::Gone => erasure.counts.items_gone += 1,
            AtPluggy::Refused(reason) => {
                tracing::warn!(item.id = %id, reason, "item not deleted at pluggy");
                erasure.not_deleted.insert(id, reason);
                erase_here(app, user, erasure, id, now).await?;
                return Ok(Outcome::Erased);
            }
            AtPluggy::Another => {
                release(app, user, erasure, id, now).await?;
                return Ok(Outcome::Another);
            }
            AtPluggy::Waiting { wait, with_all } => {
                return Ok(Outcome::Waiting { wait, with_all });
            }
        }
    }
    erasure.not_deleted.remove(&id);
    erase_here(app, user, erasure, id, now).await?;
    Ok(Outcome::Erased)
}

/// The result of the deletion at Pluggy.
enum AtPluggy {
    Deleted,
    Gone,
    Another,
    Refused(String),
    Waiting { wait: Duration, with_all: bool },
}

/// Deletes the item at Pluggy. One that no response has confirmed as the user's is fetched first.
async fn delete_at_pluggy(
    app: &App,
    user: &ClientUserId,
    id: ItemId,
    is_confirmed: bool,
    running_for: SignedDuration,
    now: Timestamp,
) -> Result<AtPluggy, Error> {
    if !is_confirmed {
        match app.pluggy.item(id, now).await {
            Ok(Some(item)) if is_anothers(&item, user) => return Ok(AtPluggy::Another),
            Ok(Some(_)) => {}
            Ok(None) => return Ok(AtPluggy::Gone),
            Err(error) => return failed(error, "not fetched: ", running_for),
        }
    }
    match app.pluggy.delete_item(id, now).await {
        Ok(Some(_)) => Ok(AtPluggy::Deleted),
        Ok(None) => Ok(AtPluggy::Gone),
        Err(error) => failed(error, "", running_for),
    }
}

fn failed(
    error: client::Error,
    before: &str,
    running_for: SignedDuration,
) -> Result<AtPluggy, Error> {
    let (wait, with_all) = match refusal(&error, running_for) {
        Refusal::GiveUp => return Err(Error::Pluggy(error)),
        Refusal::Report(reason) => return Ok(AtPluggy::Refused(format!("{before}{reason}"))),
        Refusal::Wait(wait) => (wait, false),
        Refusal::WaitWithAll(wait) => (wait, true),
    };
    tracing::warn!(error = chain(&error), "pluggy does not answer for now");
    Ok(AtPluggy::Waiting { wait, with_all })
}

/// Replaces the row by the tombstone, and removes the bodies of the item's events.
async fn erase_here(
    app: &App,
    user: &ClientUserId,
    erasure: &mut Erasure,
    id: ItemId,
    now: Timestamp,
) -> Result<(), Error> {
    app.items.erase(id, user, now).await?;
    let bodies = app.events.bodies_about(id).await?;
    erasure.counts.bodies += remove_bodies(app, &bodies, now).await?;
    if erasure.late_items.remove(&id) {
        app.erasures.remove_late_item(&erasure.user, id).await?;
    }
    Ok(())
}

/// Takes the user off the row of an item that is another user's, and requests a fetch, which stores its owner.
async fn release(
    app: &App,
    user: &ClientUserId,
    erasure: &mut Erasure,
    id: ItemId,
    now: Timestamp,
) -> Result<(), Error> {
    app.items.release(id, user).await?;
    app.erasures.unmark_item(id).await?;
    let request = format!("fetch-{}", now.as_millisecond());
    let request = NewEvent::fetch_request(Target::Item(id), &request, now);
    app.events.insert(&request, FETCH_REQUEST_RETENTION).await?;
    erasure.items.remove(&id);
    erasure.not_deleted.remove(&id);
    app.erasures.remove_item(&erasure.user, id).await?;
    if erasure.late_items.remove(&id) {
        app.erasures.remove_late_item(&erasure.user, id).await?;
    }
    Ok(())
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
    use store::{Owner, Provenance, RowState, Schedule, Snapshot};

    fn user() -> ClientUserId {
        "usr_1".parse().unwrap()
    }

    fn item(fields: &serde_json::Value) -> Box<Item> {
        let mut item = json!({
            "id": "9a7b6c5d-0000-4000-8000-000000000001", "status": "UPDATED",
            "executionStatus": "SUCCESS",
        });
        item["clientUserId"] = fields.clone();
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
        for (row, is_open, expected) in [
            (None, false, Knowledge::Unconfirmed),
            (Some(fetched("usr_1")), false, Knowledge::Theirs),
            (Some(fetched("usr_2")), false, Knowledge::Another),
            (
                Some(placeholder(Some(owner("usr_1")))),
                false,
                Knowledge::Unconfirmed,
            ),
            (
                Some(placeholder(Some(owner("usr_2")))),
                false,
                Knowledge::Another,
            ),
            (Some(placeholder(None)), false, Knowledge::Unconfirmed),
            (Some(tombstone(false)), false, Knowledge::Gone),
            (Some(tombstone(true)), false, Knowledge::Erased),
            (Some(tombstone(true)), true, Knowledge::Unconfirmed),
        ] {
            assert_eq!(
                knowledge(row.as_ref(), &user(), is_open),
                expected,
                "{row:?}"
            );
        }
    }

    #[test]
    fn a_response_that_names_nobody_does_not_contradict_the_event() {
        assert!(!is_anothers(&item(&json!(null)), &user()));
        assert!(!is_anothers(&item(&json!("usr_1")), &user()));
        assert!(is_anothers(&item(&json!("usr_2")), &user()));
    }
}
