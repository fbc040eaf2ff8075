//! Queries and scans of `EventTable` for events that its stream no longer holds. Expired rows count as gone,
//! even if DynamoDB has not removed them yet.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Select};
use jiff::Timestamp;
use tokio::time::Instant;

use super::attributes::{Row, number, text, time};
use super::error::unavailable;
use super::event::{BODY, BODY_ENCODING, EVENT, ORIGIN, QUARANTINE, RECEIVED_AT, TRUNCATED};
use super::items::logged;
use super::scan::row_count;
use super::schema::{CONNECTOR_PREFIX, EXPIRES_AT, ITEM_PREFIX, PARTITION_KEY, SORT_KEY};
use super::{
    Error, EventHistory, EventRow, Events, Origin, Quarantine, ScanCursor, ScanPage, Target,
};
use pluggy::ClientId;

/// Maximum number of pages of a timeline. DynamoDB ends a page at 1 MB, and bodies count even if not
/// requested.
const MAX_TIMELINE_PAGES: usize = 50;
/// Attributes that a scan requests. A quarantined row is included, because its body decides whether the
/// quarantine still applies.
const FOUND: &str = "#pk, #sk, #event, #receivedAt, #origin, #quarantine, #body, #bodyEncoding";

/// The events about one target, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// The events.
    pub events: Vec<EventRow>,
    /// Whether these are all events. With very many events, some are left unread, in no order of time.
    pub is_complete: bool,
}

impl Events {
    /// Returns the events about one target, without their bodies. Reads no further page after `deadline`.
    pub async fn timeline(
        &self,
        target: Target,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Timeline, Error> {
        let mut events = Vec::new();
        let mut page = None;
        for _ in 0..MAX_TIMELINE_PAGES {
            let answer = self
                .about(target, now)
                .filter_expression("#expiresAt > :now")
                .projection_expression(
                    "#pk, #sk, #event, #receivedAt, #origin, #quarantine, #truncated",
                )
                .expression_attribute_names("#sk", SORT_KEY)
                .expression_attribute_names("#event", EVENT)
                .expression_attribute_names("#receivedAt", RECEIVED_AT)
                .expression_attribute_names("#origin", ORIGIN)
                .expression_attribute_names("#quarantine", QUARANTINE)
                .expression_attribute_names("#truncated", TRUNCATED)
                .set_exclusive_start_key(page)
                .send()
                .await
                .map_err(unavailable("query the events"))?;
            events.extend(readable(answer.items.as_deref().unwrap_or_default()));
            page = answer.last_evaluated_key;
            if page.is_none() || Instant::now() >= deadline {
                break;
            }
        }
        events.sort_by(|a, b| (b.received_at, &b.key.sort).cmp(&(a.received_at, &a.key.sort)));
        Ok(Timeline {
            events,
            is_complete: page.is_none(),
        })
    }

    /// Returns the facts from the events about one target that a replay must keep. Events that name `ours` count
    /// even if they were quarantined for another application.
    pub async fn history(
        &self,
        target: Target,
        ours: ClientId,
        now: Timestamp,
    ) -> Result<EventHistory, Error> {
        let mut history = EventHistory::default();
        let mut page = None;
        loop {
            let answer = self
                .about(target, now)
                .filter_expression(
                    // An event of another application may be ours after all, according to its body. It then
                    // counts as Pluggy's, whatever its name is.
                    "#expiresAt > :now AND (#quarantine = :foreign OR \
                     attribute_not_exists(#quarantine) \
                     AND (begins_with(#event, :item) OR #origin IN (:replay, :import)))",
                )
                .expression_attribute_names("#quarantine", QUARANTINE)
                .expression_attribute_names("#event", EVENT)
                .expression_attribute_names("#origin", ORIGIN)
                .expression_attribute_values(":foreign", foreign())
                .expression_attribute_values(":item", text("item/"))
                .expression_attribute_values(":replay", text(Origin::Replay.as_str()))
                .expression_attribute_values(":import", text(Origin::Import.as_str()))
                .set_exclusive_start_key(page)
                .send()
                .await
                .map_err(unavailable("query the events"))?;
            for event in readable(answer.items.as_deref().unwrap_or_default()) {
                history.add(&event, ours);
            }
            page = answer.last_evaluated_key;
            if page.is_none() {
                break;
            }
        }
        history.is_from_pluggy = history.is_from_pluggy || self.has_webhook(target, now).await?;
        Ok(history)
    }

    /// Returns whether any webhook is about the target, also one that could not name a user.
    async fn has_webhook(&self, target: Target, now: Timestamp) -> Result<bool, Error> {
        let mut page = None;
        loop {
            let answer = self
                .about(target, now)
                .filter_expression(
                    "#expiresAt > :now AND attribute_not_exists(#quarantine) AND #origin = :webhook",
                )
                .select(Select::Count)
                .expression_attribute_names("#quarantine", QUARANTINE)
                .expression_attribute_names("#origin", ORIGIN)
                .expression_attribute_values(":webhook", text(Origin::Webhook.as_str()))
                .set_exclusive_start_key(page)
                .send()
                .await
                .map_err(unavailable("query the events"))?;
            page = answer.last_evaluated_key;
            if answer.count > 0 || page.is_none() {
                return Ok(answer.count > 0);
            }
        }
    }

    /// Returns events about items and connectors that were received since a time, except hints and quarantined ones. A
    /// hint is left out because a frontend may name any item.
    pub async fn since(
        &self,
        ours: ClientId,
        since: Timestamp,
        now: Timestamp,
        after: Option<&ScanCursor>,
    ) -> Result<ScanPage<EventRow>, Error> {
        let scan = self
            .scan(now, after)
            .filter_expression(
                "#expiresAt > :now AND #receivedAt >= :since AND #origin <> :hint \
                 AND (attribute_not_exists(#quarantine) OR #quarantine = :foreign) \
                 AND (begins_with(#pk, :item) OR begins_with(#pk, :connector))",
            )
            .projection_expression(FOUND)
            .expression_attribute_values(":since", time(since))
            .expression_attribute_values(":hint", text(Origin::Hint.as_str()))
            .expression_attribute_values(":item", text(ITEM_PREFIX))
            .expression_attribute_values(":connector", text(CONNECTOR_PREFIX));
        found(scan, ours).await
    }

    /// Returns events about items that may name a user, except quarantined ones.
    pub async fn naming_users(
        &self,
        ours: ClientId,
        now: Timestamp,
        after: Option<&ScanCursor>,
    ) -> Result<ScanPage<EventRow>, Error> {
        let scan = self
            .scan(now, after)
            .filter_expression(
                "#expiresAt > :now \
                 AND (attribute_not_exists(#quarantine) OR #quarantine = :foreign) \
                 AND begins_with(#pk, :item) \
                 AND (begins_with(#event, :itemEvent) OR #origin IN (:replay, :import))",
            )
            .projection_expression(FOUND)
            .expression_attribute_values(":item", text(ITEM_PREFIX))
            .expression_attribute_values(":itemEvent", text("item/"))
            .expression_attribute_values(":replay", text(Origin::Replay.as_str()))
            .expression_attribute_values(":import", text(Origin::Import.as_str()));
        found(scan, ours).await
    }

    /// Returns the number of rows, as DynamoDB counted them some hours ago.
    pub async fn row_count(&self) -> Result<Option<u64>, Error> {
        row_count(&self.client, &self.table).await
    }

    fn about(&self, target: Target, now: Timestamp) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("#pk = :pk")
            .expression_attribute_names("#pk", PARTITION_KEY)
            .expression_attribute_names("#expiresAt", EXPIRES_AT)
            .expression_attribute_values(":pk", text(target.key()))
            .expression_attribute_values(":now", number(now.as_second()))
    }

