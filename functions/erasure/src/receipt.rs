//! Responses to an operator: the receipt of an erasure, in two stages, and the result of a verification.

use jiff::{SignedDuration, Timestamp};
use pluggy::ItemId;
use serde::Serialize;
use store::{Erasure, ErasureCounts, MARKER_RETENTION, TOMBSTONE_RETENTION, schema};

use crate::command::InvalidCommand;

/// Time between the two stages. Streams hold images for a day, and Pluggy repeats a delivery for two hours.
pub(crate) const BETWEEN_STAGES: SignedDuration = SignedDuration::from_hours(25);
/// How long DynamoDB keeps the backups of point-in-time recovery.
const BACKUP_RETENTION: SignedDuration = SignedDuration::from_hours(35 * 24);
/// How long the queues of what item-sync and publish could not handle keep a message.
const QUEUE_RETENTION: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How long the streams of the tables hold images.
const STREAM_RETENTION: SignedDuration = SignedDuration::from_hours(24);

/// Retention of the logs.
#[derive(Clone, Copy, Debug)]
pub struct LogRetention {
    /// The logs of the functions, which have digests of users.
    pub functions: SignedDuration,
    /// The access log of the API, which has the caller.
    pub api: SignedDuration,
}

/// Result of a command.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(
    tag = "result",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Report {
    /// The erasure needs another call.
    Running {
        /// What it does next.
        stage: &'static str,
        /// Seconds to wait before the call, because Pluggy refuses calls for now; zero to go on at once.
        retry_after_seconds: u64,
        /// Items that were found so far.
        items: usize,
        /// What was erased so far.
        counts: ErasureCounts,
    },
    /// The first or the second part is done.
    Receipt(Box<Receipt>),
    /// The user can connect again.
    Lifted {
        /// Whether the user was erased.
        was_erased: bool,
        /// Whether the second part was done.
        was_final: bool,
    },
    /// A part of the search for the user, or all of it.
    Verified {
        /// Rows of the item table that name the user or have data of their items.
        items: usize,
        /// Rows of the event table.
        events: usize,
        /// Rows of the limit table.
        limits: usize,
        /// Whether an erasure of the user is known. Without one, rows about the user's items that name nobody are not found.
        is_erasure_known: bool,
        /// Number of rows read.
        scanned: usize,
        /// Position at which the search continues; none if this is all.
        cursor: Option<String>,
        /// The copies that expire later.
        gone_later: Vec<Remainder>,
    },
    /// The command is invalid. Nothing was done.
    Refused(InvalidCommand),
}

/// Receipt of an erasure.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// `requested` or `final`.
    pub stage: &'static str,
    /// HMAC-SHA256 of the user's id, under the key of the deployment.
    pub user_hmac: String,
    /// When the erasure started.
    pub started_at: Timestamp,
    /// When the first part ended.
    pub requested_at: Option<Timestamp>,
    /// From when on the second part can be done.
    pub final_from: Option<Timestamp>,
    /// When the second part ended.
    pub final_at: Option<Timestamp>,
    /// The user's items.
    pub item_ids: Vec<ItemId>,
    /// Items that Pluggy has not deleted.
    pub not_deleted: Vec<NotDeleted>,
    /// What was erased.
    pub counts: ErasureCounts,
    /// Whether `user.erased` is on a bus; not if the stack publishes no events.
    pub is_published: bool,
    /// The copies that expire later.
    pub gone_later: Vec<Remainder>,
    /// Version of the software.
    pub version: &'static str,
    /// Version of the stored rows.
    pub row_version: u32,
}

/// An item that Pluggy has not deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NotDeleted {
    /// The item.
    pub item_id: ItemId,
    /// Pluggy's code, or its status.
    pub reason: String,
}

/// A copy that expires later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remainder {
    /// Name of the copy.
    pub what: &'static str,
    /// When it expires.
    pub until: Timestamp,
}

impl Receipt {
    pub(crate) fn new(erasure: &Erasure, logs: LogRetention) -> Self {
        let refusals = erasure.items.iter();
        let not_deleted = refusals.filter_map(|(id, state)| {
            Some(NotDeleted {
                item_id: *id,
                reason: state.refusal()?.reason.clone(),
            })
        });
        Self {
            stage: if erasure.final_at.is_some() {
                "final"
            } else {
                "requested"
            },
            user_hmac: erasure.user.to_string(),
            started_at: erasure.started_at,
            requested_at: erasure.requested_at,
            final_from: erasure.requested_at.map(|at| after(at, BETWEEN_STAGES)),
            final_at: erasure.final_at,
            item_ids: items_of(erasure),
            not_deleted: not_deleted.collect(),
            counts: erasure.counts,
            is_published: erasure.is_published,
            gone_later: gone_later(last_at(erasure), logs),
            version: env!("CARGO_PKG_VERSION"),
            row_version: schema::VERSION,
        }
    }
}

/// Returns the items that are known to be the user's.
pub(crate) fn items_of(erasure: &Erasure) -> Vec<ItemId> {
    let theirs = erasure.items.iter().filter(|(_, state)| state.is_theirs());
    theirs.map(|(id, _)| *id).collect()
}

/// Returns when the last row was erased.
pub(crate) fn last_at(erasure: &Erasure) -> Timestamp {
    let ended_at = erasure.final_at.or(erasure.requested_at);
    ended_at.unwrap_or(erasure.started_at)
}

/// Returns the copies that may hold the user's data until later, if the last row was erased at this time.
pub(crate) fn gone_later(erased_at: Timestamp, logs: LogRetention) -> Vec<Remainder> {
    let remainder = |what, duration| Remainder {
        what,
        until: after(erased_at, duration),
    };
    vec![
        remainder("streams of the tables", STREAM_RETENTION),
        remainder("markers of the user and the items", MARKER_RETENTION),
        remainder("queues of failed records and events", QUEUE_RETENTION),
        remainder(
            "logs of the functions, with digests of the user",
            logs.functions,
        ),
        remainder("backups of ItemTable", BACKUP_RETENTION),
        remainder("tombstones of the items", TOMBSTONE_RETENTION),
        remainder("access log of the API, with the user", logs.api),
    ]
}

pub(crate) fn after(time: Timestamp, duration: SignedDuration) -> Timestamp {
    time.saturating_add(duration).unwrap_or(time)
}
