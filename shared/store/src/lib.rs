//! The four tables. No other crate knows their attributes.

mod attributes;
mod batch;
mod body;
mod change;
mod connector;
mod connectors;
mod cursor;
mod disconnection;
mod discovery;
mod due_fetches;
mod erased_item;
mod erasure;
mod erasure_key;
mod erasure_progress;
mod erasures;
mod error;
mod event;
mod event_history;
mod event_queries;
mod event_row;
mod events;
mod failed_fetch;
mod fetch_shard;
mod health;
mod hint;
mod item;
mod item_batch;
mod item_row;
mod item_writes;
mod items;
mod key;
mod limits;
mod owner;
pub mod pluggy_secret;
mod recent_connectors;
mod republish_scans;
mod scan;
pub mod schema;
mod shared_api_key;
mod signal_conditions;
mod target;
mod update;
mod user_rows;
mod user_search;

pub use body::{Body, EncodedBody, Encoding};
pub use change::Change;
pub use connector::StoredConnector;
pub use connectors::Connectors;
pub use cursor::Cursor;
pub use disconnection::Disconnection;
pub use discovery::{DiscoveryPlace, DiscoveryProgress};
pub use due_fetches::{DueFetch, DueFetches};
pub use erased_item::{ErasedItem, ItemRefusal};
pub use erasure::{Erasure, ErasureCounts, ErasureStage};
pub use erasure_key::{ErasureKey, UserHmac};
pub use erasures::{Erased, Erasures, MARKER_RETENTION};
pub use error::{Error, reason};
pub use event::{NewEvent, Origin, Quarantine};
pub use event_history::{EventHistory, FirstOwner};
pub use event_queries::Timeline;
pub use event_row::EventRow;
pub use events::{Events, Insertion};
pub use failed_fetch::FailedFetch;
pub use health::Healths;
pub use hint::HINT_RETENTION;
pub use item::{
    ItemUpdate, PendingSignal, RowState, Schedule, Snapshot, StoredItem, TOMBSTONE_RETENTION,
};
pub use item_batch::ItemBatch;
pub use items::{Items, OwnedPage};
pub use key::EventKey;
pub use limits::{
    HINT_GRACE, HINTS_PER_TOKEN, LIMIT_PERIOD, Limited, Limits, MAX_DELETIONS, MAX_TOKENS, Pace,
    Permit,
};
pub use owner::{Owner, Provenance};
pub use pluggy_secret::{PluggySecret, PluggySecrets};
pub use scan::{ScanCursor, ScanPage, ScannedRow};
pub use shared_api_key::SharedApiKey;
pub use target::Target;
pub use update::Write;
pub use user_rows::{Concern, ScannedEvent, UserRow, UserTable};
pub use user_search::{FoundEvent, UserSearch};
