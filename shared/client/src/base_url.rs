//! Base URL of Pluggy's API.

use std::str::FromStr;

use url::Url;

use crate::call::Call;
use crate::https::{InvalidUrl, secure_url};

/// Base URL of the API: https, or http on the loopback for the local stack. It is validated, so that a key is
/// never sent unencrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl FromStr for BaseUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        secure_url(text).map(Self)
    }
}

impl BaseUrl {
    /// Returns the URL as text.
    pub(super) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Returns the URL of a call.
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
