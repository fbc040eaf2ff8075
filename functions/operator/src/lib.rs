//! Operator commands: fetch items again (replay), fetch unknown items (import), and return everything that is held about a
//! user (export).
//!
//! No command calls Pluggy. A fetch is requested by a row of `EventTable`, and `item-sync` does the fetch.

mod command;
mod config;
mod export;
mod fetch_request;
mod import;
mod invalid_command;
mod replay;
mod report;
mod text_fields;
mod user_cursor;

use client::chain;
use jiff::{SignedDuration, Timestamp};
use pluggy::ClientId;
use runtime::audit;
use serde_json::Value;
use store::{Erasures, Events, Items, Limits};
use tokio::time::Instant;

pub use command::{Command, NamedItem, ReplayCommand, Selection};
pub use config::Config;
pub use invalid_command::InvalidCommand;
pub use report::{Exported, Replayed, Report};
pub use user_cursor::UserCursor;

/// Dependencies of the function, built once during init.
pub struct App {
    /// The item table, to see what is known.
    pub items: Items,
    /// The markers of erased users, for whom nothing is imported.
    pub erasures: Erasures,
    /// The events that were received, and fetch requests.
    pub events: Events,
    /// What was counted of a user.
    pub limits: Limits,
    /// How long a fetch request is kept.
    pub event_retention: SignedDuration,
    /// Our application. Events that were quarantined under another application's id count if they name this
    /// one.
    pub client_id: ClientId,
}

/// Executes one command, and begins nothing shortly before `deadline`. An invalid command is refused in the report: it is
/// a mistake of the operator, not a failure of the function.
pub async fn handle(
    app: &App,
    command: Value,
    now: Timestamp,
    deadline: Instant,
) -> Result<Report, store::Error> {
    let (command, stated) = match Command::parse(command) {
        Ok(parsed) => parsed,
        Err(refusal) => {
            tracing::warn!(field = refusal.field, "command refused");
            return Ok(Report::Refused(refusal));
        }
    };
    let action = command.action();
    audit::log(stated.as_ref(), command.run(), action, &command.target());
    let done = match command {
        Command::Replay(command) => replay::replay(app, command, now, deadline).await,
        Command::Import { run, items } => import::import(app, run, items, now).await,
        Command::Export {
            client_user_id,
            cursor,
        } => export::export(app, &client_user_id, cursor, now, deadline).await,
    };
    match &done {
        Ok(report) => tracing::info!(action, events.added = report.added(), "command carried out"),
        Err(error) => tracing::error!(action, error = chain(error), "command failed"),
    }
    done
}
