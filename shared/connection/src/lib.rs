//! Meaning of an item's state for the user: pure functions of the item, its connector and the time.
//!
//! [`assess`] finds the [`Reason`] that decides, from Pluggy's two states and the time. The reason's table
//! gives the [`Phase`], the [`ActionKind`] and the [`TokenUse`]. [`message()`] returns the text for the user.
//! [`next_fetch`] and [`retry_delay`] schedule the next fetch if no webhook arrives.

mod assessment;
mod availability;
mod hourly_slot;
mod language;
mod message;
mod reason;
mod schedule;
mod vocabulary;

pub use assessment::{Assessment, assess};
pub use availability::Availability;
pub use language::Language;
pub use message::message;
pub use reason::Reason;
pub use schedule::{
    CONFIRMING_FETCH_DELAY, CONNECTOR_FETCH_INTERVAL, DEFER_DELAY, FAILED_RETRY_DELAY,
    MISSING_CONFIRMATION_DELAY, next_fetch, retry_delay,
};
pub use vocabulary::{ActionKind, Phase, TokenUse};
