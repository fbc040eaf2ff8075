//! URLs in a profile: the source of the widget, and the redirect target for the user.

use std::net::Ipv4Addr;

use url::{Host, Url};

const PLUGGY: &str = "pluggy.ai";
/// Schemes that browsers or operating systems handle themselves, so no app can own them.
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

/// Returns whether the widget may be loaded from this URL. Its server receives every connect token.
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

/// Returns whether the user may be redirected to this URL: a web page of the app, or a deep link into the
/// app. Pluggy rejects local addresses.
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

/// Parses a URL that has no user name and no characters that a browser would drop. A browser skips spaces and
/// line breaks, which may yield another address.
fn plain(text: &str) -> Option<Url> {
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let url = Url::parse(text).ok().filter(|_| is_plain)?;
    let names_nobody = url.username().is_empty() && url.password().is_none();
    names_nobody.then_some(url)
}

/// Returns whether a target follows the scheme. A scheme alone, also with slashes, is a mistyped URL.
fn leads_somewhere(text: &str, scheme: &str) -> bool {
    let rest = text.get(scheme.len() + 1..).unwrap_or_default();
    !rest.trim_start_matches('/').is_empty()
}

/// Returns whether the host is local. The parser normalizes hosts of web URLs, but not of deep links.
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
