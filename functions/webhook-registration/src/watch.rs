//! Watch of the webhook registration at Pluggy. It reports problems and never repairs them: a disabled or
//! changed webhook has a cause that a person must know.

use client::chain;
use jiff::Timestamp;
use runtime::metrics::{EmfRecord, Metric};
use serde_json::json;

use crate::problem::{Problem, problems};
use crate::{App, Report};

pub(crate) async fn watch(app: &App, now: Timestamp) -> Report {
    let mut line = EmfRecord::new("webhook registration checked");
    let report = match app.pluggy.webhooks(now).await {
        Ok(registered) => {
            let found = problems(&registered, &app.webhook_url, &app.accepted);
            for problem in Problem::ALL {
                line.metric(problem.metric(), i64::from(found.contains(&problem)));
            }
            line.metric(Metric::WebhookRegistrationUnknown, 0);
            line.property("registration.problems", json!(found));
            Report::Watched { problems: found }
        }
        Err(error) => {
            line.metric(Metric::WebhookRegistrationUnknown, 1);
            line.property("error", json!(chain(&error)));
            Report::Unknown
        }
    };
    app.metrics.emit(line, now);
    report
}
