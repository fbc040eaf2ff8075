//! Authentication of deliveries: a header whose value only Pluggy and we know.

use http::{HeaderMap, HeaderName};

use super::SecretDigest;
use crate::env::{Environment, Error};

/// Maximum number of accepted secrets. There are two during a rotation.
const MAX_SECRETS: usize = 2;

/// The header, and the digests of its accepted secrets.
#[derive(Clone, Debug)]
pub struct AcceptedSecrets {
    header: HeaderName,
    digests: Vec<SecretDigest>,
}

impl AcceptedSecrets {
    /// Parses up to two digests, separated by a comma. Returns `None` if one is malformed. Without a digest
    /// the deployment is not set up yet and accepts nothing.
    pub fn parse(header: HeaderName, digests: &str) -> Option<Self> {
        let texts = digests
            .split(',')
            .map(str::trim)
            .filter(|text| !text.is_empty());
        let digests: Vec<SecretDigest> =
            texts.map(|text| text.parse().ok()).collect::<Option<_>>()?;
        (digests.len() <= MAX_SECRETS).then_some(Self { header, digests })
    }

    /// Reads `WEBHOOK_SECRET_HEADER` and `WEBHOOK_SECRET_SHA256`. The second may be empty.
    pub fn from_env(environment: &Environment) -> Result<Self, Error> {
        let header = environment.parsed("WEBHOOK_SECRET_HEADER", "the name of an HTTP header")?;
        let digests = environment
            .optional("WEBHOOK_SECRET_SHA256")
            .unwrap_or_default();
        Self::parse(header, &digests).ok_or(Error::Invalid {
            name: "WEBHOOK_SECRET_SHA256",
            expected: "one or two SHA-256 digests in hexadecimal, separated by a comma",
        })
    }

    /// Whether no secret is configured.
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// Whether the headers carry any secret.
    pub fn are_presented(&self, headers: &HeaderMap) -> bool {
        headers.contains_key(&self.header)
    }

    /// Whether the headers carry exactly one secret, and it is accepted.
    pub fn admit(&self, headers: &HeaderMap) -> bool {
        let mut presented = headers.get_all(&self.header).iter();
        let (Some(value), None) = (presented.next(), presented.next()) else {
            return false;
        };
        self.accept(value.as_bytes())
    }

    /// Returns the header that carries the secret.
    pub fn header(&self) -> &HeaderName {
        &self.header
    }

    /// Whether a value is an accepted secret. All digests are compared, so that the time does not reveal
    /// which one matched.
    pub fn accept(&self, value: &[u8]) -> bool {
        self.digests
            .iter()
            .fold(false, |accepted, digest| digest.matches(value) | accepted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA-256 of `abc` (FIPS 180-2, appendix B.1), and another digest.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const OTHER: &str = "36a8543df25b1ae2f203511876b6c91cdedee52b75f0bd8305c6f6440083d7f4";

    fn check(digests: &str, values: &[&'static str], expected: bool) {
        let header = HeaderName::from_static("x-webhook-secret");
        let secrets = AcceptedSecrets::parse(header.clone(), digests).unwrap();
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(&header, value.parse().unwrap());
        }

        assert_eq!(secrets.admit(&headers), expected, "{digests} {values:?}");
    }

    #[test]
    fn the_current_and_the_previous_secret_are_admitted() {
        check(ABC, &["abc"], true);
        check(&format!("{ABC},{OTHER}"), &["abc"], true);
        check(&format!("{OTHER}, {ABC}"), &["abc"], true);
    }

    #[test]
    fn a_secret_that_is_absent_wrong_or_repeated_is_refused() {
        check(ABC, &[], false);
        for value in ["", "ABC", "abcd", "ab", ABC] {
            check(ABC, &[value], false);
        }
        check(ABC, &["abc", "abc"], false);
        check(ABC, &["wrong", "abc"], false);
    }

    #[test]
    fn without_a_digest_nothing_is_admitted() {
        check("", &["abc"], false);
        check(" , ", &[""], false);
    }

    #[test]
    fn a_malformed_digest_or_a_third_one_is_a_configuration_error() {
        let header = HeaderName::from_static("x-webhook-secret");

        for digests in ["abc", &ABC[1..], &format!("{ABC},{ABC},{ABC}")] {
            assert!(
                AcceptedSecrets::parse(header.clone(), digests).is_none(),
                "{digests}"
            );
        }
    }
}
