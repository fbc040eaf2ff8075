//! Rules for webhook URLs, and the addresses that the sandbox really posts to.

use hyper::Uri;
use url::{Host, Url};

/// Returns Pluggy's reason to refuse a webhook URL. `loopback_allowed` admits `http://` on the loopback.
pub(crate) fn refusal(url: &str, loopback_allowed: bool) -> Option<&'static str> {
    let Ok(url) = Url::parse(url) else {
        return Some("The URL is malformed");
    };
    if loopback_allowed && is_http_loopback(&url) {
        return None;
    }
    if url.scheme() != "https" {
        return Some("The URL must be https");
    }
    if url.port_or_known_default() != Some(443) {
        return Some("The URL must use port 443");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("The URL must not contain user information");
    }
    match url.host() {
        Some(Host::Domain(domain)) if is_public(domain) => None,
        Some(Host::Domain(_)) => Some("The URL's host is reserved"),
        _ => Some("The URL's host must be a domain name"),
    }
}

/// The address that the sandbox posts to for a webhook URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The address to connect to.
    pub(crate) uri: Uri,
    /// The host that the webhook URL names.
    pub(crate) host: String,
}

/// Returns the target of a webhook URL. The sandbox has no TLS and never leaves the machine. It reaches the loopback,
/// and every function URL through `via`.
pub(crate) fn target(url: &str, via: Option<&Url>) -> Option<Target> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?.to_owned();
    if is_http_loopback(&url) {
        return Some(Target {
            host: authority(&url)?,
            uri: url.as_str().parse().ok()?,
        });
    }
    let via = via.filter(|_| host.ends_with(".on.aws"))?;
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let uri = format!("{}://{}{path}", via.scheme(), authority(via)?)
        .parse()
        .ok()?;
    Some(Target { uri, host })
}

fn authority(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(
        url.port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
    )
}

fn is_http_loopback(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(domain)) => domain == "localhost",
        None => false,
    };
    is_loopback && url.scheme() == "http"
}

fn is_public(domain: &str) -> bool {
    let reserved = ["localhost", "local", "internal"];
    let top = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.') && !reserved.contains(&top)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_pluggy_would_refuse_is_refused() {
        for url in [
            "not a url",
            "http://hooks.example.com/",
            "https://hooks.example.com:8443/",
            "https://user:password@hooks.example.com/",
            "https://203.0.113.7/",
            "https://[2001:db8::1]/",
            "https://localhost/",
            "https://hooks.localhost/",
            "https://hooks.local/",
            "https://hooks.internal/",
            "http://127.0.0.1:8080/",
        ] {
            assert!(refusal(url, false).is_some(), "{url}");
        }
    }

    #[test]
    fn a_public_https_url_is_accepted() {
        for url in [
            "https://hooks.example.com/pluggy",
            "https://abc.lambda-url.sa-east-1.on.aws/",
        ] {
            assert_eq!(refusal(url, false), None, "{url}");
        }
    }

    #[test]
    fn only_plain_http_on_the_loopback_passes_where_that_is_allowed() {
        assert_eq!(refusal("http://127.0.0.1:8080/", true), None);
        assert!(refusal("http://hooks.example.com/", true).is_some());
        assert!(refusal("https://127.0.0.1/", true).is_some());
    }

    #[test]
    fn a_function_url_is_reached_through_the_resolver_under_its_own_name() {
        let via = Url::parse("http://127.0.0.1:4566").unwrap();

        let target = target(
            "https://abc.lambda-url.sa-east-1.on.aws/hook?x=1",
            Some(&via),
        )
        .unwrap();

        assert_eq!(target.uri, "http://127.0.0.1:4566/hook?x=1");
        assert_eq!(target.host, "abc.lambda-url.sa-east-1.on.aws");
    }

    #[test]
    fn nothing_beyond_the_machine_is_reached() {
        let via = Url::parse("http://127.0.0.1:4566").unwrap();

        assert_eq!(target("https://hooks.example.com/", Some(&via)), None);
        assert_eq!(
            target("https://abc.lambda-url.sa-east-1.on.aws/", None),
            None
        );
    }
}
