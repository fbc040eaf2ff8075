//! Search of all tables for what names the user or has data of the user's items. It changes nothing.

use std::collections::HashSet;

use jiff::Timestamp;
use pluggy::{ClientUserId, ItemId};
use store::{ScanCursor, UserSearch};
use tokio::time::Instant;

use crate::receipt::{Report, gone_later, last_at};
use crate::work::WORKING_TIME;
use crate::{App, Error};

/// Position at which the search continues: a table, and a row in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Items(Option<ScanCursor>),
    Events(Option<ScanCursor>),
    Limits(Option<ScanCursor>),
}

impl Place {
    fn to_text(&self) -> String {
        let (table, cursor) = match self {
            Self::Items(cursor) => ("items", cursor),
            Self::Events(cursor) => ("events", cursor),
            Self::Limits(cursor) => ("limits", cursor),
        };
        let cursor = cursor.as_ref().map(ScanCursor::to_text);
        format!("{table}.{}", cursor.unwrap_or_default())
    }

    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let (table, cursor) = text.split_once('.')?;
        let cursor = match cursor {
            "" => None,
            cursor => Some(ScanCursor::from_text(cursor)?),
        };
        match table {
            "items" => Some(Self::Items(cursor)),
            "events" => Some(Self::Events(cursor)),
            "limits" => Some(Self::Limits(cursor)),
            _ => None,
        }
    }
}

pub(crate) async fn verify(
    app: &App,
    user: &ClientUserId,
    place: Option<Place>,
    now: Timestamp,
    deadline: Instant,
) -> Result<Report, Error> {
    let until = deadline.min(Instant::now() + WORKING_TIME);
    let hmac = app.erasures.hmac(user).await?;
    let erasure = app.erasures.progress(&hmac, now).await?;
    let erased_items: HashSet<ItemId> = erasure
        .iter()
        .flat_map(|erasure| erasure.items.keys().copied())
        .collect();
    let search = UserSearch::to_verify(user, &erased_items, app.client_id);
    let (mut items, mut events, mut limits, mut scanned) = (0, 0, 0, 0);
    let mut place = Some(place.unwrap_or(Place::Items(None)));
    while let Some(current) = place.take() {
        let next = match current {
            Place::Items(after) => {
                let page = app.items.search(&search, after.as_ref()).await?;
                items += page.rows.len();
                scanned += page.scanned;
                Some(match page.next {
                    Some(next) => Place::Items(Some(next)),
                    None => Place::Events(None),
                })
            }
            Place::Events(after) => {
                let page = app.events.search(&search, after.as_ref()).await?;
                events += page.rows.len();
                scanned += page.scanned;
                Some(match page.next {
                    Some(next) => Place::Events(Some(next)),
                    None => Place::Limits(None),
                })
            }
            Place::Limits(after) => {
                let page = app.limits.search(&search, after.as_ref()).await?;
                limits += page.rows.len();
                scanned += page.scanned;
                page.next.map(|next| Place::Limits(Some(next)))
            }
        };
        place = next;
        if Instant::now() >= until {
            break;
        }
    }
    let erased_at = erasure.as_ref().map(last_at);
    let gone_later = erased_at.map(|at| gone_later(at, app.log_retention));
    Ok(Report::Verified {
        items,
        events,
        limits,
        scanned,
        cursor: place.as_ref().map(Place::to_text),
        is_erasure_known: erasure.is_some(),
        gone_later: gone_later.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_trip_through_a_terminal() {
        let key = store::EventKey {
            partition: "ITEM#1".to_owned(),
            sort: "#1.2".to_owned(),
        };
        for place in [
            Place::Items(None),
            Place::Events(Some(ScanCursor::after(&key))),
            Place::Limits(None),
        ] {
            assert_eq!(Place::from_text(&place.to_text()), Some(place));
        }
        for text in ["", "items", "users.", "events.!"] {
            assert_eq!(Place::from_text(text), None, "{text}");
        }
    }
}
