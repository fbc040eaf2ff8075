//! What an item's state means for the user: pure functions of the item, its connector and the time.
//!
//! [`assess`] finds the one [`Reason`] that decides, from Pluggy's two states and from what time
//! brings. The reason's table gives the [`Phase`], the [`ActionKind`] and the [`TokenUse`], and
//! [`message()`] the words for the user. [`next_fetch`] and [`retry_delay`] say when to look again if no
//! webhook comes.

mod assessment;
mod availability;
mod hourly_slot;
mod language;
mod message;
mod phase;
mod reason;
mod schedule;

pub use assessment::{Assessment, assess};
pub use availability::Availability;
pub use language::Language;
pub use message::message;
pub use phase::{ActionKind, Phase, TokenUse};
pub use reason::Reason;
pub use schedule::{MISSING_CONFIRMATION_DELAY, next_fetch, retry_delay};
