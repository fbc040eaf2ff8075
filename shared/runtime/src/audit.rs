//! The audit line of an operator's command: its run, its action, its target, and its caller.
//!
//! The caller is what the command line states. `CloudTrail` proves it: its data event of the invocation has the same
//! request id as the line.

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

/// Target of a command.
#[derive(Clone, Debug)]
pub struct AuditTarget {
    kind: &'static str,
    text: String,
    is_personal: bool,
}

impl AuditTarget {
    /// Creates the target of a kind, such as `user`, that is a user or items of users. The log has its SHA-256 alone.
    /// The digest of a CPF is personal data too: all of them can be tried.
    pub fn personal(kind: &'static str, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
            is_personal: true,
        }
    }

    /// Creates the target of a kind, such as `since`, that says nothing of a user. The log has its text.
    pub fn public(kind: &'static str, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
            is_personal: false,
        }
    }
}

/// Logs a command before it is executed. `run` is the command's own run; a command without one has that of the
/// statement. A command without a statement is logged with the caller `not stated`.
pub fn log(audit: Option<&Audit>, run: Option<Uuid>, action: &str, target: &AuditTarget) {
    let run = run.or(audit.map(|audit| audit.run));
    let digest = || hex::encode(Sha256::digest(target.text.as_bytes()));
    tracing::info!(
        run.id = run.map(tracing::field::display),
        action,
        target.kind = target.kind,
        target.text = (!target.is_personal).then_some(target.text.as_str()),
        target.sha256 = target.is_personal.then(digest),
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

impl TryFrom<String> for StatedCaller {
    type Error = InvalidCaller;

    fn try_from(text: String) -> Result<Self, InvalidCaller> {
        // A path of an ARN may have 512 characters.
        const MAX_BYTES: usize = 1_024;
        let is_arn = text.starts_with("arn:aws")
            && (text.contains(":iam::") || text.contains(":sts::"))
            && text.len() <= MAX_BYTES
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_arn.then_some(Self(text)).ok_or(InvalidCaller)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_the_arn_of_an_identity() {
        for arn in [
            "arn:aws:iam::123456789012:user/maria",
            "arn:aws:sts::123456789012:assumed-role/Operators/maria@example.com",
            "arn:aws:iam::000000000000:root",
        ] {
            let caller = StatedCaller::try_from(arn.to_owned()).unwrap();
            assert_eq!(caller.as_str(), arn);
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
            let caller = StatedCaller::try_from(text.to_owned());
            assert_eq!(caller, Err(InvalidCaller), "{text}");
        }
    }
}
