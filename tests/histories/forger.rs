//! An adversary who knows the webhook's secret and posts events that Pluggy did not send.
//!
//! Each check names the bug of `seeded_bugs.toml` that it must catch:
//!
//! | Check | Seeded bug |
//! |---|---|
//! | [`responses_decide`] | `a-response-does-not-outrank-an-event` |
//! | the owner changes only for a higher rank (`checks.rs`) | `writes-do-not-compare-ranks` |
//! | [`sees_nothing`], the deletion | `a-placeholder-is-deleted` |
//! | [`sees_nothing`], the token | `a-placeholder-gets-a-token` |
//! | [`is_requested`] | `event-ids-share-one-space` |

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use lambda_http::{Body, Response};
use serde_json::{Value, json};
use store::{Owner, Provenance, StoredItem};
use tests::sample;

use crate::checks::{CheckResult, ensure};
use crate::history::History;
use crate::model::{Model, USER};
use crate::settle::REPEAT;
use crate::step::Forgery;

/// The user whom forged events name.
pub(crate) const FORGER: &str = "usr_forger";

impl History<'_> {
    /// Posts a forged event with the right secret.
    pub(crate) async fn forge(&mut self, forgery: Forgery) {
        let before = self.testbed.engine.stream_len();
        for id in self.forged_ids(forgery) {
            let item_id = self.testbed.pluggy.model().item_id;
            let event = match forgery {
                Forgery::Deletion => "item/deleted",
                _ => "item/created",
            };
            let body =
                json!({"event": event, "eventId": id, "itemId": item_id, "clientUserId": FORGER});
            let delivery = self.testbed.delivery(&body, self.at(self.clocks.door));
            assert_eq!(self.run(delivery, None).await, Some(200));
            self.figures.attack.tried += 1;
        }
        let after = self.testbed.engine.stream_len();
        self.figures.attack.rows += after - before;
        self.handled.resize(after, false);
    }

    /// Returns the ids of the events to forge.
    fn forged_ids(&self, forgery: Forgery) -> Vec<String> {
        match forgery {
            Forgery::Claim | Forgery::Deletion => {
                vec![format!("forged-{}", self.figures.attack.tried)]
            }
            Forgery::NextEventId => vec![self.sent.len().to_string()],
            Forgery::NextFetchId => {
                let next = self.row.as_ref().and_then(|row| row.schedule.next_fetch_at);
                let name = next.map(|at| format!("fetch-{}-0", at.as_millisecond()));
                let ids = name
                    .iter()
                    .flat_map(|name| [name.clone(), format!("#{name}")]);
                ids.collect()
            }
        }
    }
}

/// Returns whether the event of this record was forged.
pub(crate) fn is_forged(image: &Value) -> bool {
    named_user(image).as_deref() == Some(FORGER)
}

/// Returns the user whom the event of this record names.
pub(crate) fn named_user(image: &Value) -> Option<String> {
    let body = STANDARD.decode(image["body"]["B"].as_str()?).ok()?;
    let body: Value = serde_json::from_slice(&body).ok()?;
    body["clientUserId"].as_str().map(str::to_owned)
}

/// Checks that a fetched row belongs to the user in Pluggy's response, and that nothing else counts as a response.
pub(crate) fn responses_decide(model: &Model, row: &StoredItem) -> CheckResult {
    let from_response = Owner {
        user: USER.parse().unwrap(),
        provenance: Provenance::Response,
    };
    if model.answers_name_the_owner && row.snapshot().is_some() {
        return ensure(
            row.owner() == Some(&from_response),
            "a fetched row belongs to the user in Pluggy's response",
        );
    }
    let owner = row.owner();
    let is_response = owner.is_some_and(|owner| owner.provenance == Provenance::Response);
    ensure(
        !is_response || (model.answers_name_the_owner && row.owner() == Some(&from_response)),
        "only a response counts as one",
    )
}

/// Checks that the owner of an item that was never fetched sees nothing but `connecting`, or no item after an event that
/// reports its deletion, and gets no token and no deletion.
pub(crate) async fn sees_nothing(history: &History<'_>, row: &StoredItem) -> CheckResult {
    let Some(owner) = row.user().filter(|_| row.snapshot().is_none()) else {
        return Ok(());
    };
    let owner = owner.as_str();
    let (api, now) = (history.testbed.api(), history.now());
    let item_id = row.item_id.to_string();
    let calls = history.testbed.pluggy.model().api_calls;
    // Otherwise the limit of one user would refuse what the owner must be refused.
    history.testbed.tables.forget_limits_of_users().await;

    let request = sample::get_item(owner, &item_id, &[]);
    let status = item_status::handle(&api.item_status, request, now).await;
    let is_absent = row.is_deleted_placeholder() && status.status() == 404;
    ensure(
        is_absent || is_empty(&status),
        "an item that was never fetched shows nothing",
    )?;
    let body = json!({"itemId": item_id});
    let request = sample::with_body("connect-token/update-mode.json", owner, &body);
    let token = connect_token::handle(&api.connect_token, request, now).await;
    ensure(
        token.status() == 404,
        "an item that was never fetched gets no token",
    )?;
    let request = sample::delete_item(owner, &item_id);
    let deletion = disconnect::handle(&api.disconnect, request, now).await;
    let comes_too_early =
        deletion.status() == 409 && deletion.headers().contains_key("retry-after");
    let is_absent = row.is_deleted_placeholder() && deletion.status() == 404;
    ensure(
        is_absent || comes_too_early,
        "an item that was never fetched is not deleted",
    )?;
    ensure(
        history.testbed.pluggy.model().api_calls == calls,
        "an item that was never fetched causes no call of the API",
    )
}

/// Returns whether the response has nothing of Pluggy's about the item.
fn is_empty(response: &Response<Body>) -> bool {
    let view: Value = serde_json::from_slice(response.body()).unwrap();
    let of_pluggy = [
        "connector",
        "status",
        "executionStatus",
        "error",
        "updatedAt",
        "lastUpdatedAt",
    ];
    response.status() == 200
        && view["phase"] == "connecting"
        && view["products"] == json!({})
        && of_pluggy.iter().all(|field| view[field].is_null())
}

/// Checks that a run of the scheduler has requested the row's fetch if it was due.
pub(crate) fn is_requested(history: &History<'_>, row: &StoredItem, now: Timestamp) -> CheckResult {
    let Some(due) = row.schedule.next_fetch_at.filter(|due| *due <= now) else {
        return Ok(());
    };
    let bucket = now.duration_since(due).as_secs() / REPEAT.as_secs();
    let id = format!("fetch-{}-{bucket}", due.as_millisecond());
    let engine = &history.testbed.engine;
    let is_requested = (0..engine.stream_len()).any(|record| {
        let image = engine.image(record);
        let sort_key = image["sk"]["S"].as_str().unwrap_or_default();
        image["origin"]["S"] == "internal" && sort_key.trim_start_matches('#') == id
    });
    ensure(is_requested, "a fetch that is due is requested")
}
