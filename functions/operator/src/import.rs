//! Import of items that an operator names. The command stores fetch requests, and `item-sync` fetches the
//! items. An item that is named for an erased user is left out.

use jiff::Timestamp;
use store::Target;
use uuid::Uuid;

use crate::fetch_request::FetchRequest;
use crate::{App, NamedItem, Report};

pub(crate) async fn import(
    app: &App,
    run: Uuid,
    items: Vec<NamedItem>,
    now: Timestamp,
) -> Result<Report, store::Error> {
    let (mut imported, mut known, mut erased) = (0, 0, 0);
    for item in items {
        if let Some(user) = &item.client_user_id
            && app.erasures.is_erased(user, now).await?
        {
            erased += 1;
            continue;
        }
        let request = FetchRequest::named(run, Target::Item(item.item_id), item.client_user_id);
        if request.store(app, now).await? {
            imported += 1;
        } else {
            known += 1;
        }
    }
    Ok(Report::Imported {
        imported,
        known,
        erased,
    })
}
