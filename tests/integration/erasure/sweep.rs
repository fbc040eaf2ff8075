//! The final sweep: the last receipt comes only after a search that finds nothing new.

use aws_smithy_runtime_api::client::http::{
    HttpClient as _, HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use jiff::SignedDuration;
use pluggy::ItemId;
use runtime::clock::now;
use store::{Events, NewEvent};
use tests::Deployment;
use tests::tables::client_over;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use super::{NEXT_DAY, USER, assert_nothing_is_left, command_at, erase, event, known_item};

/// A response that the erasure does not get before this is dropped.
type Held = oneshot::Sender<()>;

/// A connection to the event table that holds the responses to one operation.
#[derive(Debug)]
struct Holding {
    operation: &'static str,
    responses: mpsc::UnboundedSender<Held>,
    engine: SharedHttpConnector,
}

impl HttpConnector for Holding {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let is_held = target.ends_with(self.operation);
        let (responses, answer) = (self.responses.clone(), self.engine.call(request));
        HttpConnectorFuture::new(async move {
            let answer = answer.await;
            let (held, dropped) = oneshot::channel();
            if is_held && responses.send(held).is_ok() {
                dropped.await.unwrap_err();
            }
            answer
        })
    }
}

/// Returns the function, and its responses to an operation on the event table.
fn holding(
    deployment: &Deployment,
    operation: &'static str,
) -> (erasure::App, mpsc::UnboundedReceiver<Held>) {
    let (sender, responses) = mpsc::unbounded_channel();
    let engine = aws_smithy_http_client::Builder::new().build_http();
    let connection = http_client_fn(move |settings, components| {
        SharedHttpConnector::new(Holding {
            operation,
            responses: sender.clone(),
            engine: engine.http_connector(settings, components),
        })
    });
    let tables = &deployment.tables;
    let client = client_over(tables.url.as_deref().unwrap(), connection);
    let app = erasure::App {
        events: Events::new(client, tables.events.clone()),
        ..deployment.erasure()
    };
    (app, responses)
}

async fn deliver(deployment: &Deployment, id: &str, item_id: ItemId) {
    let event = event("item/updated", id, item_id, USER);
    assert_eq!(deployment.deliver(&event).await, 200);
}

/// A search does not find what arrives behind it.
#[tokio::test]
async fn the_final_receipt_comes_after_a_search_that_finds_nothing_new() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment, USER, 1).await;
    erase(&deployment, SignedDuration::ZERO).await;
    deliver(&deployment, "before", item_id).await;
    let (app, mut searches) = holding(&deployment, "Scan");

    let erasing = async move { command_at(&app, "erase", USER, now() + NEXT_DAY).await };
    let arrivals = async {
        let mut number = 0;
        while let Some(search) = searches.recv().await {
            number += 1;
            match number {
                1 => deliver(&deployment, "during", item_id).await,
                2 => {
                    let hint = NewEvent::hint(item_id, &USER.parse().unwrap(), now());
                    deployment.tables.insert_event(&hint).await;
                }
                _ => {}
            }
            drop(search);
        }
        number
    };
    let (last, searches) = tokio::join!(erasing, arrivals);

    assert_eq!(last["stage"], "final", "{last}");
    assert_nothing_is_left(&deployment, &[item_id]).await;
    assert_eq!(last["counts"]["eventRows"], 5, "two of before the erasure");
    assert_eq!(searches, 4, "the last one finds nothing");
}

/// Other rows may have arrived in the pages that the interrupted search has left behind.
#[tokio::test]
async fn a_call_that_ends_amid_the_sweep_does_not_forget_that_a_row_has_arrived() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment, USER, 1).await;
    erase(&deployment, SignedDuration::ZERO).await;
    deliver(&deployment, "late", item_id).await;
    let (app, mut deletions) = holding(&deployment, "DeleteItem");
    let later = now() + NEXT_DAY;

    tokio::select! {
        report = command_at(&app, "erase", USER, later) => panic!("{report}"),
        deletion = deletions.recv() => assert!(deletion.is_some()),
    }

    let hmac = app.erasures.hmac(&USER.parse().unwrap()).await.unwrap();
    let progress = app.erasures.progress(&hmac, later).await.unwrap().unwrap();
    assert!(progress.have_rows_arrived, "{progress:?}");
    let last = erase(&deployment, NEXT_DAY).await;
    assert_eq!(last["stage"], "final", "{last}");
    assert_nothing_is_left(&deployment, &[item_id]).await;
}
