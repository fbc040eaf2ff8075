//! `EventTable`, for reading: what was received, long after its stream has forgotten it. What has
//! expired counts as gone, whether DynamoDB has removed it yet or not.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Select};
use jiff::Timestamp;

use super::attributes::{Row, number, text, time};
use super::error::unavailable;
use super::event::{BODY, BODY_ENCODING, EVENT, ORIGIN, QUARANTINE, RECEIVED_AT, TRUNCATED};
use super::items::logged;
use super::schema::{CONNECTOR_PREFIX, EXPIRES_AT, ITEM_PREFIX, PARTITION_KEY, SORT_KEY};
use super::{
    Error, EventCursor, EventHistory, LoggedEvent, Origin, Quarantine, ScannedRow, Target,
};
use pluggy::ClientId;

/// DynamoDB ends a page at 1 MB, and bodies count even where they are not asked for.
const MAX_TIMELINE_PAGES: usize = 50;
/// Rows that one page of a scan looks at.
const SCAN_PAGE: i32 = 100;
/// What a scan asks for; the quarantine, too, since a body decides whether it still holds.
const FOUND: &str = "#pk, #sk, #event, #receivedAt, #origin, #quarantine, #body, #bodyEncoding";

/// `EventTable`, for reading.
#[derive(Clone, Debug)]
pub struct EventLog {
    client: Client,
    table: String,
    /// Our application. What was kept from us while another was taken for ours counts again.
    client_id: ClientId,
}

/// The events about one thing, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// The events.
    pub events: Vec<LoggedEvent>,
    /// Whether these are all; where there are very many, some are left unread.
    pub is_complete: bool,
}

/// An event that a scan found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundEvent {
    /// What it is about.
    pub target: Target,
    /// The event.
    pub event: LoggedEvent,
    /// Where the scan goes on after it.
    pub cursor: EventCursor,
}

/// Some of the events that a scan is after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPage {
    /// The events, in no order that means anything.
    pub events: Vec<FoundEvent>,
    /// How many rows were looked at.
    pub scanned: usize,
    /// Where the next page begins; none if this is the last.
    pub next: Option<EventCursor>,
}

/// Some of the webhooks that a scan is after, whole.
#[derive(Clone, Debug)]
pub struct ReceivedPage {
    /// Their rows, in no order that means anything.
    pub rows: Vec<ScannedRow>,
    /// How many rows were looked at.
    pub scanned: usize,
    /// Where the next page begins; none if this is the last.
    pub next: Option<EventCursor>,
}

impl EventLog {
    /// The table named `table`, of the application `client_id`.
    pub fn new(client: Client, table: String, client_id: ClientId) -> Self {
        Self {
            client,
            table,
            client_id,
        }
    }

    /// All that is stored about one thing, without what was received.
    pub async fn timeline(&self, target: Target, now: Timestamp) -> Result<Timeline, Error> {
        let mut events = Vec::new();
        let mut page = None;
        for _ in 0..MAX_TIMELINE_PAGES {
            let answer = self
                .about(target, now)
                .filter_expression("#expiresAt > :now")
                .projection_expression("#sk, #event, #receivedAt, #origin, #quarantine, #truncated")
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
            events.extend(self.readable(answer.items.as_deref().unwrap_or_default()));
            page = answer.last_evaluated_key;
            if page.is_none() {
                break;
            }
        }
        events.sort_by(|a, b| (b.received_at, &b.id).cmp(&(a.received_at, &a.id)));
        Ok(Timeline {
            events,
            is_complete: page.is_none(),
        })
    }

