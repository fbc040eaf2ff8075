//! The three tables. This is the only code that knows their attributes.

mod attributes;
mod batch;
mod body;
mod connectors;
mod credentials;
mod cursor;
mod error;
mod event;
mod event_cursor;
mod event_log;
mod event_record;
mod item;
mod item_row;
mod item_writes;
mod items;
mod key;
mod logged_event;
pub mod schema;
mod target;
mod testimony;

pub use body::{Body, Encoding};
pub use connectors::{Connectors, StoredConnector};
pub use credentials::{Credentials, StoredApiKey};
pub use cursor::Cursor;
pub use error::Error;
pub use event::{Events, Insertion, NewEvent, Origin, Quarantine};
pub use event_cursor::EventCursor;
pub use event_log::{EventLog, FoundEvent, FoundPage, Timeline};
pub use event_record::EventRecord;
pub use item::{Owed, Reading, Schedule, StoredItem};
pub use item_writes::Write;
pub use items::{DueCheck, DueCursor, DuePage, Items, OwnedPage};
pub use key::EventKey;
pub use logged_event::LoggedEvent;
pub use target::Target;
pub use testimony::Testimony;
