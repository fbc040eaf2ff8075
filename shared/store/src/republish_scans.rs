//! Scans of both tables for what `republish` publishes again.

use jiff::Timestamp;
use pluggy::ClientId;

use super::attributes::{number, text, time};
use super::error::unavailable;
use super::event::{ORIGIN, QUARANTINE, RECEIVED_AT};
use super::event_queries::foreign;
use super::item_row::FETCHED_AT;
use super::scan::row_count;
use super::schema::{EXPIRES_AT, ITEM_PREFIX, PARTITION_KEY};
use super::{Error, Events, Items, Origin, ScanCursor, ScanPage, ScannedRow};

impl Events {
    /// Returns the webhooks since a time that are not quarantined, with their bodies.
    pub async fn webhooks_since(
        &self,
        ours: ClientId,
        since: Timestamp,
        now: Timestamp,
        after: Option<&ScanCursor>,
    ) -> Result<ScanPage<ScannedRow>, Error> {
        let answer = self
            .client
            .scan()
            .table_name(&self.table)
            .set_exclusive_start_key(after.map(ScanCursor::to_row))
            .filter_expression(
                // An unreadable time may be any time.
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
        ScanPage::new(answer, |row| Some(ScannedRow::new(row, Some(ours))))
    }
}

impl Items {
    /// Returns the number of rows, as DynamoDB counted them some hours ago.
    pub async fn row_count(&self) -> Result<Option<u64>, Error> {
        row_count(&self.client, &self.table).await
    }

    /// Returns the items that were fetched or found gone since a time, and those that were never fetched.
    pub async fn seen_since(
        &self,
        since: Timestamp,
        after: Option<&ScanCursor>,
    ) -> Result<ScanPage<ScannedRow>, Error> {
        let answer = self
            .client
            .scan()
            .table_name(&self.table)
            .set_exclusive_start_key(after.map(ScanCursor::to_row))
            .filter_expression(
                "begins_with(#pk, :item) \
                 AND (#fetchedAt >= :since OR NOT attribute_type(#fetchedAt, :number))",
            )
            .expression_attribute_names("#pk", PARTITION_KEY)
            .expression_attribute_names("#fetchedAt", FETCHED_AT)
            .expression_attribute_values(":item", text(ITEM_PREFIX))
            .expression_attribute_values(":number", text("N"))
            .expression_attribute_values(":since", time(since))
            .send()
            .await
            .map_err(unavailable("scan the items"))?;
        ScanPage::new(answer, |row| Some(ScannedRow::new(row, None)))
    }
}