    /// What the events about one thing say that must not be lost when they are replayed.
    pub async fn history(&self, target: Target, now: Timestamp) -> Result<EventHistory, Error> {
        let mut history = EventHistory::default();
        let mut page = None;
        loop {
            let answer = self
                .about(target, now)
                .filter_expression(
                    // One of another application may be ours after all, which its body tells, and
                    // then speaks for Pluggy whatever its name is.
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
            for event in self.readable(answer.items.as_deref().unwrap_or_default()) {
                history.add(event);
            }
            page = answer.last_evaluated_key;
            if page.is_none() {
                break;
            }
        }
        history.is_from_pluggy = history.is_from_pluggy || self.has_webhook(target, now).await?;
        Ok(history)
    }

    /// Whether any webhook is about it, also one that could not name a user.
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

    /// Events about items and connectors that reached us since a time, whatever brought them. None
    /// that is quarantined.
    pub async fn since(
        &self,
        since: Timestamp,
        now: Timestamp,
        after: Option<&EventCursor>,
    ) -> Result<FoundPage, Error> {
        let scan = self
            .scan(now, after)
            .filter_expression(
                "#expiresAt > :now AND #receivedAt >= :since \
                 AND (attribute_not_exists(#quarantine) OR #quarantine = :foreign) \
                 AND (begins_with(#pk, :item) OR begins_with(#pk, :connector))",
            )
            .projection_expression(FOUND)
            .expression_attribute_values(":since", time(since))
            .expression_attribute_values(":item", text(ITEM_PREFIX))
            .expression_attribute_values(":connector", text(CONNECTOR_PREFIX));
        self.found(scan).await
    }

    /// Events about items that may name a user, with the user whom they name. None that is
    /// quarantined.
    pub async fn naming_users(
        &self,
        now: Timestamp,
        after: Option<&EventCursor>,
    ) -> Result<FoundPage, Error> {
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
        self.found(scan).await
    }

    /// The webhooks that reached us since a time, whole. None that is quarantined.
    pub async fn received_since(
        &self,
        since: Timestamp,
        now: Timestamp,
        after: Option<&EventCursor>,
    ) -> Result<ReceivedPage, Error> {
        let answer = self
            .client
            .scan()
            .table_name(&self.table)
            .limit(SCAN_PAGE)
            .set_exclusive_start_key(after.map(EventCursor::to_row))
            .filter_expression(
                // A time that cannot be read may be any.
                "#expiresAt > :now AND #origin = :webhook \
                 AND (#receivedAt >= :since OR NOT attribute_type(#receivedAt, :number)) \
                 AND (attribute_not_exists(#quarantine) OR #quarantine = :foreign)",
            )
            .expression_attribute_names("#origin", ORIGIN)
            .expression_attribute_names("#quarantine", QUARANTINE)
            .expression_attribute_names("#expiresAt", EXPIRES_AT)
            .expression_attribute_names("#receivedAt", RECEIVED_AT)
            .expression_attribute_values(":now", number(now.as_second()))
            .expression_attribute_values(":since", time(since))
            .expression_attribute_values(":webhook", text(Origin::Webhook.as_str()))
            .expression_attribute_values(":foreign", foreign())
            .expression_attribute_values(":number", text("N"))
            .send()
            .await
            .map_err(unavailable("scan the events"))?;
        let next = answer.last_evaluated_key();
        Ok(ReceivedPage {
            next: next.map(EventCursor::from_row).transpose()?,
            scanned: usize::try_from(answer.scanned_count).unwrap_or_default(),
            rows: answer
                .items
                .into_iter()
                .flatten()
                .map(|row| ScannedRow::new(row, Some(self.client_id)))
                .collect(),
        })
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

    fn scan(&self, now: Timestamp, after: Option<&EventCursor>) -> ScanFluentBuilder {
        self.client
            .scan()
            .table_name(&self.table)
            .limit(SCAN_PAGE)
            .set_exclusive_start_key(after.map(EventCursor::to_row))
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

    async fn found(&self, scan: ScanFluentBuilder) -> Result<FoundPage, Error> {
        let answer = scan.send().await.map_err(unavailable("scan the events"))?;
        let next = answer.last_evaluated_key();
        Ok(FoundPage {
            next: next.map(EventCursor::from_row).transpose()?,
            scanned: usize::try_from(answer.scanned_count).unwrap_or_default(),
            events: answer
                .items()
                .iter()
                .filter_map(|row| logged(self.found_event(row)).flatten())
                .collect(),
        })
    }

    /// `None` for a row about something that has no id of Pluggy's, and for one in quarantine.
    fn found_event(&self, row: &Row) -> Result<Option<FoundEvent>, Error> {
        let cursor = EventCursor::from_row(row)?;
        let Some(target) = cursor.target() else {
            return Ok(None);
        };
        let event = LoggedEvent::from_row(row, self.client_id)?;
        Ok(event.quarantine.is_none().then_some(FoundEvent {
            target,
            event,
            cursor,
        }))
    }

    /// One row that cannot be read must not hide the others.
    fn readable(&self, rows: &[Row]) -> impl Iterator<Item = LoggedEvent> {
        rows.iter()
            .filter_map(|row| logged(LoggedEvent::from_row(row, self.client_id)))
    }
}

fn foreign() -> AttributeValue {
    text(Quarantine::ForeignClientId.as_str())
}
