//! `LimitTable`: limits per user on what costs a write or a call to Pluggy, for the whole fleet.

mod pace;
mod period;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};

pub use self::pace::Pace;
use self::period::{Period, Step, next_step};
use super::attributes::{Reader, Row, number, text, time};
use super::key::user_digest;
use super::schema::{EXPIRES_AT, PARTITION_KEY, SCHEMA, USER_PREFIX, VERSION};
use super::update::{Update, outcome};
use super::{Error, EventKey, Write};
use pluggy::ClientUserId;

/// Length of a period, in which each operation has a maximum.
pub const LIMIT_PERIOD: SignedDuration = SignedDuration::from_mins(10);
/// Number of connect-token requests of a user in a period. Each counts, and adds hints to the quota, even if it is
/// answered with an error later.
pub const MAX_TOKENS: u32 = 20;
/// Number of deletions of a user in a period.
pub const MAX_DELETIONS: u32 = 20;
/// Number of hints that each connect-token request adds to the quota of its period.
pub const HINTS_PER_TOKEN: u32 = 5;
/// How long the hint quota of a period can be used after its end. The last token of the period has expired by then. The
/// first connect-token request after the end begins a new period, with a new quota.
pub const HINT_GRACE: SignedDuration = SignedDuration::from_hours(1);

/// Numbers of operations in the period, and its end.
const TOKENS: &str = "tokens";
const TOKENS_UNTIL: &str = "tokensUntil";
const DELETIONS: &str = "deletions";
const DELETIONS_UNTIL: &str = "deletionsUntil";
/// Number of hints that the connect-token requests of the period allow.
const HINT_QUOTA: &str = "hintQuota";
/// Digests of the hints that have been counted. It is a set, so that a repeated hint counts once.
const COUNTED_HINTS: &str = "countedHints";

/// Maximum number of updates of one request. Two suffice unless other requests of the user change the row in between.
const MAX_UPDATES: usize = 6;
/// Name of the operation in errors.
const COUNTING: &str = "count a limited operation";

/// An operation with a limit per user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    /// A request for a connect token, which also adds to the hint quota.
    ConnectToken,
    /// Deleting an item at Pluggy.
    Deletion,
}

/// Result of counting an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// The user may do the operation, which has been counted.
    Granted,
    /// The user has reached the limit.
    Refused {
        /// Time until the period ends.
        retry_after: SignedDuration,
        /// Whether this is the user's first refusal in the period.
        is_first: bool,
    },
}

/// `LimitTable`.
#[derive(Clone, Debug)]
pub struct Limits {
    pub(super) client: Client,
    pub(super) table: String,
}

impl Limited {
    fn max(self) -> u32 {
        match self {
            Self::ConnectToken => MAX_TOKENS,
            Self::Deletion => MAX_DELETIONS,
        }
    }

    /// Returns the attribute with the number of operations in the period.
    fn counter(self) -> &'static str {
        match self {
            Self::ConnectToken => TOKENS,
            Self::Deletion => DELETIONS,
        }
    }

    /// Returns the attribute with the end of the period, in epoch milliseconds.
    fn until(self) -> &'static str {
        match self {
            Self::ConnectToken => TOKENS_UNTIL,
            Self::Deletion => DELETIONS_UNTIL,
        }
    }

    fn period(self, row: &Row) -> Result<Option<Period>, Error> {
        let reader = Reader(row);
        let uses = reader.count(self.counter())?;
        let until = reader.time(self.until())?;
        Ok(until.map(|until| Period { uses, until }))
    }
}

impl Limits {
    /// Creates the table named `table`.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Counts an operation of a user, unless the user has reached its limit.
    ///
    /// The first operation of a period takes one write unit, and each further one two. A refusal takes one, and the
    /// first of a period two, because it is marked.
    pub async fn count(
        &self,
        user: &ClientUserId,
        operation: Limited,
        now: Timestamp,
    ) -> Result<Permit, Error> {
        let mut step = Step::Begin;
        for _ in 0..MAX_UPDATES {
            let (update, result) = match step {
                Step::Begin => (self.begin(user, operation, now), Permit::Granted),
                Step::Count => (self.count_one(user, operation), Permit::Granted),
                Step::Mark(left) => (self.mark(user, operation), refused(left, true)),
                Step::Refuse(left) => return Ok(refused(left, false)),
            };
            let Some(row) = update.send_or_row(COUNTING).await? else {
                return Ok(result);
            };
            step = next_step(operation.period(&row)?, operation.max(), now);
        }
        Err(Error::Unavailable {
            operation: COUNTING,
            reason: "other requests keep changing the row".to_owned(),
        })
    }

