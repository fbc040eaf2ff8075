//! What an item's state means for the user: pure functions of the item, its connector's health and
//! the time.
//!
//! One table, [`assess`], maps Pluggy's two states and what time brings to a [`Phase`] and a
//! [`NextAction`], and [`reason()`] says why; [`next_check`] and [`retry_delay`] say when to look
//! again if no webhook comes.

mod assessment;
mod message;
mod phase;
mod reason;
mod schedule;

pub use assessment::{assess, reason};
pub use message::{Language, message};
pub use phase::{ActionKind, NextAction, Phase};
pub use reason::Reason;
pub use schedule::{MISSING_RECHECK, next_check, retry_delay};
