//! Erasure of a user, at an operator's command: at Pluggy, in the tables and, by an event, in your own systems.
//!
//! A marker comes first. While it exists, no other function stores or publishes anything about the user. Each call does
//! what its time allows and stores its progress, so that every call can be repeated. A call at least 25 hours after the
//! first part has ended removes what has arrived late, and ends the erasure. See docs/guides/erasure.md.

mod bus;
mod command;
mod config;
mod error;
mod item;
mod receipt;
mod refusal;
mod verification;
mod work;

use client::chain;
use jiff::Timestamp;
use pluggy::ClientId;
use runtime::audit::{self, AuditTarget};
use runtime::clock;
use serde_json::Value;
use store::{Erasures, Events, Items, Limits};
use tokio::time::Instant;

pub use bus::Bus;
pub use command::InvalidCommand;
pub use config::Config;
pub use error::Error;
pub use receipt::{LogRetention, NotDeleted, Receipt, Remainder, Report};
pub use work::BEFORE_ANNOUNCEMENT;

use command::{Action, Command};

/// Dependencies of the function, built once during init.
pub struct App {
    /// The Pluggy client.
    pub pluggy: client::Client,
    /// The items.
    pub items: Items,
    /// The events.
    pub events: Events,
    /// Our application.
    pub client_id: ClientId,
    /// What is counted of users.
    pub limits: Limits,
    /// The markers, and the progress.
    pub erasures: Erasures,
    /// The bus, if the stack publishes events.
    pub bus: Option<Bus>,
    /// How long logs are kept.
    pub log_retention: LogRetention,
    /// Writes to the events at a time. Each takes a connection.
    pub writes_at_a_time: usize,
}

/// Writes to the events that the function makes at a time.
pub const WRITES_AT_A_TIME: usize = 16;

/// Executes one command, and begins nothing shortly before `deadline`. An invalid command is refused in the report: it is
/// a mistake of the operator, not a failure of the function.
pub async fn handle(
    app: &App,
    command: Value,
    now: Timestamp,
    deadline: Instant,
) -> Result<Report, Error> {
    let Command {
        action,
        client_user_id: user,
        cursor,
        audit,
    } = match Command::parse(command) {
        Ok(command) => command,
        Err(refusal) => {
            tracing::warn!(field = refusal.field, "command refused");
            return Ok(Report::Refused(refusal));
        }
    };
    let target = AuditTarget::personal("user", user.as_str());
    audit::log(audit.as_ref(), None, action.as_str(), &target);
    // As the progress stores it, so that a receipt is the same when it is given again.
    let now = clock::in_milliseconds(now);
    let done = match action {
        Action::Erase => Box::pin(work::erase(app, &user, now, deadline)).await,
        Action::Lift => work::lift(app, &user, now).await,
        Action::Verify => verification::verify(app, &user, cursor, now, deadline).await,
    };
    match &done {
        Ok(_) => tracing::info!(action = action.as_str(), "command carried out"),
        Err(error) => {
            tracing::error!(
                action = action.as_str(),
                error = chain(error),
                "command failed"
            );
        }
    }
    done
}
