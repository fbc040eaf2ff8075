//! URLs to which a secret may be sent.

use url::{Host, Url};

/// A text that is not a URL to which a secret may be sent.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an https URL, nor an http one on the loopback")]
pub struct InvalidUrl;

/// Parses a URL to which a secret may be sent: https, or http on the loopback for the local stack.
pub fn secure_url(text: &str) -> Result<Url, InvalidUrl> {
    let url = Url::parse(text).map_err(|_| InvalidUrl)?;
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(domain)) => domain == "localhost",
        None => false,
    };
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback);
    let is_bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    (is_safe && is_bare).then_some(url).ok_or(InvalidUrl)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_the_loopback_alone() {
        for good in [
            "https://api.pluggy.ai",
            "http://127.0.0.1:9100",
            "http://localhost:9100",
            "http://[::1]:1",
        ] {
            assert!(secure_url(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.pluggy.ai",
            "http://localhost.example.com",
            "https://user:secret@api.pluggy.ai",
            "ftp://127.0.0.1",
            "api.pluggy.ai",
        ] {
            assert!(secure_url(bad).is_err(), "{bad}");
        }
    }
}
