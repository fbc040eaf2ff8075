//! Watch of the webhook registration at Pluggy. It reports problems and never repairs them: a disabled or
//! changed webhook has a cause that a person must know.

use client::chain;
use jiff::Timestamp;
use runtime::metrics::{EmfRecord, Metric};
use serde_json::json;

use crate::registration_problem::problems;
use crate::{App, Report};

pub(crate) async fn watch(app: &App, now: Timestamp) -> Report {
    let mut line = EmfRecord::new("webhook registration checked");
    let report = match app.pluggy.webhooks(now).await {
        Ok(registered) => {
            let found = problems(&registered, &app.webhook_url, &app.accepted);
            line.metric(Metric::WebhookRegistrationProblems, found.len());
            line.property("registration.problems", json!(found));
            Report::Watched { problems: found }
        }
        Err(error) => {
            line.property("error", json!(chain(&error)));
            Report::Unknown
        }
    };
    app.metrics.emit(line, now);
    report
}
