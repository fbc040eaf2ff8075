mod untrusted;

use super::*;
use serde_json::json;
use store::{
    EventKey, EventRow, FailedFetch, Healths, Origin, Owner, PendingSignal, Provenance, RowState,
    Schedule, Snapshot, StoredItem, Target, Timeline,
};

use crate::ItemSummary;

const NOW: &str = "2026-11-23T12:00:00Z";
const ARN: &str = "arn:aws:lambda:sa-east-1:123456789012:function:inspect";
/// Returns an item of which everything that others write is `text`.
fn stored(text: &str) -> StoredItem {
    let item: Box<pluggy::Item> = serde_json::from_value(json!({
        "id": "9a7b6c5d-0000-4000-8000-000000000001",
        "connector": {"id": 2, "name": text, "health": {"status": text}},
        "status": "LOGIN_ERROR", "executionStatus": text,
        "error": {"code": "ACCOUNT_LOCKED", "message": text, "providerMessage": text},
        "parameter": {"name": "token", "data": "KEPT-OUT"},
        "userAction": {"type": "qr", "instructions": "KEPT-OUT", "attributes": {"data": "KEPT-OUT"}},
        "statusDetail": {text: {"isUpdated": false, "lastUpdatedAt": "2026-11-20T12:00:00Z",
            "warnings": [{"code": text}]}},
        "createdAt": "2026-11-01T12:00:00Z", "updatedAt": "2026-11-20T12:00:00Z",
    }))
    .unwrap();
    StoredItem {
        item_id: item.id,
        created_at: item.created_at.unwrap(),
        state: RowState::Fetched {
            owner: Some(Owner {
                user: text.parse().unwrap(),
                provenance: Provenance::Response,
            }),
            snapshot: Snapshot {
                item,
                fetched_at: "2026-11-23T11:57:00Z".parse().unwrap(),
            },
        },
        schedule: Schedule {
            next_fetch_at: Some("2026-11-23T11:00:00Z".parse().unwrap()),
            fetch_failures: 2,
            missing_since: Some("2026-11-23T11:30:00Z".parse().unwrap()),
            confirming_fetches: 1,
            cut_fetches: 0,
            pending_signal: Some(PendingSignal::Change),
            last_error: Some(FailedFetch {
                at: "2026-11-23T10:00:00Z".parse().unwrap(),
                reason: text.to_owned(),
                error_id: Some(text.to_owned()),
            }),
        },
    }
}

fn timeline(text: &str, length: usize, is_complete: bool) -> Timeline {
    let event = |number: usize| EventRow {
        key: EventKey {
            partition: Target::Item(stored(text).item_id).key(),
            sort: format!("{text}{number}"),
        },
        kind: text.to_owned().into(),
        received_at: "2026-11-23T11:56:59Z".parse().unwrap(),
        origin: Origin::Webhook,
        quarantine: Some(text.to_owned()),
        is_truncated: true,
        body: None,
    };
    Timeline {
        events: (0..length).map(event).collect(),
        is_complete,
    }
}

fn item(text: &str, timeline: &Timeline) -> Content {
    let stored = stored(text);
    report(Ok(Some(&stored)), timeline)
}

/// Returns the report of a row, or of the attribute that makes it unreadable.
fn report(stored: Result<Option<&StoredItem>, &'static str>, timeline: &Timeline) -> Content {
    let id = "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap();
    let report = ItemReport::new(id, stored, &Healths::default(), timeline, now());
    Content::Item(Box::new(report))
}

fn user(text: &str) -> Content {
    let summary = ItemSummary::new(&stored(text), &Healths::default(), now());
    let report = UserReport {
        items: vec![summary],
        unreadable: 0,
        cursor: Some("MTc5".to_owned()),
    };
    Content::User(text.parse().unwrap(), report)
}

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn html(content: &Content, theme: Theme, query: &str) -> String {
    let page = Page {
        theme,
        function_arn: ARN,
        query,
        now: now(),
    };
    page.html(content)
}

fn light(content: &Content) -> String {
    html(content, Theme::Light, "")
}

