//! What an operator is answered.

use serde::Serialize;

use crate::{ItemReport, ItemSummary, Refusal};

/// What was done, or is known.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(
    tag = "result",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Report {
    /// Some looks were asked for.
    Replayed(Replayed),
    /// Looks at the items were asked for.
    Imported {
        /// Those that are new.
        imported: usize,
        /// Those that this import had asked for already.
        known: usize,
    },
    /// An item.
    Item(Box<ItemReport>),
    /// A user's items.
    User {
        /// Newest first.
        items: Vec<ItemSummary>,
        /// Where the list goes on; none if this is all.
        cursor: Option<String>,
    },
    /// The command was not understood; nothing was done.
    Refused(Refusal),
}

/// How far a replay has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replayed {
    /// How many looks are new.
    pub replayed: usize,
    /// How many this replay had asked for already.
    pub known: usize,
    /// How many rows were searched.
    pub scanned: usize,
    /// Where it goes on; none if this was all.
    pub cursor: Option<String>,
}

impl Report {
    /// How many events it added.
    pub(crate) fn added(&self) -> usize {
        match self {
            Self::Replayed(progress) => progress.replayed,
            Self::Imported { imported, .. } => *imported,
            Self::Item(_) | Self::User { .. } | Self::Refused(_) => 0,
        }
    }
}
