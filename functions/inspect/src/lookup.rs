//! Lookup of an item, and of the items of a user.

use jiff::Timestamp;
use pluggy::{ClientUserId, ItemId};
use store::{Cursor, Error, Healths, Target};

use crate::item_report::Row;
use crate::{App, ItemReport, ItemSummary, UserReport};

/// Maximum number of items of a user in one report.
const MAX_ITEMS: i32 = 50;

pub(crate) async fn item(app: &App, item_id: ItemId, now: Timestamp) -> Result<ItemReport, Error> {
    let row = match app.items.get(item_id).await {
        Ok(None) => Row::Absent,
        Ok(Some(stored)) => Row::Readable(Box::new(stored)),
        Err(Error::Corrupt { attribute }) => Row::Unreadable { attribute },
        Err(error) => return Err(error),
    };
    let timeline = app.events.timeline(Target::Item(item_id), now).await?;
    let healths = Healths::of(&app.connectors, row.readable(), now).await;
    Ok(ItemReport::new(item_id, &row, &healths, &timeline, now))
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
        cursor: page.next.as_ref().map(Cursor::to_text),
    })
}
