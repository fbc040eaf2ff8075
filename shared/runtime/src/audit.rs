//! The audit line of an operator's command: its run, its action, a digest of its target, and its caller.
//!
//! The caller is what the command line states. `CloudTrail` proves it: its data event of the invocation has the same
//! request id as the line.

use std::str::FromStr;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Statement of the command line about a command.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// The run. All invocations of one command share it.
    pub run: Uuid,
    /// The caller.
    pub caller: StatedCaller,
}

/// The ARN of an IAM identity, according to the command line.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct StatedCaller(String);

/// A text that is not the ARN of an IAM identity.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the ARN of an IAM identity")]
pub struct InvalidCaller;

/// Target of a command. The log has its digest only, because it may be a user.
#[derive(Clone, Copy, Debug)]
pub struct AuditTarget<'a> {
    /// The kind, such as `item`.
    pub kind: &'static str,
    /// The target. Several are in lines.
    pub text: &'a str,
}

/// Logs a command before it is executed. A command without a statement is logged as one.
pub fn log(audit: Option<&Audit>, action: &str, target: AuditTarget<'_>) {
    tracing::info!(
        run.id = audit.map(|audit| tracing::field::display(audit.run)),
        action,
        target.kind = target.kind,
        target.sha256 = target.digest(),
        caller = audit.map_or("not stated", |audit| audit.caller.as_str()),
        "operator command"
    );
}

impl StatedCaller {
    /// Returns the ARN.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StatedCaller {
    type Err = InvalidCaller;

    fn from_str(text: &str) -> Result<Self, InvalidCaller> {
        // A path of an ARN may have 512 characters.
        const MAX_BYTES: usize = 1_024;
        let is_arn = text.starts_with("arn:aws")
            && (text.contains(":iam::") || text.contains(":sts::"))
            && text.len() <= MAX_BYTES
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_arn.then(|| Self(text.to_owned())).ok_or(InvalidCaller)
    }
}

impl TryFrom<String> for StatedCaller {
    type Error = InvalidCaller;

    fn try_from(text: String) -> Result<Self, InvalidCaller> {
        text.parse()
    }
}

impl AuditTarget<'_> {
    /// Returns the SHA-256 of the text, in hexadecimal digits.
    fn digest(self) -> String {
        use std::fmt::Write as _;

        let digest = Sha256::digest(self.text.as_bytes());
        digest.iter().fold(String::new(), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_logged_as_its_digest() {
        let target = AuditTarget {
            kind: "user",
            text: "abc",
        };

        // FIPS 180-2, appendix B.1.
        assert_eq!(
            target.digest(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_caller_is_the_arn_of_an_identity() {
        for arn in [
            "arn:aws:iam::123456789012:user/maria",
            "arn:aws:sts::123456789012:assumed-role/Operators/maria@example.com",
            "arn:aws:iam::000000000000:root",
        ] {
            assert_eq!(arn.parse::<StatedCaller>().unwrap().as_str(), arn);
        }
        let long = format!("arn:aws:iam::123456789012:user/{}", "x".repeat(1_024));
        for text in [
            "",
            "maria",
            "arn:aws:s3:::bucket",
            "arn:aws:iam::123456789012:user/a b",
            "arn:aws:iam::123456789012:user/\n",
            &long,
        ] {
            assert_eq!(text.parse::<StatedCaller>(), Err(InvalidCaller), "{text}");
        }
    }
}
