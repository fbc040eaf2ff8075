//! Page parameters of the list.

use lambda_http::{Request, RequestExt as _};
use runtime::problem::Problem;
use store::Cursor;

const DEFAULT_LIMIT: i32 = 20;
/// A DynamoDB batch returns at most 100 rows. Half of that keeps responses small.
const MAX_LIMIT: i32 = 50;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PageRequest {
    pub(crate) limit: i32,
    pub(crate) cursor: Option<Cursor>,
}

impl PageRequest {
    pub(crate) fn parse(request: &Request) -> Result<Self, Problem> {
        let parameters = request.query_string_parameters();
        let limit = parameters.first("limit").map_or(Some(DEFAULT_LIMIT), limit);
        let cursor = parameters.first("cursor").map(Cursor::from_text);
        if cursor == Some(None) {
            return Err(Problem::invalid_field(
                "cursor",
                "cursor must be the nextCursor of an earlier answer.",
            ));
        }
        Ok(Self {
            limit: limit.ok_or_else(|| {
                Problem::invalid_field("limit", "limit must be a number from 1 to 50.")
            })?,
            cursor: cursor.flatten(),
        })
    }
}

fn limit(text: &str) -> Option<i32> {
    text.parse()
        .ok()
        .filter(|limit| (1..=MAX_LIMIT).contains(limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_small_positive_number() {
        assert_eq!(limit("1"), Some(1));
        assert_eq!(limit("50"), Some(50));
        for text in ["", "0", "51", "-1", "1.5", "99999999999", "many"] {
            assert_eq!(limit(text), None, "{text}");
        }
    }
}
