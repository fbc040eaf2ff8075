//! The webhook's handler on an in-memory table.

use jiff::{SignedDuration, Timestamp};
use lambda_http::http::{HeaderMap, HeaderValue, Method};
use lambda_http::{Body, Request};
use runtime::metrics::Emitter;
use runtime::secret::AcceptedSecrets;
use store::Events;
use tokio::runtime::Runtime;

use crate::row::Row;
use crate::table::Table;

pub(crate) const SECRET_HEADER: &str = "x-webhook-secret";
pub(crate) const SECRET: &str = "webhook-secret-for-local-tests";
/// SHA-256 of [`SECRET`], and of `abc` (FIPS 180-2, appendix B.1) as the previous secret.
const DIGESTS: &str = "36a8543df25b1ae2f203511876b6c91cdedee52b75f0bd8305c6f6440083d7f4,\
                       ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const CLIENT_ID: &str = "11111111-0000-4000-8000-000000000003";
const RETENTION: SignedDuration = SignedDuration::from_hours(24);
/// Late enough that every time in a row is positive.
const NOW: Timestamp = Timestamp::constant(1_795_435_200, 0);

/// The result of a request.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) rows: Vec<Row>,
}

struct Receiver {
    runtime: Runtime,
    events: Events,
    table: Table,
}

thread_local! {
    static RECEIVER: Receiver = Receiver::new();
}

/// Returns headers with the secret, as Pluggy sends it.
pub(crate) fn with_secret() -> HeaderMap {
    HeaderMap::from_iter([(
        SECRET_HEADER.parse().unwrap(),
        HeaderValue::from_static(SECRET),
    )])
}

/// Sends a request to the webhook.
pub(crate) fn post(headers: HeaderMap, body: &[u8]) -> Answer {
    RECEIVER.with(|receiver| receiver.post(headers, body))
}

impl Receiver {
    fn new() -> Self {
        let table = Table::default();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        Self {
            runtime: runtime.unwrap(),
            events: Events::new(table.client(), "events".to_owned()),
            table,
        }
    }

    fn post(&self, headers: HeaderMap, body: &[u8]) -> Answer {
        let mut request = Request::new(Body::Binary(body.to_vec()));
        *request.method_mut() = Method::POST;
        *request.headers_mut() = headers;
        let header = SECRET_HEADER.parse().unwrap();
        // One app for each request, because it keeps the lines that it logs.
        let app = webhook::App {
            events: self.events.clone(),
            event_retention: RETENTION,
            secrets: AcceptedSecrets::parse(header, DIGESTS).unwrap(),
            client_id: CLIENT_ID.parse().unwrap(),
            metrics: Emitter::in_memory(),
        };
        let answer = webhook::handle(Some(&app), request, NOW);
        Answer {
            status: self.runtime.block_on(answer).status().as_u16(),
            rows: self.table.take(),
        }
    }
}
