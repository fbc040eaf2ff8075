use pluggy::Since;
use serde_json::{Value, json};

use super::*;
use crate::event::BusEvent;

const ACCOUNT: &str = "aaaa6c5d-0000-4000-8000-000000000002";
const TRANSACTION: &str = "bbbb6c5d-0000-4000-8000-000000000004";

/// Returns the plan for an event with these fields in its body.
fn plan(event: &str, body: Value) -> Result<Plan, Malformed> {
    let mut full = json!({ "event": event, "accountId": ACCOUNT });
    let fields = body.as_object().unwrap().clone();
    full.as_object_mut().unwrap().extend(fields);
    plan_of(event, full)
}

fn plan_of(event: &str, body: Value) -> Result<Plan, Malformed> {
    let event = json!({
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": format!("webhook.{event}"),
        "source": "pluggy-lambda",
        "detail": {
            "schemaVersion": 1,
            "id": "0a".repeat(32),
            "event": event,
            "receivedAt": "2026-11-23T12:00:00.123Z",
            "itemId": "9a7b6c5d-0000-4000-8000-000000000001",
            "body": body,
            "truncated": false,
            "bodyReference": null,
        },
    });
    let event: BusEvent = event.to_string().parse()?;
    Plan::of(&event.detail)
}

fn filters(plan: Result<Plan, Malformed>) -> Vec<TransactionFilter> {
    match plan.unwrap().work {
        Work::Read(filters) => filters,
        Work::Delete(_) => panic!("nothing is to be read"),
    }
}

#[test]
fn new_transactions_are_read_since_the_time_in_the_event() {
    let plan = plan(
        "transactions/created",
        json!({
            "transactionsCreatedAtFrom": "2026-02-13T17:21:53.719Z",
            "createdTransactionsLink": "https://example.com/transactions?accountId=other",
        }),
    );

    let since = Since::CreatedAt("2026-02-13T17:21:53.719Z".parse().unwrap());
    assert_eq!(plan.as_ref().unwrap().account_id.to_string(), ACCOUNT);
    assert!(plan.as_ref().unwrap().item_id.is_some());
    let [filter] = &filters(plan)[..] else {
        panic!("one question is enough");
    };
    assert_eq!(filter.since, Some(since));
    assert!(filter.ids.is_empty() && filter.date_to.is_none());
}

#[test]
fn without_a_valid_time_the_whole_account_is_read() {
    for moment in [
        json!(null),
        json!(""),
        json!("yesterday"),
        json!(7),
        json!([]),
    ] {
        let plan = plan(
            "transactions/created",
            json!({ "transactionsCreatedAtFrom": moment }),
        );

        assert_eq!(filters(plan), [TransactionFilter::default()]);
    }
}

#[test]
fn changed_transactions_are_read_by_their_ids_no_more_than_500_at_once() {
    let ids = |range: std::ops::Range<u32>| -> Vec<String> {
        range
            .map(|n| format!("bbbb6c5d-0000-4000-8000-{n:012}"))
            .collect()
    };
    // One more than fit, and some of them twice.
    let ids = [ids(0..1_001), ids(0..7)].concat();

    let plan = plan("transactions/updated", json!({ "transactionIds": ids }));

    let filters = filters(plan);
    let sizes: Vec<usize> = filters.iter().map(|filter| filter.ids.len()).collect();
    assert_eq!(sizes, [500, 500, 1]);
    assert!(filters.iter().all(|filter| filter.since.is_none()));
}

#[test]
fn without_a_changed_transaction_nothing_is_read() {
    let plan = plan("transactions/updated", json!({ "transactionIds": [] }));

    // A request without ids would be for the whole account.
    assert_eq!(filters(plan), []);
}

#[test]
fn an_id_that_is_no_text_is_left_out() {
    let plan = plan(
        "transactions/deleted",
        json!({ "transactionIds": [1, TRANSACTION] }),
    );

    let deleted = Work::Delete(vec![TRANSACTION.parse().unwrap()]);
    assert_eq!(plan.unwrap().work, deleted);
}

#[test]
fn deleted_transactions_are_not_requested() {
    let plan = plan(
        "transactions/deleted",
        json!({ "transactionIds": [TRANSACTION] }),
    );

    let deleted = Work::Delete(vec![TRANSACTION.parse().unwrap()]);
    assert_eq!(plan.unwrap().work, deleted);
}

#[test]
fn invalid_ids_are_refused() {
    for ids in [
        json!(null),
        json!(TRANSACTION),
        json!([TRANSACTION, "../accounts"]),
        json!([TRANSACTION, ""]),
    ] {
        for event in ["transactions/updated", "transactions/deleted"] {
            let plan = plan(event, json!({ "transactionIds": ids }));

            assert_eq!(plan, Err(Malformed::Lacks("transactions")), "{ids}");
        }
    }
}

#[test]
fn a_body_without_an_account_has_an_empty_plan() {
    for account in [
        json!(null),
        json!(""),
        json!("x"),
        json!(format!("{ACCOUNT}&ids=1")),
    ] {
        let plan = plan("transactions/created", json!({ "accountId": account }));

        assert_eq!(plan, Err(Malformed::Lacks("account")), "{account}");
    }
    let too_long_for_the_bus = plan_of("transactions/created", json!(null));
    assert_eq!(too_long_for_the_bus, Err(Malformed::Lacks("account")));
}

#[test]
fn other_events_are_not_for_this_consumer() {
    for event in ["item/updated", "transactions/merged", ""] {
        assert_eq!(plan(event, json!({})), Err(Malformed::Kind), "{event}");
    }
}

#[test]
fn another_major_version_of_the_schema_is_refused() {
    let event = json!({
        "detail-type": "webhook.transactions/created",
        "detail": {
            "schemaVersion": 2,
            "id": "0a".repeat(32),
            "event": "transactions/created",
            "body": { "event": "transactions/created", "accountId": ACCOUNT },
        },
    });
    let event: BusEvent = event.to_string().parse().unwrap();

    assert_eq!(Plan::of(&event.detail), Err(Malformed::Version(2)));
}
