//! IAM roles of the backends that may name any user.

use std::str::FromStr;

use crate::problem::Problem;

/// The roles, as the beginnings of the ARNs of their sessions.
///
/// A request that a role has signed names the session: `arn:aws:sts::<account>:assumed-role/<role>/<session>`,
/// without the role's path. Within an account, the name of a role is unique whatever its path is.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackendRoles(Vec<String>);

/// A list of roles with an invalid entry.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("each entry must be the ARN of an IAM role")]
pub struct InvalidRoles;

impl BackendRoles {
    /// Refuses a request that no session of one of the roles has signed. Without roles the routes do not exist.
    pub(super) fn check(&self, user_arn: Option<&str>) -> Result<(), Problem> {
        match user_arn {
            _ if self.0.is_empty() => Err(Problem::no_such_resource()),
            None => Err(Problem::unauthenticated()),
            Some(user_arn) if !self.include(user_arn) => Err(Problem::forbidden()),
            Some(_) => Ok(()),
        }
    }

    /// Whether the ARN is that of a session of one of the roles.
    fn include(&self, user_arn: &str) -> bool {
        self.0.iter().any(|sessions| {
            let session = user_arn.strip_prefix(sessions.as_str());
            session.is_some_and(|name| !name.is_empty() && !name.contains('/'))
        })
    }
}

impl FromStr for BackendRoles {
    type Err = InvalidRoles;

    /// Parses ARNs of roles, separated by commas. An empty text is an empty list.
    fn from_str(text: &str) -> Result<Self, InvalidRoles> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let sessions = text.split(',').map(|arn| sessions_of(arn.trim()));
        sessions
            .collect::<Option<_>>()
            .map(Self)
            .ok_or(InvalidRoles)
    }
}

/// Returns the beginning of the ARNs of a role's sessions.
fn sessions_of(role_arn: &str) -> Option<String> {
    const ACCOUNT_DIGITS: usize = 12;
    let (partition, rest) = role_arn.strip_prefix("arn:")?.split_once(":iam::")?;
    let (account, path_and_name) = rest.split_once(":role/")?;
    let (_, name) = path_and_name
        .rsplit_once('/')
        .unwrap_or(("", path_and_name));
    let is_usable = is_partition(partition)
        && account.len() == ACCOUNT_DIGITS
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && is_name(name);
    is_usable.then(|| format!("arn:{partition}:sts::{account}:assumed-role/{name}/"))
}

fn is_partition(text: &str) -> bool {
    text.starts_with("aws")
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

/// Whether the text is a role's name. IAM allows a comma too, but a comma separates the entries of the list.
fn is_name(text: &str) -> bool {
    const MAX_BYTES: usize = 64;
    (1..=MAX_BYTES).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_+=.@-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = "arn:aws:iam::123456789012:role/backend";

    fn check(role_arns: &str, user_arn: &str, expected: bool) {
        let roles: BackendRoles = role_arns.parse().unwrap();

        assert_eq!(roles.include(user_arn), expected, "{role_arns} {user_arn}");
    }

    #[test]
    fn every_session_of_a_listed_role_is_included() {
        for session in ["i-0abc", "web@example.com", "a=b,c.d+e-f_g"] {
            let user_arn = format!("arn:aws:sts::123456789012:assumed-role/backend/{session}");
            check(ROLE, &user_arn, true);
            check(
                &format!("arn:aws:iam::123456789012:role/other, {ROLE}"),
                &user_arn,
                true,
            );
        }
    }

    #[test]
    fn the_path_of_a_role_does_not_matter() {
        for path in ["", "service/", "aws-reserved/sso.amazonaws.com/sa-east-1/"] {
            check(
                &format!("arn:aws:iam::123456789012:role/{path}backend"),
                "arn:aws:sts::123456789012:assumed-role/backend/i-0abc",
                true,
            );
        }
    }

    #[test]
    fn another_identity_is_not_included() {
        for user_arn in [
            "arn:aws:sts::123456789013:assumed-role/backend/i-0abc",
            "arn:aws:sts::123456789012:assumed-role/backend-2/i-0abc",
            "arn:aws:sts::123456789012:assumed-role/backen/i-0abc",
            "arn:aws:sts::123456789012:assumed-role/my-backend/i-0abc",
            "arn:aws:sts::123456789012:assumed-role/Backend/i-0abc",
            "arn:aws:sts::123456789012:assumed-role/other/backend",
            "arn:aws:sts::123456789012:assumed-role/service/backend/i-0abc",
            "arn:aws:sts::123456789012:assumed-role/backend/i-0abc/more",
            "arn:aws:sts::123456789012:assumed-role/backend/",
            "arn:aws:sts::123456789012:assumed-role/backend",
            "arn:aws:sts::123456789012:federated-user/backend",
            "arn:aws-cn:sts::123456789012:assumed-role/backend/i-0abc",
            "arn:aws:iam::123456789012:role/backend",
            "arn:aws:iam::123456789012:role/backend/i-0abc",
            "arn:aws:iam::123456789012:user/backend",
            "arn:aws:iam::123456789012:user/backend/i-0abc",
            "arn:aws:iam::123456789012:root",
            " arn:aws:sts::123456789012:assumed-role/backend/i-0abc",
            "backend",
            "*",
            "",
        ] {
            check(ROLE, user_arn, false);
            check("", user_arn, false);
        }
    }

    #[test]
    fn what_is_no_list_of_roles_is_refused() {
        let too_long = format!("arn:aws:iam::123456789012:role/{}", "x".repeat(65));
        for text in [
            " ",
            ",",
            "backend",
            "*",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:role/service/",
            "arn:aws:iam::123456789012:role/*",
            "arn:aws:iam::123456789012:role/back end",
            "arn:aws:iam::12345678901:role/backend",
            "arn:aws:iam::12345678901x:role/backend",
            "arn:aws:iam::*:role/backend",
            "arn::iam::123456789012:role/backend",
            "arn:a:ws:iam::123456789012:role/backend",
            "arn:aws:iam::123456789012:user/backend",
            "arn:aws:sts::123456789012:assumed-role/backend/i-0abc",
            "arn:aws:iam::123456789012:role/backend,",
            "arn:aws:iam::123456789012:role/backend,other",
            &too_long,
        ] {
            assert_eq!(text.parse::<BackendRoles>(), Err(InvalidRoles), "{text}");
        }
    }
}
