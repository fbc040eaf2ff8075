//! Meaning of an item's state for the user: pure functions of the item, its connector and the time.
//!
//! [`assess`] finds the [`Reason`] that decides, from Pluggy's two states and the time. The reason's table
//! gives the [`Phase`], the [`ActionKind`] and the [`TokenUse`]. [`message()`] returns the text for the user.
//! [`next_fetch`] and [`retry_delay`] schedule the next fetch if no webhook arrives. [`ConsentStage`] names the moments
//! before a consent ends. [`remove_expired`] removes what must not be kept for longer than the user can act on it.

mod assessment;
mod availability;
mod consent;
mod expired_requests;
mod hourly_slot;
mod language;
mod message;
mod open_finance;
mod reason;
mod schedule;
mod update_mode;
mod vocabulary;

pub use assessment::{Assessment, assess};
pub use availability::{Availability, is_health_recent};
pub use consent::ConsentStage;
pub use expired_requests::remove_expired;
pub use language::Language;
pub use message::message;
pub use reason::Reason;
pub use schedule::{
    CONFIRMING_FETCH_DELAY, CONNECTOR_FETCH_INTERVAL, DEFER_DELAY, FAILED_RETRY_DELAY,
    MISSING_CONFIRMATION_DELAY, next_fetch, retry_delay,
};
pub use update_mode::is_updatable;
pub use vocabulary::{ActionKind, Phase, TokenUse};
