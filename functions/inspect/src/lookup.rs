//! Lookup of an item, and of the items of a user.

use std::time::Duration;

use jiff::Timestamp;
use pluggy::{ClientUserId, ItemId};
use store::{Cursor, Error, Healths, Target};
use tokio::time::Instant;

use crate::{App, ItemReport, ItemSummary, UserReport};

/// Maximum number of items of a user in one report.
const MAX_ITEMS: i32 = 50;
/// Time that is left for the page of events that is being read, and for the reads after it.
const RESERVE: Duration = Duration::from_secs(7);

pub(crate) async fn item(
    app: &App,
    item_id: ItemId,
    now: Timestamp,
    deadline: Instant,
) -> Result<ItemReport, Error> {
    let row = match app.items.get(item_id).await {
        Ok(stored) => Ok(stored),
        Err(Error::Corrupt { attribute }) => Err(attribute),
        Err(error) => return Err(error),
    };
    let until = deadline.checked_sub(RESERVE).unwrap_or(deadline);
    let timeline = app.events.timeline(Target::Item(item_id), now, until);
    let timeline = timeline.await?;
    let stored = row
        .as_ref()
        .map(Option::as_ref)
        .map_err(|attribute| *attribute);
    let healths = Healths::of(&app.connectors, stored.ok().flatten(), now).await;
    Ok(ItemReport::new(item_id, stored, &healths, &timeline, now))
}

pub(crate) async fn user(
    app: &App,
    user: &ClientUserId,
    cursor: Option<&Cursor>,
    now: Timestamp,
) -> Result<UserReport, Error> {
    let page = app.items.owned_by(user, MAX_ITEMS, cursor).await?;
    let healths = Healths::of(&app.connectors, &page.items, now).await;
    Ok(UserReport {
        items: page
            .items
            .iter()
            .map(|stored| ItemSummary::new(stored, &healths, now))
            .collect(),
        unreadable: page.unreadable,
        cursor: page.next.as_ref().map(Cursor::to_text),
    })
}
