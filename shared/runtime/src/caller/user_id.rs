//! User ids in a path.

use pluggy::ClientUserId;

/// Rule for a user id in a path, as the end of a sentence.
pub(super) const RULE: &str = "must be a user id of 1 to 255 characters that is percent-encoded once, is not a dot or two, and \
                               has no control character, %, / or ?";

/// Returns the user of a path parameter, which the gateway has decoded.
///
/// The gateway decodes the path before it selects the route, and the parameter once more. So `/` and `?` could
/// change the route, and `%` could make two ids the same. An id with one of them is refused. `.` and `..` are
/// refused because HTTP clients remove them from a path.
///
/// Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html>, and
/// the captures that `docs/decisions/0028-how-does-a-backend-call.md` names.
pub(super) fn of_path(parameter: &str) -> Option<ClientUserId> {
    let is_ambiguous = parameter.contains(['%', '/', '?']) || matches!(parameter, "." | "..");
    if is_ambiguous {
        return None;
    }
    parameter.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_id_that_a_path_can_carry_names_its_user() {
        let longest = "é".repeat(255);
        for id in [
            "usr_01J9X",
            "auth0|abc",
            "a b",
            "a+b",
            "a#b",
            "a:b",
            "a;b=c",
            "a\\b",
            "...",
            ".a",
            "caf\u{e9}",
            "cafe\u{301}",
            "\u{1f600}",
            &longest,
        ] {
            assert_eq!(of_path(id).unwrap().as_str(), id);
        }
    }

    #[test]
    fn an_id_that_the_gateway_may_change_is_refused() {
        for parameter in [
            "a%7Cb", "a%257Cb", "%", "a%", "a/b", "/", "a?b", ".", "..", "%2e%2e",
        ] {
            assert_eq!(of_path(parameter), None, "{parameter}");
        }
    }

    #[test]
    fn a_parameter_that_is_no_user_id_is_refused() {
        let too_long = "x".repeat(256);
        for parameter in [
            "", " ", "\u{a0}", "a\nb", "a\u{0}", "\u{7f}", "\u{85}", &too_long,
        ] {
            assert_eq!(of_path(parameter), None, "{parameter:?}");
        }
    }
}
