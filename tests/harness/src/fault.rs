//! What can go wrong between a function and what it calls, and how often it does.

use axum::body::Bytes;
use hyper::StatusCode;
use rand::RngExt as _;
use rand::rngs::StdRng;

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It is answered with a server error, and does not arrive.
    ServerError,
    /// It is answered that there were too many, and does not arrive.
    Throttled,
    /// Its connection is reset, and it does not arrive.
    Reset,
    /// It is never answered, and does not arrive.
    Stall,
    /// It arrives, and the connection ends in the middle of the answer.
    Truncated,
    /// It arrives, and the connection ends before the answer.
    LostResponse,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 6] = [
        Self::ServerError,
        Self::Throttled,
        Self::Reset,
        Self::Stall,
        Self::Truncated,
        Self::LostResponse,
    ];
}

/// How likely each fault is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan(Vec<(Fault, f64)>);

impl Plan {
    /// All goes well.
    pub fn none() -> Self {
        Self::default()
    }

    /// One fault alone, with a probability of 0 to 1.
    pub fn only(fault: Fault, probability: f64) -> Self {
        Self(vec![(fault, probability)])
    }

    /// Every fault, equally likely; together with a probability of 0 to 1.
    pub fn all(probability: f64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let each = probability / Fault::ALL.len() as f64;
        Self(Fault::ALL.map(|fault| (fault, each)).to_vec())
    }

    /// What goes wrong with the next request.
    pub(crate) fn draw(&self, random: &mut StdRng) -> Option<Fault> {
        let mut left: f64 = random.random();
        self.0.iter().find_map(|(fault, probability)| {
            left -= probability;
            (left < 0.0).then_some(*fault)
        })
    }
}

/// In whose form errors are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// DynamoDB's.
    DynamoDb,
    /// Pluggy's.
    Pluggy,
}

/// An answer that stands for what is called.
#[derive(Debug)]
pub(crate) struct ErrorAnswer {
    pub(crate) status: StatusCode,
    pub(crate) headers: &'static [(&'static str, &'static str)],
    pub(crate) body: Bytes,
}

const DYNAMODB_HEADERS: &[(&str, &str)] = &[("Content-Type", "application/x-amz-json-1.0")];
const PLUGGY_HEADERS: &[(&str, &str)] = &[("Content-Type", "application/json")];
const PLUGGY_LIMIT_HEADERS: &[(&str, &str)] = &[
    ("Content-Type", "application/json"),
    ("RateLimit-Reset", "2"),
    ("Retry-After", "60"),
];

impl Dialect {
    /// Sources: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>,
    /// <https://docs.pluggy.ai/docs/errors-validations>
    pub(crate) fn server_error(self) -> ErrorAnswer {
        match self {
            Self::DynamoDb => dynamodb_error(
                StatusCode::INTERNAL_SERVER_ERROR,
                "InternalServerError",
                "Internal server error",
            ),
            Self::Pluggy => ErrorAnswer {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                headers: PLUGGY_HEADERS,
                body: Bytes::from_static(
                    br#"{"code":500,"message":"Internal server error","codeDescription":"INTERNAL_SERVER_ERROR"}"#,
                ),
            },
        }
    }

    /// DynamoDB has two names for it.
    pub(crate) fn throttled(self, random: &mut StdRng) -> ErrorAnswer {
        let name = if random.random() {
            "ThrottlingException"
        } else {
            "ProvisionedThroughputExceededException"
        };
        match self {
            Self::DynamoDb => dynamodb_error(
                StatusCode::BAD_REQUEST,
                name,
                "The level of configured provisioned throughput for the table was exceeded.",
            ),
            Self::Pluggy => ErrorAnswer {
                status: StatusCode::TOO_MANY_REQUESTS,
                headers: PLUGGY_LIMIT_HEADERS,
                body: Bytes::from_static(br#"{"code":429,"message":"Too many requests"}"#),
            },
        }
    }
}

fn dynamodb_error(status: StatusCode, name: &str, message: &str) -> ErrorAnswer {
    let body = serde_json::json!({
        "__type": format!("com.amazonaws.dynamodb.v20120810#{name}"), "message": message,
    });
    ErrorAnswer {
        status,
        headers: DYNAMODB_HEADERS,
        body: body.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    fn drawn(plan: &Plan, seed: u64) -> Vec<Option<Fault>> {
        let mut random = StdRng::seed_from_u64(seed);
        (0..1_000).map(|_| plan.draw(&mut random)).collect()
    }

    #[test]
    fn a_plan_is_as_likely_as_it_says_and_the_same_for_the_same_seed() {
        let plan = Plan::all(0.3);

        let faults = drawn(&plan, 1).iter().flatten().count();

        assert!((250..350).contains(&faults), "{faults}");
        assert_eq!(drawn(&plan, 1), drawn(&plan, 1));
        assert!(drawn(&Plan::none(), 1).iter().all(Option::is_none));
        assert!(
            drawn(&Plan::all(1.0), 1)
                .iter()
                .filter(|fault| fault.is_none())
                .count()
                <= 1
        );
    }
}
