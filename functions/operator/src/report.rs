//! Responses to an operator.

use jiff::Timestamp;
use serde::Serialize;
use store::UserRow;

use crate::InvalidCommand;

/// Result of a command.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(
    tag = "result",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Report {
    /// Fetches were requested by a replay.
    Replayed(Replayed),
    /// Fetches of the items were requested.
    Imported {
        /// Number of new requests.
        imported: usize,
        /// Number of requests that this import had stored before.
        known: usize,
        /// Number of items that were left out, because their user was erased.
        erased: usize,
    },
    /// A page of what is held about a user.
    Exported(Exported),
    /// The command is invalid. Nothing was done.
    Refused(InvalidCommand),
}

/// Progress of a replay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replayed {
    /// Number of new fetch requests.
    pub replayed: usize,
    /// Number of requests that this replay had stored before.
    pub known: usize,
    /// Number of rows searched.
    pub scanned: usize,
    /// Number of rows to search, as DynamoDB counted them some hours ago; none if nothing is searched, or if it does not
    /// say.
    pub rows: Option<u64>,
    /// Position at which the replay continues; none if this was all.
    pub cursor: Option<String>,
}

/// A page of everything that is held about a user.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Exported {
    /// Version of the document's schema.
    pub schema_version: u32,
    /// Our clock when the page was read.
    pub exported_at: Timestamp,
    /// The rows.
    pub rows: Vec<UserRow>,
    /// Number of event rows searched for this page.
    pub scanned: usize,
    /// Number of event rows to search, as DynamoDB counted them some hours ago; none if it does not say.
    pub event_rows: Option<u64>,
    /// Position at which the export continues; none if this is the last page.
    pub cursor: Option<String>,
}

impl Report {
    /// Returns the number of stored events.
    pub(crate) fn added(&self) -> usize {
        match self {
            Self::Replayed(progress) => progress.replayed,
            Self::Imported { imported, .. } => *imported,
            Self::Exported(_) | Self::Refused(_) => 0,
        }
    }
}
