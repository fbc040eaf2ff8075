//! Addresses that a profile may name: where the widget comes from, and where a user is sent back to.

use std::net::Ipv4Addr;

use url::{Host, Url};

const PLUGGY: &str = "pluggy.ai";
/// Schemes that no app has: a browser, or the system, makes something of its own of them.
const NOT_AN_APPS: [&str; 15] = [
    "about",
    "blob",
    "content",
    "data",
    "file",
    "filesystem",
    "ftp",
    "http",
    "intent",
    "javascript",
    "mailto",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// Whether the widget may be loaded from there: whoever serves it gets each connect token.
pub(super) fn is_from_pluggy(text: &str) -> bool {
    let Some(url) = plain(text) else {
        return false;
    };
    let Some(Host::Domain(host)) = url.host() else {
        return false;
    };
    let is_host = host == PLUGGY
        || host
            .strip_suffix(PLUGGY)
            .is_some_and(|subdomain| subdomain.ends_with('.'));
    url.scheme() == "https" && is_host
}

/// Whether a user may be sent back to there: a page of the app's on the web, or the app itself by
/// its deep link. Pluggy refuses local addresses.
pub(super) fn is_of_an_app(text: &str) -> bool {
    let Some(url) = plain(text) else {
        return false;
    };
    if url.host_str().is_some_and(is_local) {
        return false;
    }
    match url.scheme() {
        "https" => true,
        scheme => !NOT_AN_APPS.contains(&scheme) && leads_somewhere(text, scheme),
    }
}

/// A URL that is written as it is read, and names no user. A browser passes over spaces and line
/// breaks, and what is left may be another address.
fn plain(text: &str) -> Option<Url> {
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let url = Url::parse(text).ok().filter(|_| is_plain)?;
    let names_nobody = url.username().is_empty() && url.password().is_none();
    names_nobody.then_some(url)
}

/// A scheme alone, also with slashes, is a mistyped address.
fn leads_somewhere(text: &str, scheme: &str) -> bool {
    let rest = text.get(scheme.len() + 1..).unwrap_or_default();
    !rest.trim_start_matches('/').is_empty()
}

/// In a deep link, an address stands as it was written; on the web, as it was understood.
fn is_local(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let host = host.trim_end_matches('.');
    let is_loopback = host
        .parse::<Ipv4Addr>()
        .is_ok_and(|address| address.is_loopback() || address.is_unspecified());
    is_loopback || matches!(host, "localhost" | "[::1]" | "[::]") || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widget_comes_from_pluggy_over_tls() {
        for good in [
            "https://pluggy.ai",
            "https://connect.pluggy.ai",
            "https://a.b.pluggy.ai/v2?x=1",
            "HTTPS://Connect.Pluggy.AI/",
        ] {
            assert!(is_from_pluggy(good), "{good}");
        }
        for bad in [
            "",
            "connect.pluggy.ai",
            "http://connect.pluggy.ai",
            "https://evilpluggy.ai",
            "https://pluggy.ai.example.com",
            "https://pluggy.ai@example.com",
            "https://user@connect.pluggy.ai",
            "https://example.com/pluggy.ai",
            "https://example.com\\.pluggy.ai",
            "https://.pluggy.ai.",
            "https://connect.pluggy.ai\n.example.com",
            "https://127.0.0.1",
            "javascript:connect.pluggy.ai",
        ] {
            assert!(!is_from_pluggy(bad), "{bad}");
        }
    }

    #[test]
    fn a_user_is_sent_back_to_a_page_or_to_the_app() {
        for good in [
            "https://app.example.com/oauth",
            "https://app.example.com:8443/oauth?from=bank#done",
            "https://localhost.example.com",
            "exampleapp://connected",
            "exampleapp:///connected",
            "com.example.app:/oauth2redirect",
            "com.example.app:oauth2redirect",
        ] {
            assert!(is_of_an_app(good), "{good}");
        }
        for bad in [
            "",
            "app.example.com/oauth",
            "/oauth",
            "http://app.example.com/oauth",
            "https://localhost/oauth",
            "https://LOCALHOST:3000",
            "https://localhost.",
            "https://app.localhost",
            "https://127.0.0.1/oauth",
            "https://127.1",
            "https://0x7f000001",
            "https://0.0.0.0",
            "https://[::1]/oauth",
            "exampleapp://localhost/back",
            "exampleapp://127.0.0.1",
            "exampleapp://[::1]",
            "https://user:password@app.example.com",
            "https://user@app.example.com",
            "exampleapp://user:password@back",
            "https://app.example.com/o auth",
            "https://app.example.com\\@example.com",
            " https://app.example.com",
            "java\nscript:alert(1)",
            "javascript:alert(1)",
            "JavaScript://app.example.com/%0aalert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "blob:https://app.example.com/x",
            "about:blank",
            "vbscript:x",
            "intent://x",
            "exampleapp:",
            "exampleapp://",
        ] {
            assert!(!is_of_an_app(bad), "{bad}");
        }
    }
}
