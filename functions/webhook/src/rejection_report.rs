//! Report of rejected deliveries. Pluggy does not retry after a 401, so lost events because of a mistyped
//! digest or a missing header must be visible.

use lambda_http::Request;
use pluggy::{Event, Payload};
use runtime::metrics::{EmfRecord, Metric};
use runtime::secret::AcceptedSecrets;
use serde_json::json;

/// Maximum size of a body to inspect, because its sender is not authenticated. Pluggy's longest event, with
/// 400 transactions, has 16 KB.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// Counts a rejected delivery that may be Pluggy's: it has the header, or its body looks like an event. Any other
/// one counts as nothing here; Lambda's `Url4xxCount` counts it. Nothing of a body is stored or logged.
pub(crate) fn report(line: &mut EmfRecord, secrets: &AcceptedSecrets, request: &Request) {
    let has_header = secrets.are_presented(request.headers());
    let has_event = looks_like_an_event(request.body().as_ref());
    if !has_header && !has_event {
        return;
    }
    let reason = if has_header { "wrong" } else { "absent" };
    line.property("delivery.secret", json!(reason));
    line.metric(Metric::DeliveriesRejected, 1);
    line.metric(Metric::DeliveriesRejectedEvent, u8::from(has_event));
}

/// Whether the body may be from Pluggy: an object with the name of an event, and an id or a known event
/// family.
fn looks_like_an_event(body: &[u8]) -> bool {
    if body.len() > MAX_BODY_BYTES {
        return false;
    }
    Event::parse(body).is_some_and(|event| {
        let is_recognized = event.event_id.is_some() || event.payload() != Payload::Unknown;
        !event.kind.is_absent() && is_recognized
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pluggy_may_have_sent_looks_like_an_event() {
        for body in [
            r#"{"event":"item/updated","eventId":"1","itemId":"i"}"#,
            r#"{"event":"item/frozen"}"#,
            r#"{"event":"moon/full","eventId":7}"#,
        ] {
            assert!(looks_like_an_event(body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn other_bodies_do_not_look_like_an_event() {
        let long = format!(
            r#"{{"event":"item/updated","eventId":"{}"}}"#,
            "x".repeat(MAX_BODY_BYTES)
        );
        for body in [
            "",
            "null",
            "[]",
            "{}",
            "a=b",
            r#"["item/updated"]"#,
            r#"{"event":"click"}"#,
            r#"{"event":7,"eventId":"1"}"#,
            r#"{"eventId":"1"}"#,
            &long,
        ] {
            assert!(!looks_like_an_event(body.as_bytes()), "{body:.40}");
        }
    }
}
