//! Where Pluggy is.

use std::str::FromStr;

use url::Url;

use super::call::Call;

/// Address of the API: https, or http on the loopback for the local stack. Checked, so that a key
/// never travels in the clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl FromStr for BaseUrl {
    type Err = InvalidBaseUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_| InvalidBaseUrl)?;
        let loopback = match url.host() {
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            Some(url::Host::Domain(domain)) => domain == "localhost",
            None => false,
        };
        let safe_scheme = url.scheme() == "https" || (url.scheme() == "http" && loopback);
        let bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        (safe_scheme && bare && !url.cannot_be_a_base())
            .then_some(Self(url))
            .ok_or(InvalidBaseUrl)
    }
}

/// A text that is not an address at which Pluggy could be.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an https URL, nor an http one on the loopback")]
pub struct InvalidBaseUrl;

impl BaseUrl {
    /// The address of a call.
    pub(super) fn join(&self, call: &Call) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(&call.path);
        }
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        url
    }
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
            assert!(good.parse::<BaseUrl>().is_ok(), "{good}");
        }
        for bad in [
            "http://api.pluggy.ai",
            "http://localhost.example.com",
            "https://user:secret@api.pluggy.ai",
            "ftp://127.0.0.1",
            "api.pluggy.ai",
        ] {
            assert!(bad.parse::<BaseUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn nothing_in_a_call_leaves_its_place_in_the_address() {
        let base: BaseUrl = "https://api.pluggy.ai".parse().unwrap();
        let call =
            Call::get(["items", "../webhooks?x"]).with_query(vec![("name", "a&b=c".to_owned())]);

        assert_eq!(
            base.join(&call).as_str(),
            "https://api.pluggy.ai/items/..%2Fwebhooks%3Fx?name=a%26b%3Dc"
        );
    }
}
