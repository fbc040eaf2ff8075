//! The error format of each service.

use axum::body::Bytes;
use hyper::StatusCode;
use rand::RngExt as _;
use rand::rngs::StdRng;

/// The service whose error format is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// DynamoDB's.
    DynamoDb,
    /// EventBridge's.
    EventBridge,
    /// Pluggy's.
    Pluggy,
    /// SQS's.
    Sqs,
}

/// An error response of the called service.
#[derive(Debug)]
pub(crate) struct ErrorAnswer {
    pub(crate) status: StatusCode,
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
}

type Headers = &'static [(&'static str, &'static str)];

const AWS_JSON_1_0: Headers = &[("Content-Type", "application/x-amz-json-1.0")];
const AWS_JSON_1_1: Headers = &[("Content-Type", "application/x-amz-json-1.1")];
const PLUGGY: Headers = &[("Content-Type", "application/json")];
const PLUGGY_LIMIT: Headers = &[
    ("Content-Type", "application/json"),
    ("RateLimit-Reset", "2"),
    ("Retry-After", "60"),
];

impl Dialect {
    /// Returns a server error.
    ///
    /// Sources: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>,
    /// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>,
    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html>,
    /// <https://docs.pluggy.ai/docs/errors-validations>
    pub(crate) fn server_error(self) -> ErrorAnswer {
        const STATUS: StatusCode = StatusCode::INTERNAL_SERVER_ERROR;
        match self {
            Self::DynamoDb => aws_error(
                AWS_JSON_1_0,
                STATUS,
                "com.amazonaws.dynamodb.v20120810#InternalServerError",
                "Internal server error",
            ),
            Self::EventBridge => aws_error(
                AWS_JSON_1_1,
                STATUS,
                "InternalException",
                "This exception occurs due to unexpected causes.",
            ),
            Self::Pluggy => ErrorAnswer {
                status: STATUS,
                headers: PLUGGY,
                body: Bytes::from_static(
                    br#"{"code":500,"message":"Internal server error","codeDescription":"INTERNAL_SERVER_ERROR"}"#,
                ),
            },
            Self::Sqs => aws_error(
                AWS_JSON_1_0,
                STATUS,
                "InternalFailure",
                "The request processing has failed because of an unknown error.",
            ),
        }
    }

    /// Returns a throttling error. DynamoDB has two names for it.
    pub(crate) fn throttled(self, random: &mut StdRng) -> ErrorAnswer {
        const KIND: &str = "ThrottlingException";
        match self {
            Self::DynamoDb => aws_error(
                AWS_JSON_1_0,
                StatusCode::BAD_REQUEST,
                if random.random() {
                    "com.amazonaws.dynamodb.v20120810#ThrottlingException"
                } else {
                    "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
                },
                "The level of configured provisioned throughput for the table was exceeded.",
            ),
            Self::EventBridge => {
                aws_error(AWS_JSON_1_1, StatusCode::BAD_REQUEST, KIND, "Rate exceeded")
            }
            Self::Pluggy => ErrorAnswer {
                status: StatusCode::TOO_MANY_REQUESTS,
                headers: PLUGGY_LIMIT,
                body: Bytes::from_static(br#"{"code":429,"message":"Too many requests"}"#),
            },
            Self::Sqs => aws_error(AWS_JSON_1_0, StatusCode::BAD_REQUEST, KIND, "Rate exceeded"),
        }
    }
}

fn aws_error(headers: Headers, status: StatusCode, kind: &str, message: &str) -> ErrorAnswer {
    let body = serde_json::json!({ "__type": kind, "message": message });
    ErrorAnswer {
        status,
        headers,
        body: body.to_string().into(),
    }
}
