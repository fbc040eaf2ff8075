//! Erasure of a user: the transactions of the user's items are deleted.

use std::collections::HashSet;

use pluggy::ItemId;

use crate::App;
use crate::apply::Error;
use crate::event::{Malformed, UserErased};
use crate::invocation::Invocation;
use crate::plan::SCHEMA_VERSION;

/// Deletes the transactions of the event's items, and returns how many there were. A repetition finds none.
pub(crate) async fn erase(
    app: &App,
    event: &UserErased,
    invocation: &Invocation,
) -> Result<usize, Error> {
    let version = event.detail.schema_version;
    if version != SCHEMA_VERSION {
        return Err(Malformed::Version(version).into());
    }
    erase_items(app, &event.detail.item_ids, invocation).await
}

/// Deletes the transactions of an item whose user was erased while they were fetched. The erasure may have
/// searched the table before they were stored.
pub(crate) async fn erase_if_erased(
    app: &App,
    item_id: ItemId,
    invocation: &Invocation,
) -> Result<(), Error> {
    if app.table.is_erased(item_id).await? {
        erase_items(app, &[item_id], invocation).await?;
    }
    Ok(())
}

async fn erase_items(app: &App, items: &[ItemId], invocation: &Invocation) -> Result<usize, Error> {
    app.table.put_erased(items, invocation.now()).await?;
    let items: HashSet<String> = items.iter().map(ToString::to_string).collect();
    let (mut erased, mut page) = (0, None);
    loop {
        let (keys, next) = app.table.keys_of(&items, page).await?;
        erased += keys.len();
        app.table.delete(keys).await?;
        match next {
            Some(next) => page = Some(next),
            None => return Ok(erased),
        }
    }
}
