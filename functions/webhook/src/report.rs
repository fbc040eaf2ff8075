//! EMF record of a delivery, in one log line. Logs are billed by length, and a long line would cost more than
//! the write of the event.

use std::fmt::Write as _;

use lambda_http::http::{HeaderMap, HeaderName};
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _};
use runtime::metrics::{EmfRecord, Metric};
use serde_json::json;
use store::{Insertion, NewEvent, Quarantine};

/// Headers that every client sends or Lambda adds.
const USUAL_HEADERS: [&str; 7] = [
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "host",
    "user-agent",
];
const USUAL_PREFIXES: [&str; 2] = ["x-amzn-", "x-forwarded-"];
/// Maximum length of the list of unusual headers, in bytes.
const MAX_HEADER_NAMES_BYTES: usize = 200;

/// Adds the source address as Lambda saw it, not one that a header claims. Pluggy's addresses change without
/// notice.
pub(crate) fn source(line: &mut EmfRecord, request: &Request) {
    if let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() {
        line.property(
            "source.ip",
            context.http.source_ip.as_ref().map(|ip| json!(ip)),
        );
    }
}

/// Adds the event's name and key. Neither is personal.
pub(crate) fn event(line: &mut EmfRecord, event: &NewEvent) {
    line.property("event.kind", json!(event.name));
    line.property("event.key", json!(event.key.partition));
    line.property("event.id", json!(event.key.sort));
}

/// Adds the names, never the values, of unusual headers of an authenticated delivery, if it has any. Pluggy's headers
/// are not documented. `secret` is the header that carries the secret.
pub(crate) fn header_names(line: &mut EmfRecord, headers: &HeaderMap, secret: &HeaderName) {
    let mut names = String::new();
    for name in headers.keys().filter(|name| *name != secret) {
        let name = name.as_str();
        let is_usual = USUAL_HEADERS.contains(&name)
            || USUAL_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
        if !is_usual && names.len() + name.len() < MAX_HEADER_NAMES_BYTES {
            let comma = if names.is_empty() { "" } else { "," };
            // Writing to a string cannot fail.
            let _ = write!(names, "{comma}{name}");
        }
    }
    line.property(
        "delivery.header_names",
        (!names.is_empty()).then(|| json!(names)),
    );
}

/// Returns the metric that counts an acknowledged delivery.
pub(crate) fn outcome(event: &NewEvent, insertion: Insertion) -> Metric {
    match (insertion, event.quarantine) {
        (Insertion::Duplicate, _) => Metric::DeliveriesDuplicate,
        (_, Some(Quarantine::Unparsed)) => Metric::DeliveriesUnparsed,
        (_, Some(Quarantine::ForeignClientId)) => Metric::DeliveriesQuarantined,
        (Insertion::InsertedUnderReusedId, None) => Metric::DeliveriesReusedId,
        (Insertion::Inserted, None) => Metric::DeliveriesStored,
    }
}
