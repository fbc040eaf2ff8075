//! What operators ask for: looks at items again (replay), looks at items that we do not know yet
//! (import), and all that is known of an item or a user (inspect).
//!
//! Nothing here calls Pluggy. A look is asked for as everything else asks for it, by a row of
//! `EventTable`, and item-sync takes it.

mod command;
mod config;
mod fetch_request;
mod import;
mod inspect;
mod item_report;
mod refusal;
mod replay;
mod report;
mod text_fields;
mod user_cursor;

use client::chain;
use jiff::Timestamp;
use serde_json::Value;
use store::{Connectors, EventLog, Events, Items};

pub use command::{Command, NamedItem, Selection};
pub use config::Config;
pub use item_report::{
    Connection, EventLine, ItemReport, ItemSummary, ScheduleReport, SnapshotReport,
};
pub use refusal::Refusal;
pub use report::{Replayed, Report};
pub use user_cursor::UserCursor;

/// What the function works with, built once during init.
pub struct App {
    /// The items, to see what is known.
    pub items: Items,
    /// The connectors, for how well they work.
    pub connectors: Connectors,
    /// The events that were received.
    pub log: EventLog,
    /// Where looks are asked for.
    pub events: Events,
}

/// Carries out one command. One that cannot be understood is refused, which is an answer: it is the
/// operator's to mend, and no failure of the function.
pub async fn handle(app: &App, command: Value, now: Timestamp) -> Result<Report, store::Error> {
    let command = match Command::parse(command) {
        Ok(command) => command,
        Err(refusal) => {
            tracing::warn!(field = refusal.field, "command refused");
            return Ok(Report::Refused(refusal));
        }
    };
    let action = command.action();
    let done = match command {
        Command::Replay { run, selection } => replay::replay(app, run, selection, now).await,
        Command::Import { run, items } => import::import(app, run, items, now).await,
        Command::InspectItem { item_id } => inspect::item(app, item_id, now).await,
        Command::InspectUser {
            client_user_id,
            cursor,
        } => inspect::user(app, &client_user_id, cursor.as_ref(), now).await,
    };
    match &done {
        Ok(report) => tracing::info!(action, events.added = report.added(), "command carried out"),
        Err(error) => tracing::error!(action, error = chain(error), "command failed"),
    }
    done
}
