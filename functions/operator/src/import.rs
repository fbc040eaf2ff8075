//! Items that an operator names: they come in through the one door, and item-sync reads them.

use jiff::Timestamp;
use store::Target;
use uuid::Uuid;

use crate::fetch_request::Look;
use crate::{App, NamedItem, Report};

pub(crate) async fn import(
    app: &App,
    run: Uuid,
    items: Vec<NamedItem>,
    now: Timestamp,
) -> Result<Report, store::Error> {
    let (mut imported, mut known) = (0, 0);
    for item in items {
        let look = Look::named(run, Target::Item(item.item_id), item.client_user_id);
        if look.ask(&app.events, now).await? {
            imported += 1;
        } else {
            known += 1;
        }
    }
    Ok(Report::Imported { imported, known })
}
