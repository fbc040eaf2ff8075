//! The row of a user: its attributes, its size, and updates by many processes at once.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::join_all;
use pluggy::ClientUserId;
use serde_json::json;
use store::{Limited, NewEvent, Permit};
use tests::tables::Row;
use tests::{Deployment, Tables};

use super::{USER, noon};

/// SHA-256 of `usr_01J9X`, shortened.
const KEY: &str = "USER#4c5745391a344ef4b87609047d08861b";

fn user() -> ClientUserId {
    USER.parse().unwrap()
}

async fn the_row(tables: &Tables) -> Row {
    let rows = tables.rows(&tables.limits).await;
    let [row] = &rows[..] else {
        panic!("one row: {rows:?}");
    };
    row.clone()
}

fn number(row: &Row, attribute: &str) -> i64 {
    row[attribute].as_n().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_row_names_the_user_by_a_digest_and_expires() {
    let tables = Tables::create().await;
    let limits = tables.limit_store();
    let item_id = "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap();
    tables.count_tokens(USER, 2, noon()).await;
    limits
        .count(&user(), Limited::Deletion, noon())
        .await
        .unwrap();
    let hint = NewEvent::hint(item_id, &user(), noon());
    assert!(limits.count_hint(&user(), &hint.key, noon()).await.unwrap());

    let row = the_row(&tables).await;

    assert_eq!(row["pk"].as_s().unwrap(), KEY);
    assert!(!format!("{row:?}").contains(USER), "{row:?}");
    let names: BTreeSet<_> = row.keys().map(String::as_str).collect();
    let expected = [
        "countedHints",
        "deletions",
        "deletionsUntil",
        "expiresAt",
        "hintQuota",
        "pk",
        "schema",
        "tokens",
        "tokensUntil",
    ];
    assert_eq!(names, BTreeSet::from(expected));
    let end = noon().as_millisecond() + 600_000;
    for (attribute, value) in [
        ("deletions", 1),
        ("deletionsUntil", end),
        ("expiresAt", end / 1000 + 3600),
        ("hintQuota", 10),
        ("schema", 1),
        ("tokens", 2),
        ("tokensUntil", end),
    ] {
        assert_eq!(number(&row, attribute), value, "{attribute}");
    }
    assert_eq!(row["countedHints"].as_bs().unwrap().len(), 1);
}

#[tokio::test]
async fn the_fullest_row_fits_into_one_write_unit() {
    let tables = Tables::create().await;
    let limits = tables.limit_store();
    tables.count_tokens(USER, 20, noon()).await;
    limits
        .count(&user(), Limited::Deletion, noon())
        .await
        .unwrap();
    for number in 0..100 {
        let item_id = format!("9a7b6c5d-0000-4000-8000-{number:012}")
            .parse()
            .unwrap();
        let hint = NewEvent::hint(item_id, &user(), noon());
        assert!(
            limits.count_hint(&user(), &hint.key, noon()).await.unwrap(),
            "{number}"
        );
    }

    let row = the_row(&tables).await;

    let bytes_of = |value: &AttributeValue| match value {
        AttributeValue::Bs(set) => set.iter().map(|bytes| bytes.as_ref().len()).sum(),
        AttributeValue::S(text) => text.len(),
        // A byte for two digits, and one more.
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
        other => panic!("{other:?}"),
    };
    let bytes: usize = row
        .iter()
        .map(|(name, value)| name.len() + bytes_of(value))
        .sum();
    assert!(bytes > 800 && bytes <= 1024, "{bytes}");
}

#[tokio::test]
async fn processes_that_count_at_once_grant_twenty_tokens_together() {
    let deployment = Deployment::start().await;
    let requests = (0..60).map(async |_| {
        let limits = deployment.tables.limit_store();
        limits
            .count(&user(), Limited::ConnectToken, noon())
            .await
            .unwrap()
    });

    let permits = join_all(requests).await;

    let granted = permits.iter().filter(|permit| **permit == Permit::Granted);
    assert_eq!(granted.count(), 20);
    let firsts = permits
        .iter()
        .filter(|permit| matches!(permit, Permit::Refused { is_first: true, .. }));
    assert_eq!(firsts.count(), 1);
    let row = the_row(&deployment.tables).await;
    assert_eq!(
        (number(&row, "tokens"), number(&row, "hintQuota")),
        (21, 100)
    );
}

#[tokio::test]
async fn a_limit_does_not_change_the_other_one() {
    let tables = Tables::create().await;
    let limits = tables.limit_store();
    tables.count_tokens(USER, 20, noon()).await;
    let later = noon() + jiff::SignedDuration::from_mins(5);

    let deletion = limits.count(&user(), Limited::Deletion, later).await;
    let token = limits.count(&user(), Limited::ConnectToken, later).await;

    assert_eq!(deletion.unwrap(), Permit::Granted);
    let five_minutes = jiff::SignedDuration::from_mins(5);
    let expected = Permit::Refused {
        retry_after: five_minutes,
        is_first: true,
    };
    assert_eq!(token.unwrap(), expected);
    let row = the_row(&tables).await;
    let expires_at = later.as_second() + 600 + 3600;
    assert_eq!(json!(number(&row, "expiresAt")), json!(expires_at));
}
