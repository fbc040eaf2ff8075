//! A list that is longer than one run. Every item has its turn.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use client::StoredApiKey;
use client::https::Trust;
use client::{Api, ApiKeys, Client};
use discovery::{Discovered, End, Limits};
use jiff::{SignedDuration, Timestamp};
use pluggy::ItemId;
use runtime::clock::now;
use serde_json::{Value, json};
use store::{ItemUpdate, Schedule, Snapshot};
use tests::Deployment;
use tests::deployment::{CLIENT_ID, CLIENT_SECRET, eventually};
use tests::secrets::secrets;
use tokio::time::Instant;
use uuid::Uuid;

const PAGE_SIZE: usize = 10;
const LIMITS: Limits = Limits {
    pages: 100,
    found: 60,
};
const UPDATED_AT: &str = "2026-11-23T12:00:00.000Z";

/// The ids that Pluggy lists, newest first.
type Ids = Arc<Mutex<Vec<ItemId>>>;

/// The list, and how many more pages Pluggy answers.
#[derive(Clone, Default)]
struct List {
    ids: Ids,
    pages_left: Arc<Mutex<Option<usize>>>,
}

/// Returns a page of ids. Its cursor is the id of its last item, and an unknown cursor is refused. Does not answer where no
/// page is left.
async fn page(
    State(list): State<List>,
    Query(query): Query<BTreeMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let is_left = match list.pages_left.lock().unwrap().as_mut() {
        None => true,
        Some(0) => false,
        Some(left) => {
            *left -= 1;
            true
        }
    };
    if !is_left {
        std::future::pending::<()>().await;
    }
    let ids = list.ids.lock().unwrap();
    let start = match query.get("after") {
        None => Some(0),
        Some(after) => ids
            .iter()
            .position(|id| id.to_string() == *after)
            .map(|at| at + 1),
    };
    let Some(start) = start else {
        return (
            StatusCode::BAD_REQUEST,
            Json(json!({"code": 400, "codeDescription": "BAD_REQUEST"})),
        );
    };
    let page: Vec<_> = ids.iter().skip(start).take(PAGE_SIZE).collect();
    let next = (start + page.len() < ids.len()).then(|| format!("?after={}", page.last().unwrap()));
    let results: Vec<_> = page
        .iter()
        .map(|id| json!({"id": id, "status": "UPDATED", "updatedAt": UPDATED_AT}))
        .collect();
    (
        StatusCode::OK,
        Json(json!({"results": results, "next": next})),
    )
}

/// A deployment whose Pluggy has only a list.
struct LongList {
    deployment: Deployment,
    ids: Ids,
    pages_left: Arc<Mutex<Option<usize>>>,
    url: String,
    limits: Limits,
}

