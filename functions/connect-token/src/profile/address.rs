//! URLs in a profile: the source of the widget, and the redirect target for the user.

use std::net::Ipv4Addr;

use url::Url;

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

/// Returns whether the widget may be loaded from this address. Its server receives every connect token.
///
/// The widget's package compares the address as text with the origin of each message. So it must be written as
/// a browser writes an origin: in lower case, and without a path, slash, query, user or default port.
pub(super) fn is_origin_of_pluggy(text: &str) -> bool {
    let url = Url::parse(text).ok();
    url.filter(|url| url.origin().ascii_serialization() == text)
        .is_some_and(|url| {
            let is_pluggys = url.host_str().is_some_and(is_host_of_pluggy);
            url.scheme() == "https" && url.port().is_none() && is_pluggys
        })
}

fn is_host_of_pluggy(host: &str) -> bool {
    let subdomain = host.strip_suffix(PLUGGY);
    let subdomain = subdomain.and_then(|subdomain| subdomain.strip_suffix('.'));
    host == PLUGGY || subdomain.is_some_and(|subdomain| subdomain.split('.').all(is_label))
}

/// Returns whether the text is one part of a host name. The parser allows further characters.
fn is_label(text: &str) -> bool {
    let is_of_label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !text.is_empty() && text.bytes().all(is_of_label)
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
    fn the_widget_comes_from_an_origin_of_pluggy() {
        for good in [
            "https://pluggy.ai",
            "https://connect.pluggy.ai",
            "https://connect-2.pluggy.ai",
            "https://a.b.pluggy.ai",
        ] {
            assert!(is_origin_of_pluggy(good), "{good}");
        }
        for bad in [
            "",
            // Not written as a browser writes an origin.
            "HTTPS://connect.pluggy.ai",
            "https://Connect.pluggy.ai",
            "https://connect.PLUGGY.ai",
            "https://connect.pluggy.ai/",
            "https://connect.pluggy.ai/v2",
            "https://connect.pluggy.ai?x=1",
            "https://connect.pluggy.ai/?x=1",
            "https://connect.pluggy.ai#top",
            "https://connect.pluggy.ai:443",
            "https://connect.pluggy.ai:8443",
            "https://connect.pluggy.ai:",
            "https://connect.pluggy.ai.",
            "https://user:password@connect.pluggy.ai",
            "https://@connect.pluggy.ai",
            " https://connect.pluggy.ai",
            "https://connect.pluggy.ai ",
            "https:connect.pluggy.ai",
            "https:///connect.pluggy.ai",
            "https:\\\\connect.pluggy.ai",
            "https://conne%63t.pluggy.ai",
            "https://connéct.pluggy.ai",
            "https://connect\u{3002}pluggy.ai",
            "https://con\tnect.pluggy.ai",
            // Not a host of Pluggy.
            "https://connect..pluggy.ai",
            "https://a_b.pluggy.ai",
            "https://*.pluggy.ai",
            "https://connect.pluggy.ai,https://pluggy.ai",
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
            assert!(!is_origin_of_pluggy(bad), "{bad}");
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
