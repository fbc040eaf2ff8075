//! Calls of the dashboard's widget.

use jiff::Timestamp;
use tokio::time::Instant;

use crate::item_report::Row;
use crate::page::{Content, Page};
use crate::request::{Subject, Wanted, WidgetRequest};
use crate::{App, audited, lookup};

/// Returns the page. The viewer of the dashboard sees a mistake or a failure on the page, in words.
pub(crate) async fn show(
    app: &App,
    request: WidgetRequest,
    function_arn: &str,
    now: Timestamp,
    deadline: Instant,
) -> String {
    let content = match request.wanted {
        Err(refusal) => {
            tracing::warn!(field = refusal.field, "command refused");
            Content::Problem(format!("{} {}.", refusal.field, refusal.reason))
        }
        Ok(wanted) => found(app, wanted, now, deadline).await.unwrap_or_else(|_| {
            let problem = "The tables cannot be read at the moment. Try again in a minute. The log of inspect has the reason.";
            Content::Problem(problem.to_owned())
        }),
    };
    let page = Page {
        theme: request.theme,
        function_arn,
        query: &request.query,
        now,
    };
    page.html(&content)
}

async fn found(
    app: &App,
    wanted: Wanted,
    now: Timestamp,
    deadline: Instant,
) -> Result<Content, store::Error> {
    match wanted {
        Wanted::Nothing => Ok(Content::Nothing),
        Wanted::Subject(subject) => look_up(app, subject, now, deadline).await,
        Wanted::ItemOrUser(item_id, client_user_id) => {
            let item = look_up(app, Subject::Item(item_id), now, deadline).await?;
            // A hint from any user stores an event, but no row. It must not hide the user of this id.
            if matches!(&item, Content::Item(report) if report.row != Row::Absent) {
                return Ok(item);
            }
            let subject = Subject::User {
                client_user_id,
                cursor: None,
            };
            let user = look_up(app, subject, now, deadline).await?;
            Ok(match (&item, &user) {
                (_, Content::User(_, report)) if !report.is_empty() => user,
                (Content::Item(report), _) if report.is_known() => item,
                _ => Content::Problem("No item and no user is known by this id.".to_owned()),
            })
        }
    }
}

async fn look_up(
    app: &App,
    subject: Subject,
    now: Timestamp,
    deadline: Instant,
) -> Result<Content, store::Error> {
    let target = subject.target();
    match subject {
        Subject::Item(item_id) => {
            let lookup = lookup::item(app, item_id, now, deadline);
            let report = audited(None, &target, lookup).await?;
            Ok(Content::Item(Box::new(report)))
        }
        Subject::User {
            client_user_id: user,
            cursor,
        } => {
            let lookup = lookup::user(app, &user, cursor.as_ref(), now);
            let report = audited(None, &target, lookup).await?;
            Ok(Content::User(user, report))
        }
    }
}