#[test]
fn an_items_page_has_its_state_its_next_fetch_its_last_error_and_its_events() {
    let page = light(&item("Banco Azul", &timeline("item/error", 1, true)));

    for text in [
        "<h2>Banco Azul <span class=\"badge reconnect\">reconnect</span></h2>",
        "<dt>Reason</dt><dd><code>account_locked</code>: the bank has locked the account</dd>",
        "<dt>Next action</dt><dd><code>act_at_bank</code></dd>",
        "Your bank has locked the access to your account.",
        "by Pluggy's response",
        "2026-11-23 11:00:00Z</time> (60 min ago) <strong>overdue</strong>",
        "<dt>Failures</dt><dd>2 in a row</dd>",
        "<dt>Last error</dt><dd>Banco Azul, <time",
        "Pluggy's error id <code>Banco Azul</code>",
        "change, not yet confirmed by a fetch",
        "Pluggy has said 404 since",
        "not updated since <time datetime=\"2026-11-20T12:00:00Z\">2026-11-20 12:00:00Z</time> (3 d ago), warnings Banco Azul",
        ">item/error</td><td data-label=\"Origin\">webhook</td><td data-label=\"Id\" class=\"id\">item/error0</td>",
        ">quarantined: item/error, cut</td>",
        "Newest first, all 1.",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
}

#[test]
fn a_timeline_that_is_cut_says_so() {
    for (length, is_complete, expected) in [
        (0, true, "None is stored."),
        (100, true, "Newest first, all 100."),
        (101, true, "Newest first, 100 of 101."),
        (
            100,
            false,
            "100 of more than 100: not all events were read; newer ones may be missing.",
        ),
        (0, false, "0 of more than 0: not all events were read"),
    ] {
        let page = light(&item("x", &timeline("x", length, is_complete)));

        assert!(page.contains(&format!("<p>{expected}")), "{expected}");
        assert_eq!(page.matches(">webhook</td>").count(), length.min(100));
    }
}

#[test]
fn a_row_that_was_not_read_has_neither_an_owner_nor_a_phase() {
    for (stored, row) in [
        (
            Err("createdAt"),
            "cannot be read because of the attribute createdAt",
        ),
        (Ok(None), "none"),
    ] {
        let page = light(&report(stored, &timeline("x", 1, true)));

        assert!(
            page.contains(&format!("<dt>Row</dt><dd>{row}</dd>")),
            "{page}"
        );
        for text in ["nobody", "no connection", "class=\"badge"] {
            assert!(!page.contains(text), "{text}: {page}");
        }
    }
}

#[test]
fn only_a_search_says_that_no_user_is_known() {
    let page = light(&report(Ok(None), &timeline("x", 0, true)));

    assert!(page.contains("No item is known by this id."), "{page}");
}

#[test]
fn a_users_page_says_what_it_lacks() {
    for (unreadable, cursor, expected, absent) in [
        (0, None, "No item has this owner", "cannot be read"),
        (1, None, "1 row cannot be read.", "No item"),
        (2, None, "2 rows cannot be read.", "No item"),
        (0, Some("MTc5"), "No item is on this page.", "No item has"),
    ] {
        let report = UserReport {
            items: Vec::new(),
            unreadable,
            cursor: cursor.map(str::to_owned),
        };

        let page = light(&Content::User("usr_1".parse().unwrap(), report));

        assert!(page.contains(expected), "{expected}: {page}");
        assert!(!page.contains(absent), "{absent}: {page}");
    }
}

#[test]
fn what_was_typed_stays_after_a_mistake() {
    let problem = Content::Problem("x".to_owned());

    let page = html(&problem, Theme::Light, "usr 1");

    assert!(page.contains("value=\"usr 1\""), "{page}");
}

#[test]
fn a_product_is_updated_only_if_pluggy_says_so() {
    let at = "2026-11-20T12:00:00Z";
    for (status, expected) in [
        (json!({}), "accounts"),
        (
            json!({"warnings": [{"code": "001"}]}),
            "accounts, warnings 001",
        ),
        (json!({"isUpdated": true}), "accounts updated"),
        (json!({"isUpdated": false}), "accounts not updated"),
        (
            json!({"isUpdated": true, "lastUpdatedAt": at}),
            "accounts updated <time",
        ),
        (
            json!({"isUpdated": false, "lastUpdatedAt": at}),
            "accounts not updated since <time",
        ),
        (json!({"lastUpdatedAt": at}), "accounts last updated <time"),
    ] {
        let mut stored = stored("x");
        let RowState::Fetched { snapshot, .. } = &mut stored.state else {
            unreachable!()
        };
        let products = serde_json::from_value(json!({"accounts": status})).unwrap();
        snapshot.item.status_detail = Some(products);

        let page = light(&report(Ok(Some(&stored)), &timeline("x", 0, true)));

        let (_, product) = page.split_once("<li>").unwrap();
        let product = product.split("</li>").next().unwrap();
        assert!(product.starts_with(expected), "{product}");
        assert!(
            expected.ends_with("<time") || product == expected,
            "{product}"
        );
    }
}

#[test]
fn the_theme_is_that_of_the_console() {
    let content = user("usr_1");

    assert!(light(&content).contains("<div class=\"inspect light\">"));
    assert!(html(&content, Theme::Dark, "").contains("<div class=\"inspect dark\">"));
}

#[test]
fn a_distance_has_one_unit() {
    for (time, expected) in [
        ("2026-11-23T12:00:00Z", "0 s ago"),
        ("2026-11-23T12:01:59Z", "in 119 s"),
        ("2026-11-23T12:02:00Z", "in 2 min"),
        ("2026-11-23T09:59:59Z", "2 h ago"),
        ("2026-11-21T11:00:00Z", "2 d ago"),
    ] {
        assert_eq!(distance(time.parse().unwrap(), now()), expected);
    }
}
