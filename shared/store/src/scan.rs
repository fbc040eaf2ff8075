//! Scans of a table, page by page.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::scan::ScanOutput;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::attributes::{Reader, Row, required, text};
use super::error::unavailable;
use super::schema::{PARTITION_KEY, SORT_KEY};
use super::{Change, Error, EventKey};
use pluggy::ClientId;

/// A page of the rows that match a scan. DynamoDB ends a page after 1 MB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanPage<T> {
    /// The rows, in no particular order.
    pub rows: Vec<T>,
    /// Number of rows read, matching or not.
    pub scanned: usize,
    /// Position of the next page; none if this is the last.
    pub next: Option<ScanCursor>,
}

/// Returns the number of rows of a table. DynamoDB counts them every few hours.
///
/// Source: <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html>
pub(super) async fn row_count(client: &Client, table: &str) -> Result<Option<u64>, Error> {
    let answer = client.describe_table().table_name(table).send().await;
    let table = answer.map_err(unavailable("describe the table"))?.table;
    let rows = table.and_then(|table| table.item_count);
    Ok(rows.and_then(|rows| rows.try_into().ok()))
}

/// The row after which a scan continues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScanCursor(Vec<String>);

/// A row of either table, not decoded yet.
#[derive(Clone, Debug)]
pub struct ScannedRow {
    row: Row,
    ours: Option<ClientId>,
}

impl<T> ScanPage<T> {
    /// Returns the page that DynamoDB answered, with each row decoded. `None` leaves a row out.
    pub(super) fn new(
        answer: ScanOutput,
        decode: impl FnMut(Row) -> Option<T>,
    ) -> Result<Self, Error> {
        let next = answer.last_evaluated_key();
        Ok(Self {
            next: next.map(ScanCursor::from_row).transpose()?,
            scanned: usize::try_from(answer.scanned_count).unwrap_or_default(),
            rows: answer
                .items
                .into_iter()
                .flatten()
                .filter_map(decode)
                .collect(),
        })
    }
}

impl ScanCursor {
    /// Returns the position after an event.
    pub fn after(key: &EventKey) -> Self {
        Self(vec![key.partition.clone(), key.sort.clone()])
    }

    /// Returns the cursor as opaque text that needs no quotes in a shell.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Parses such a text. Returns `None` if it is not a cursor.
    pub fn from_text(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let cursor: Self = serde_json::from_slice(&bytes).ok()?;
        // DynamoDB refuses empty keys and longer ones.
        let is_key = match cursor.0.as_slice() {
            [partition] => is_partition_key(partition),
            [partition, sort] => is_partition_key(partition) && is_sort_key(sort),
            _ => false,
        };
        is_key.then_some(cursor)
    }

    pub(super) fn from_row(row: &Row) -> Result<Self, Error> {
        let reader = Reader(row);
        let mut key = vec![required(PARTITION_KEY, reader.text(PARTITION_KEY)?)?];
        key.extend(reader.text(SORT_KEY)?);
        Ok(Self(key))
    }

    pub(super) fn to_row(&self) -> Row {
        [PARTITION_KEY, SORT_KEY]
            .into_iter()
            .zip(&self.0)
            .map(|(attribute, value)| (attribute.to_owned(), text(value)))
            .collect()
    }
}

fn is_partition_key(text: &str) -> bool {
    (1..=2048).contains(&text.len())
}

fn is_sort_key(text: &str) -> bool {
    (1..=1024).contains(&text.len())
}

impl ScannedRow {
    pub(super) fn new(row: Row, ours: Option<ClientId>) -> Self {
        Self { row, ours }
    }

    /// Returns the partition key.
    pub fn partition(&self) -> Option<&str> {
        self.text(PARTITION_KEY)
    }

    /// Returns the position after the row.
    pub fn cursor(&self) -> Result<ScanCursor, Error> {
        ScanCursor::from_row(&self.row)
    }

    /// Returns the sort key of a row of `EventTable`.
    pub fn sort(&self) -> Option<&str> {
        self.text(SORT_KEY)
    }

    /// Decodes the row as if it was just written. Returns `None` for a row that is not published.
    pub fn read(&self) -> Result<Option<Change>, Error> {
        Change::from_rows(&Row::new(), &self.row, self.ours)
    }

    fn text(&self, attribute: &str) -> Option<&str> {
        self.row.get(attribute)?.as_s().ok().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_trip_through_a_terminal() {
        let cursor = ScanCursor(vec!["EVENT#a b\"'$".to_owned(), "1".to_owned()]);

        let text = cursor.to_text();

        assert!(
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
        assert_eq!(ScanCursor::from_text(&text), Some(cursor));
    }

    #[test]
    fn a_text_that_is_no_cursor_is_refused() {
        let long = URL_SAFE_NO_PAD.encode(format!(r#"["{}","1"]"#, "x".repeat(2049)));
        for text in [
            "",
            "x",
            "!!",
            &URL_SAFE_NO_PAD.encode("{}"),
            &URL_SAFE_NO_PAD.encode(r#"["",""]"#),
            &URL_SAFE_NO_PAD.encode("[]"),
            &URL_SAFE_NO_PAD.encode(r#"["ITEM#1",""]"#),
            &URL_SAFE_NO_PAD.encode(r#"["ITEM#1","1","2"]"#),
            &long,
        ] {
            assert_eq!(ScanCursor::from_text(text), None, "{text}");
        }
    }
}
