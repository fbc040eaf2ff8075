//! Reports about an item, and about a user's items: as JSON for the command line, and as HTML for the widget of the
//! `CloudWatch` dashboard.
//!
//! The function reads two tables and writes nothing, so a person who may view can do nothing else.

mod config;
mod item_report;
mod lookup;
mod page;
mod report;
mod request;
mod widget;

use client::chain;
use jiff::Timestamp;
use runtime::audit::{self, Audit, AuditTarget};
use serde_json::Value;
use store::{Connectors, Events, Items};
use tokio::time::Instant;

pub use config::Config;
pub use item_report::{
    Connection, EventLine, ItemReport, ItemSummary, Row, ScheduleReport, SnapshotReport,
};
pub use report::{InvalidCommand, Report, Response, UserReport};

use request::{Request, Subject};

/// Dependencies of the function, built once during init.
pub struct App {
    /// The items.
    pub items: Items,
    /// The connectors, for their health.
    pub connectors: Connectors,
    /// The events that were received.
    pub events: Events,
}

/// Name of the one action.
const ACTION: &str = "inspect";
/// The documentation that `CloudWatch` shows to a person who adds the widget to a dashboard.
const DESCRIPTION: &str = include_str!("description.md");

/// Handles a command of an operator, or a call of the widget, whose buttons call `function_arn`. An invalid command is
/// refused in the report, and shown on the page: it is a mistake of the caller, not a failure of the function. Some time
/// before `deadline`, it stops reading events.
pub async fn handle(
    app: &App,
    event: Value,
    function_arn: &str,
    now: Timestamp,
    deadline: Instant,
) -> Result<Response, store::Error> {
    match Request::parse(event) {
        Request::Describe => Ok(Response::Text(DESCRIPTION.to_owned())),
        Request::Widget(request) => {
            let html = widget::show(app, request, function_arn, now, deadline).await;
            Ok(Response::Text(html))
        }
        Request::Command(Err(refusal)) => {
            tracing::warn!(field = refusal.field, "command refused");
            Ok(Response::Report(Report::Refused(refusal)))
        }
        Request::Command(Ok((subject, stated))) => {
            let report = report(app, &subject, now, deadline);
            let report = audited(stated.as_ref(), &subject.target(), report).await?;
            Ok(Response::Report(report))
        }
    }
}

async fn report(
    app: &App,
    subject: &Subject,
    now: Timestamp,
    deadline: Instant,
) -> Result<Report, store::Error> {
    match subject {
        Subject::Item(item_id) => {
            let report = lookup::item(app, *item_id, now, deadline).await?;
            Ok(Report::Item(Box::new(report)))
        }
        Subject::User {
            client_user_id,
            cursor,
        } => {
            let report = lookup::user(app, client_user_id, cursor.as_ref(), now).await?;
            Ok(Report::User(report))
        }
    }
}

/// Looks something up after its audit line, and logs the outcome.
async fn audited<T>(
    stated: Option<&Audit>,
    target: &AuditTarget,
    lookup: impl Future<Output = Result<T, store::Error>>,
) -> Result<T, store::Error> {
    audit::log(stated, None, ACTION, target);
    let done = lookup.await;
    match &done {
        Ok(_) => tracing::info!(action = ACTION, "command carried out"),
        Err(error) => tracing::error!(action = ACTION, error = chain(error), "command failed"),
    }
    done
}