    fn scan(&self, now: Timestamp, after: Option<&ScanCursor>) -> ScanFluentBuilder {
        self.client
            .scan()
            .table_name(&self.table)
            .set_exclusive_start_key(after.map(ScanCursor::to_row))
            .expression_attribute_names("#pk", PARTITION_KEY)
            .expression_attribute_names("#event", EVENT)
            .expression_attribute_names("#origin", ORIGIN)
            .expression_attribute_names("#quarantine", QUARANTINE)
            .expression_attribute_names("#expiresAt", EXPIRES_AT)
            .expression_attribute_names("#sk", SORT_KEY)
            .expression_attribute_names("#receivedAt", RECEIVED_AT)
            .expression_attribute_names("#body", BODY)
            .expression_attribute_names("#bodyEncoding", BODY_ENCODING)
            .expression_attribute_values(":foreign", foreign())
            .expression_attribute_values(":now", number(now.as_second()))
    }
}

/// Returns the events of a page that are about a target and not quarantined.
async fn found(scan: ScanFluentBuilder, ours: ClientId) -> Result<ScanPage<EventRow>, Error> {
    let answer = scan.send().await.map_err(unavailable("scan the events"))?;
    ScanPage::new(answer, |row| {
        let event = logged(EventRow::from_row(&row))?;
        (event.target().is_some() && !event.is_quarantined(Some(ours))).then_some(event)
    })
}

/// Returns the readable events. An unreadable row must not hide the others.
fn readable(rows: &[Row]) -> impl Iterator<Item = EventRow> {
    rows.iter()
        .filter_map(|row| logged(EventRow::from_row(row)))
}

pub(super) fn foreign() -> AttributeValue {
    text(Quarantine::ForeignClientId.as_str())
}