    /// Counts a hint, unless the user's hint quota is used up. Returns whether the hint is within the quota. A repeated
    /// hint counts once. Each call takes one write unit.
    pub async fn count_hint(
        &self,
        user: &ClientUserId,
        hint: &EventKey,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let digest = Blob::new(hint.digest());
        let until = Limited::ConnectToken.until();
        let since = now.saturating_sub(HINT_GRACE).unwrap_or(now);
        let count = self
            .row(user)
            .update_expression(format!("ADD {COUNTED_HINTS} :digests"))
            .condition_expression(format!(
                "{until} > :since AND (attribute_not_exists({COUNTED_HINTS}) \
                 OR contains({COUNTED_HINTS}, :digest) OR size({COUNTED_HINTS}) < {HINT_QUOTA})"
            ))
            .expression_attribute_values(":since", time(since))
            .expression_attribute_values(":digest", AttributeValue::B(digest.clone()))
            .expression_attribute_values(":digests", AttributeValue::Bs(vec![digest]));
        Ok(outcome(count.send(), "count a hint").await? == Write::Done)
    }

    /// Removes what was counted of a user.
    pub async fn forget(&self, user: &ClientUserId) -> Result<(), Error> {
        let delete = self.client.delete_item().table_name(&self.table);
        let delete = delete.key(PARTITION_KEY, user_key(user));
        outcome(delete.send(), "remove the counts of the user").await?;
        Ok(())
    }

    /// Begins a period, if none is current.
    fn begin(&self, user: &ClientUserId, operation: Limited, now: Timestamp) -> Update {
        let (counter, until) = (operation.counter(), operation.until());
        let ends_at = now.saturating_add(LIMIT_PERIOD).unwrap_or(now);
        let expires_at = ends_at.saturating_add(HINT_GRACE).unwrap_or(ends_at);
        let request = self
            .row(user)
            .condition_expression(format!("attribute_not_exists({until}) OR {until} <= :now"))
            .expression_attribute_values(":now", time(now));
        let update = Update::new(request)
            .set(SCHEMA, number(VERSION))
            .set(counter, number(1))
            .set(until, time(ends_at))
            .set(EXPIRES_AT, number(expires_at.as_second()));
        match operation {
            Limited::ConnectToken => update
                .set(HINT_QUOTA, number(HINTS_PER_TOKEN))
                .remove(COUNTED_HINTS),
            Limited::Deletion => update,
        }
    }

    /// Counts an operation in the current period, if fewer than the maximum are.
    fn count_one(&self, user: &ClientUserId, operation: Limited) -> Update {
        let update = self.increase_if(user, operation, "<");
        match operation {
            Limited::ConnectToken => update.increase(HINT_QUOTA, HINTS_PER_TOKEN),
            Limited::Deletion => update,
        }
    }

    /// Marks the first refusal of the current period, if the maximum is reached and none is marked.
    fn mark(&self, user: &ClientUserId, operation: Limited) -> Update {
        self.increase_if(user, operation, "=")
    }

    fn increase_if(&self, user: &ClientUserId, operation: Limited, comparator: &str) -> Update {
        let counter = operation.counter();
        let request = self
            .row(user)
            .condition_expression(format!("{counter} {comparator} :max"))
            .expression_attribute_values(":max", number(operation.max()));
        Update::new(request).increase(counter, 1)
    }

    fn row(&self, user: &ClientUserId) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, user_key(user))
    }
}

/// Returns the partition key of a user's row.
pub(super) fn user_key(user: &ClientUserId) -> AttributeValue {
    text(format!("{USER_PREFIX}{}", user_digest(user)))
}

fn refused(retry_after: SignedDuration, is_first: bool) -> Permit {
    Permit::Refused {
        retry_after,
        is_first,
    }
}