impl LongList {
    async fn of(items: usize) -> Self {
        let deployment = Deployment::start().await;
        let key = StoredApiKey {
            key: "key".to_owned().into(),
            client_id: CLIENT_ID.parse().unwrap(),
            issued_at: now(),
            expires_at: now() + SignedDuration::from_hours(2),
        };
        deployment
            .tables
            .credential_store()
            .put_api_key(&key)
            .await
            .unwrap();
        let served = List::default();
        let router = Router::new()
            .route("/v2/items", get(page))
            .with_state(served.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let list = Self {
            deployment,
            ids: served.ids,
            pages_left: served.pages_left,
            url,
            limits: LIMITS,
        };
        list.add_newer(items);
        list
    }

    fn add_newer(&self, items: usize) {
        let new = (0..items).map(|_| Uuid::new_v4().to_string().parse().unwrap());
        self.ids.lock().unwrap().splice(0..0, new);
    }

    async fn run(&self) -> Discovered {
        self.run_at(&self.url).await
    }

    async fn run_at(&self, url: &str) -> Discovered {
        super::make_due(&self.deployment).await;
        self.run_if_due(url, now()).await.unwrap()
    }

    /// Runs discovery until Pluggy has answered this many pages. Then the process dies.
    async fn die_after(&self, pages: usize) {
        *self.pages_left.lock().unwrap() = Some(pages);
        super::make_due(&self.deployment).await;
        let last = self.ids.lock().unwrap()[pages * PAGE_SIZE - 1].to_string();
        let place = self.deployment.tables.discovery_place();
        let death = eventually("the place of the last page", async || {
            let progress = place.get(now()).await.unwrap();
            progress.place.filter(|place| place.as_str() == last)
        });
        tokio::select! {
            _ = self.run_if_due(&self.url, now()) => panic!("the run has ended"),
            _ = death => {}
        }
        *self.pages_left.lock().unwrap() = None;
    }

    async fn run_if_due(&self, url: &str, time: Timestamp) -> Option<Discovered> {
        let api = Api::new(&Trust::compiled_in().unwrap(), url.parse().unwrap());
        let credentials = self.deployment.tables.credential_store();
        let app = discovery::App {
            pluggy: Client::new(
                api.clone(),
                ApiKeys::new(
                    api,
                    CLIENT_ID.parse().unwrap(),
                    secrets(CLIENT_SECRET),
                    credentials,
                ),
            ),
            limits: self.limits,
            ..self.deployment.discovery()
        };
        discovery::handle(&app, time, no_deadline()).await.unwrap()
    }

    /// Stores rows for the items with a fetch request, as item-sync does, so that the next run finds them. Returns
    /// the items.
    async fn sync(&self) -> Vec<ItemId> {
        let items = self.deployment.tables.item_store();
        let ids = self.requested().await;
        for id in &ids {
            let item = json!({
                "id": id, "status": "UPDATED", "executionStatus": "SUCCESS", "updatedAt": UPDATED_AT,
            });
            let snapshot = Snapshot {
                item: serde_json::from_value(item).unwrap(),
                fetched_at: now(),
            };
            let row = ItemUpdate {
                item_id: *id,
                owner: None,
                created_at: Timestamp::UNIX_EPOCH,
                schedule: Schedule::default(),
            };
            items
                .put_snapshot(row, snapshot, &Schedule::default())
                .await
                .unwrap();
        }
        ids
    }

    async fn requested(&self) -> Vec<ItemId> {
        let rows = self.deployment.tables.event_rows().await;
        rows.iter()
            .map(|row| {
                let key = row["pk"].as_s().unwrap();
                key.strip_prefix("ITEM#").unwrap().parse().unwrap()
            })
            .collect()
    }
}

/// Returns a deadline that ends no run, however slow the machine is.
fn no_deadline() -> Instant {
    Instant::now() + Duration::from_hours(1)
}

fn in_minutes(minutes: i64) -> Timestamp {
    now() + SignedDuration::from_mins(minutes)
}

fn summary(discovered: Discovered) -> (usize, usize, End) {
    (discovered.listed, discovered.found, discovered.end)
}

#[tokio::test]
async fn the_next_run_continues_where_the_previous_one_ended() {
    let list = LongList::of(125).await;

    assert_eq!(summary(list.run().await), (60, 60, End::Paused));
    list.sync().await;
    // The newest page has nothing new.
    assert_eq!(summary(list.run().await), (70, 60, End::Paused));
    list.sync().await;
    assert_eq!(summary(list.run().await), (15, 5, End::Bottom));

    assert_eq!(list.sync().await.len(), 125);
    assert_eq!(summary(list.run().await).1, 0);
}

#[tokio::test]
async fn a_run_that_found_much_is_continued_after_five_minutes() {
    let list = LongList::of(125).await;

    assert_eq!(summary(list.run().await), (60, 60, End::Paused));

    assert_eq!(list.run_if_due(&list.url, in_minutes(4)).await, None);
    list.sync().await;
    let next = list.run_if_due(&list.url, in_minutes(5)).await.unwrap();
    assert_eq!(summary(next), (70, 60, End::Paused));
}

#[tokio::test]
async fn a_run_that_found_nothing_in_a_long_list_is_continued_after_an_hour() {
    let list = LongList::of(50).await;
    list.run().await;
    list.sync().await;
    let list = LongList {
        limits: Limits { pages: 3, ..LIMITS },
        ..list
    };

    assert_eq!(summary(list.run().await), (30, 0, End::Paused));

    assert_eq!(list.run_if_due(&list.url, in_minutes(55)).await, None);
    let next = list.run_if_due(&list.url, in_minutes(60)).await.unwrap();
    assert_eq!(summary(next), (30, 0, End::Bottom));
}

#[tokio::test]
async fn the_next_run_continues_where_the_process_died() {
    let list = LongList::of(125).await;
    Box::pin(list.die_after(4)).await;
    list.sync().await;

    assert_eq!(list.run_if_due(&list.url, in_minutes(4)).await, None);
    let next = list.run_if_due(&list.url, in_minutes(5)).await.unwrap();

    // The newest page, and six from the place on.
    assert_eq!(summary(next), (70, 60, End::Paused));
    assert_eq!(list.requested().await.len(), 100);
}

#[tokio::test]
async fn many_new_items_do_not_delay_older_items_forever() {
    let list = LongList::of(125).await;
    list.run().await;
    list.sync().await;
    list.add_newer(100);

    assert_eq!(summary(list.run().await), (60, 60, End::Paused));

    let requested = list.sync().await;
    let ids = list.ids.lock().unwrap().clone();
    let of_the_newest = ids[..100]
        .iter()
        .filter(|id| requested.contains(id))
        .count();
    let of_the_oldest = ids[160..]
        .iter()
        .filter(|id| requested.contains(id))
        .count();
    assert_eq!((of_the_newest, of_the_oldest), (30, 30));
    // Runs continue until one that begins at the top finds nothing new.
    let mut runs = 0;
    while list.sync().await.len() < 225 {
        list.run().await;
        runs += 1;
        assert!(runs < 10, "no run reaches the end of the list");
    }
}

#[tokio::test]
async fn a_cursor_that_pluggy_no_longer_knows_is_dropped() {
    let list = LongList::of(70).await;
    list.run().await;
    list.sync().await;
    let place_of_the_first_run = 59;
    list.ids.lock().unwrap().remove(place_of_the_first_run);

    assert_eq!(summary(list.run().await), (10, 0, End::PlaceLost));
    assert_eq!(summary(list.run().await), (69, 10, End::Bottom));
}

#[tokio::test]
async fn a_run_without_a_response_keeps_the_cursor() {
    let list = LongList::of(70).await;
    list.run().await;
    list.sync().await;
    let nobody_listens_here = "http://127.0.0.1:9";

    assert_eq!(
        summary(list.run_at(nobody_listens_here).await),
        (0, 0, End::Unanswered)
    );
    // The newest page, and the page where the earlier run stopped.
    assert_eq!(summary(list.run().await), (20, 10, End::Bottom));
}
