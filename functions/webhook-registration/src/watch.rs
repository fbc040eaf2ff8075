//! Watch of the webhook registration at Pluggy: what is wrong with it. It reports problems and never repairs
//! them: a disabled or changed webhook has a cause that a person must know.

use std::collections::BTreeSet;

use client::chain;
use jiff::Timestamp;
use pluggy::{EventKind, Webhook};
use runtime::metrics::{EmfRecord, Metric};
use runtime::secret::AcceptedSecrets;
use serde::Serialize;
use serde_json::json;

use crate::{App, Report, WebhookUrl};

/// A problem that stops deliveries or sends them to another URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegistrationProblem {
    /// No webhook points to our URL.
    Missing,
    /// A webhook that carries our secret points to another URL.
    Elsewhere,
    /// Our webhook does not receive all events.
    NotAllEvents,
    /// Our webhook was disabled, by Pluggy or by a person.
    Disabled,
    /// Our webhook does not carry, exactly once, a secret that the deployed webhook accepts.
    SecretRefused,
}

/// Returns the problems of the registrations. If several point to our URL, the best one counts: one with the
/// required settings receives every event.
pub fn problems(
    registered: &[Webhook],
    url: &WebhookUrl,
    accepted: &AcceptedSecrets,
) -> BTreeSet<RegistrationProblem> {
    let ours = registered.iter().filter(|webhook| url.is_of(webhook));
    let mut problems = ours
        .map(|webhook| problems_of(webhook, accepted))
        .min_by_key(BTreeSet::len)
        .unwrap_or_else(|| BTreeSet::from([RegistrationProblem::Missing]));
    if elsewhere(registered, url, accepted).next().is_some() {
        problems.insert(RegistrationProblem::Elsewhere);
    }
    problems
}

/// Returns the webhooks that send our secret to another URL. One whose URL cannot be read may be ours, and is
/// left alone.
pub(crate) fn elsewhere<'a>(
    registered: &'a [Webhook],
    url: &WebhookUrl,
    accepted: &AcceptedSecrets,
) -> impl Iterator<Item = &'a Webhook> {
    registered.iter().filter(move |webhook| {
        let mut values = webhook.headers.iter().flat_map(|headers| headers.values());
        let is_elsewhere = webhook.url.is_some() && !url.is_of(webhook);
        is_elsewhere && values.any(|value| accepted.accept(value.as_bytes()))
    })
}

/// Returns the secret that a webhook carries. The header must be present exactly once, in any spelling,
/// because the webhook refuses a delivery with two.
pub(crate) fn carried_secret<'a>(
    webhook: &'a Webhook,
    accepted: &AcceptedSecrets,
) -> Option<&'a str> {
    let mut values = webhook
        .headers
        .iter()
        .flatten()
        .filter(|(name, _)| name.eq_ignore_ascii_case(accepted.header().as_str()))
        .map(|(_, value)| value.as_str());
    match (values.next(), values.next()) {
        (Some(value), None) => Some(value),
        _ => None,
    }
}

/// Returns the problems of one webhook that points to our URL.
pub(crate) fn problems_of(
    webhook: &Webhook,
    accepted: &AcceptedSecrets,
) -> BTreeSet<RegistrationProblem> {
    let secret = carried_secret(webhook, accepted);
    let is_admitted = secret.is_some_and(|secret| accepted.accept(secret.as_bytes()));
    [
        (
            webhook.event != EventKind::All,
            RegistrationProblem::NotAllEvents,
        ),
        (webhook.disabled_at.is_some(), RegistrationProblem::Disabled),
        (!is_admitted, RegistrationProblem::SecretRefused),
    ]
    .into_iter()
    .filter_map(|(is_there, problem)| is_there.then_some(problem))
    .collect()
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const URL: &str = "https://hooks.example.com/";
    /// SHA-256 of `abc` (FIPS 180-2, appendix B.1), and another digest.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const OTHER: &str = "36a8543df25b1ae2f203511876b6c91cdedee52b75f0bd8305c6f6440083d7f4";

    fn check_with(digests: &str, registered: Value, expected: &[RegistrationProblem]) {
        let webhooks: Vec<Webhook> = serde_json::from_value(registered.clone()).unwrap();
        let header = "x-webhook-secret".parse().unwrap();
        let accepted = AcceptedSecrets::parse(header, digests).unwrap();

        let found = problems(&webhooks, &URL.parse().unwrap(), &accepted);

        assert_eq!(
            found,
            expected.iter().copied().collect(),
            "{digests} {registered}"
        );
    }

    fn check(registered: Value, expected: &[RegistrationProblem]) {
        check_with(ABC, registered, expected);
    }

    fn good() -> Value {
        json!({
            "id": "2f1e0d9c-0000-4000-8000-000000000020", "url": URL, "event": "all",
            "headers": {"X-Webhook-Secret": "abc"}, "disabledAt": null,
        })
    }

    fn good_but(field: &str, value: Value) -> Value {
        let mut webhook = good();
        webhook[field] = value;
        webhook
    }

    fn disabled() -> Value {
        good_but("disabledAt", json!("2026-11-23T12:00:00.000Z"))
    }

    #[test]
    fn each_problem_is_distinct() {
        check(json!([good()]), &[]);
        check(json!([]), &[RegistrationProblem::Missing]);
        check(json!([disabled()]), &[RegistrationProblem::Disabled]);
        check(
            json!([good_but("event", json!("item/updated"))]),
            &[RegistrationProblem::NotAllEvents],
        );
    }

    #[test]
    fn the_secret_must_be_one_that_the_webhook_accepts_and_be_there_once() {
        for headers in [
            json!(null),
            json!({}),
            json!({"x-webhook-secret": "old"}),
            json!({"x-other": "abc"}),
            json!({"x-webhook-secret": "abc", "X-Webhook-Secret": "abc"}),
        ] {
            check(
                json!([good_but("headers", headers)]),
                &[RegistrationProblem::SecretRefused],
            );
        }
        check_with(&format!("{OTHER},{ABC}"), json!([good()]), &[]);
        check_with("", json!([good()]), &[RegistrationProblem::SecretRefused]);
    }

    #[test]
    fn our_secret_must_go_nowhere_else() {
        let elsewhere = good_but("url", json!("https://elsewhere.example.com/"));
        let mut under_another_name = elsewhere.clone();
        under_another_name["headers"] = json!({"authorization": "abc"});
        let mut of_others = elsewhere.clone();
        of_others["headers"] = json!({"x-webhook-secret": "theirs"});

        check(
            json!([elsewhere]),
            &[RegistrationProblem::Missing, RegistrationProblem::Elsewhere],
        );
        check(
            json!([good(), under_another_name]),
            &[RegistrationProblem::Elsewhere],
        );
        check(json!([good(), of_others]), &[]);
    }

    #[test]
    fn the_best_of_several_webhooks_counts() {
        let mut worse = disabled();
        worse["event"] = json!("item/created");

        check(json!([disabled(), good()]), &[]);
        check(json!([worse, disabled()]), &[RegistrationProblem::Disabled]);
    }
}
