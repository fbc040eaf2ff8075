//! What is told of a delivery that was refused. Pluggy never repeats what a 401 answered, so events
//! that are lost over a mistyped digest, or for want of the header, must show.

use lambda_http::Request;
use pluggy::{Event, Payload};
use runtime::metrics::{EmfRecord, Metric};
use runtime::secret::AcceptedSecrets;
use serde_json::json;

/// Nobody has proven who sent this, so no more of it is read. Pluggy's longest event, with 400
/// transactions, has 16 KB.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// Counts a refused delivery. Nothing of its body is kept or told.
pub(crate) fn report(line: &mut EmfRecord, secrets: &AcceptedSecrets, request: &Request) {
    let presented = secrets.are_presented(request.headers());
    let reason = if presented { "wrong" } else { "absent" };
    line.property("delivery.secret", json!(reason));
    line.metric(Metric::DeliveriesRejected, 1);
    line.metric(
        Metric::DeliveriesRejectedEvent,
        u8::from(looks_like_an_event(request.body().as_ref())),
    );
}

/// Whether Pluggy may have sent this: an object with the name of an event, which has an id or is of
/// a family that we know.
fn looks_like_an_event(body: &[u8]) -> bool {
    if body.len() > MAX_BODY_BYTES {
        return false;
    }
    Event::parse(body)
        .is_some_and(|event| event.event_id.is_some() || event.payload() != Payload::Unknown)
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
    fn what_strangers_send_does_not() {
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
