//! The calls of each function's code, and those that Lambda makes with the function's role.

use crate::functions::{
    CONNECT_EVENTS, CONNECT_TOKEN, DISCONNECT, DISCOVERY, ERASURE, INSPECT, ITEM_STATUS, ITEM_SYNC,
    OPERATOR, PUBLISH, REPUBLISH, SCHEDULER, WEBHOOK, WEBHOOK_REGISTRATION,
};

/// A resource, and the actions on it.
pub(crate) type Permission = (&'static str, &'static [&'static str]);

/// Returns the calls that a function's code makes.
pub(crate) fn calls(function: &str) -> &'static [Permission] {
    match function {
        CONNECT_TOKEN => &[
            ("CredentialTable", &["dynamodb:GetItem", "dynamodb:PutItem"]),
            ("ErasureSecret", &["secretsmanager:GetSecretValue"]),
            ("ItemTable", &["dynamodb:GetItem"]),
            ("LimitTable", &["dynamodb:GetItem", "dynamodb:UpdateItem"]),
            ("PluggySecretName", &["secretsmanager:GetSecretValue"]),
        ],
        DISCONNECT => &[
            ("CredentialTable", &["dynamodb:GetItem", "dynamodb:PutItem"]),
            ("EventTable", &["dynamodb:GetItem", "dynamodb:PutItem"]),
            ("ItemTable", &["dynamodb:GetItem"]),
            ("LimitTable", &["dynamodb:UpdateItem"]),
            ("PluggySecretName", &["secretsmanager:GetSecretValue"]),
        ],
        ITEM_STATUS => &[
            ("ItemTable", &["dynamodb:BatchGetItem", "dynamodb:GetItem"]),
            ("ItemTable/index/byOwner", &["dynamodb:Query"]),
        ],
        ITEM_SYNC => &[
            ("CredentialTable", &["dynamodb:GetItem", "dynamodb:PutItem"]),
            ("ErasureSecret", &["secretsmanager:GetSecretValue"]),
            (
                "ItemTable",
                &[
                    "dynamodb:BatchGetItem",
                    "dynamodb:DeleteItem",
                    "dynamodb:GetItem",
                    "dynamodb:PutItem",
                    "dynamodb:UpdateItem",
                ],
            ),
            (
                "LimitTable",
                &[
                    "dynamodb:BatchGetItem",
                    "dynamodb:GetItem",
                    "dynamodb:UpdateItem",
                ],
            ),
            ("PluggySecretName", &["secretsmanager:GetSecretValue"]),
        ],
        DISCOVERY => &[
            ("CredentialTable", &["dynamodb:GetItem", "dynamodb:PutItem"]),
            ("EventTable", &["dynamodb:PutItem"]),
            ("ItemTable", &["dynamodb:BatchGetItem"]),
            ("LimitTable", &["dynamodb:GetItem", "dynamodb:UpdateItem"]),
            ("PluggySecretName", &["secretsmanager:GetSecretValue"]),
        ],
        ERASURE => &OF_ERASURE,
        // Reads of these two tables only.
        INSPECT => &[
            ("EventTable", &["dynamodb:Query"]),
            ("ItemTable", &["dynamodb:BatchGetItem", "dynamodb:GetItem"]),
            ("ItemTable/index/byOwner", &["dynamodb:Query"]),
        ],
        OPERATOR => &[
            ("ErasureSecret", &["secretsmanager:GetSecretValue"]),
            (
                "EventTable",
                &[
                    "dynamodb:DescribeTable",
                    "dynamodb:PutItem",
                    "dynamodb:Query",
                    "dynamodb:Scan",
                ],
            ),
            ("ItemTable", &["dynamodb:BatchGetItem", "dynamodb:GetItem"]),
            ("ItemTable/index/byOwner", &["dynamodb:Query"]),
            ("LimitTable", &["dynamodb:GetItem"]),
        ],
        PUBLISH => &[
            ("ErasureSecret", &["secretsmanager:GetSecretValue"]),
            ("EventBus", &["events:DescribeEventBus", "events:PutEvents"]),
            ("LimitTable", &["dynamodb:BatchGetItem", "dynamodb:GetItem"]),
            ("PublishDeadLetterQueue", &["sqs:SendMessage"]),
        ],
        REPUBLISH => &[
            ("ErasureSecret", &["secretsmanager:GetSecretValue"]),
            ("EventBus", &["events:DescribeEventBus", "events:PutEvents"]),
            ("EventTable", &["dynamodb:DescribeTable", "dynamodb:Scan"]),
            ("ItemTable", &["dynamodb:DescribeTable", "dynamodb:Scan"]),
            ("LimitTable", &["dynamodb:BatchGetItem", "dynamodb:GetItem"]),
            ("PublishDeadLetterQueue", &["sqs:SendMessage"]),
        ],
        SCHEDULER => &[
            ("EventTable", &["dynamodb:PutItem"]),
            ("ItemTable/index/byNextFetch", &["dynamodb:Query"]),
            ("LimitTable", &["dynamodb:GetItem"]),
        ],
        WEBHOOK_REGISTRATION => &[
            ("CredentialTable", &["dynamodb:GetItem", "dynamodb:PutItem"]),
            ("PluggySecretName", &["secretsmanager:GetSecretValue"]),
        ],
        CONNECT_EVENTS => &[
            ("EventTable", &["dynamodb:PutItem"]),
            ("LimitTable", &["dynamodb:UpdateItem"]),
        ],
        WEBHOOK => &[("EventTable", &["dynamodb:PutItem"])],
        _ => panic!("{function} is new: what does its code call?"),
    }
}

/// The calls of `erasure`.
const OF_ERASURE: [Permission; 8] = [
    ("CredentialTable", &["dynamodb:GetItem", "dynamodb:PutItem"]),
    ("ErasureSecret", &["secretsmanager:GetSecretValue"]),
    ("EventBus", &["events:DescribeEventBus", "events:PutEvents"]),
    (
        "EventTable",
        &[
            "dynamodb:DeleteItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
        ],
    ),
    (
        "ItemTable",
        &[
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
        ],
    ),
    ("ItemTable/index/byOwner", &["dynamodb:Query"]),
    (
        "LimitTable",
        &[
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
        ],
    ),
    ("PluggySecretName", &["secretsmanager:GetSecretValue"]),
];

/// Returns the resources whose names a function's code writes, although it does not call them.
pub(super) fn only_named(function: &str) -> &'static [&'static str] {
    match function {
        // An event names the table of a body that does not fit.
        PUBLISH => &["EventTable"],
        _ => &[],
    }
}

/// Returns the calls that Lambda makes with the function's role to deliver records to it.
pub(crate) fn feeding(function: &str) -> &'static [Permission] {
    match function {
        ITEM_SYNC => &[
            ("EventTable/stream", &READING_A_STREAM),
            ("ItemSyncFailureQueue", &["sqs:SendMessage"]),
        ],
        PUBLISH => &[
            ("EventTable/stream", &READING_A_STREAM),
            ("ItemTable/stream", &READING_A_STREAM),
            ("PublishDeadLetterQueue", &["sqs:SendMessage"]),
        ],
        _ => &[],
    }
}

pub(super) const READING_A_STREAM: [&str; 4] = [
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
];

/// Calls with which Lambda writes the log with the function's role.
pub(super) const LOGGING: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];
