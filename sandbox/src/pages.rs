//! The bundled pages of the widget's stand-in: the widget, the bank's login page and the demo page, with their files.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use axum::body::Bytes;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::error::Error;

const NOT_BUILT: &str = "To see the stand-in of Pluggy's widget here, run `npm ci && npm run build` in sandbox/widget and \
                         start the sandbox with `--widget sandbox/widget/dist`.\n";

/// The file that every bundle has.
const WIDGET: &str = "widget.html";

/// The rules that the browser enforces for every page: nothing comes from another host, and nothing goes there.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; font-src 'self'; img-src data:; connect-src 'self'; \
                                       base-uri 'none'; form-action 'none'";

/// A page, with further rules for the browser.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    file: &'static str,
    content_security_policy: &'static str,
}

impl Page {
    /// The page that Pluggy's SDK opens in a frame. Only pages of this machine may frame it.
    pub(crate) const WIDGET: Self = Self {
        file: WIDGET,
        content_security_policy: "style-src 'self'; \
                                  frame-ancestors http://localhost:* http://*.localhost:* http://127.0.0.1:* \
                                  https://localhost:* https://*.localhost:* https://127.0.0.1:*",
    };
    /// The page of the stand-in bank.
    pub(crate) const BANK: Self = Self {
        file: "bank.html",
        content_security_policy: "style-src 'self'; frame-ancestors 'none'",
    };
    /// A small app that opens the widget. The SDK styles its frame inline.
    pub(crate) const DEMO: Self = Self {
        file: "demo.html",
        content_security_policy: "style-src 'self' 'unsafe-inline'; frame-src http: https:; frame-ancestors 'none'",
    };

    fn policy(self) -> String {
        format!(
            "{CONTENT_SECURITY_POLICY}; {}",
            self.content_security_policy
        )
    }
}

/// The files of a bundle by their names, or none.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    files: BTreeMap<String, File>,
}

#[derive(Debug)]
struct File {
    content_type: &'static str,
    content: Bytes,
}

impl Pages {
    /// Reads the files of a bundle. Files of other types are left out.
    pub(crate) fn load(folder: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            if let (Some(name), Some(content_type)) = (name, content_type(&path)) {
                let content = fs::read(&path)?.into();
                files.insert(
                    name.to_owned(),
                    File {
                        content_type,
                        content,
                    },
                );
            }
        }
        if files.contains_key(WIDGET) {
            Ok(Self { files })
        } else {
            Err(io::Error::new(io::ErrorKind::NotFound, "no widget.html"))
        }
    }

    /// Returns the response with a page. Without a bundle it says how to build one.
    pub(crate) fn page(&self, page: Page) -> Response {
        match self.files.get(page.file) {
            Some(file) => {
                let policy = [(header::CONTENT_SECURITY_POLICY, page.policy())];
                (policy, file.response()).into_response()
            }
            None => (StatusCode::NOT_FOUND, NOT_BUILT).into_response(),
        }
    }

    /// Returns the response with a file that a page loads.
    pub(crate) fn file(&self, name: &str) -> Response {
        self.files
            .get(name)
            .filter(|file| file.content_type != HTML)
            .map_or_else(
                || Error::plain(StatusCode::NOT_FOUND, "Not found").into_response(),
                File::response,
            )
    }
}

impl File {
    fn response(&self) -> Response {
        let headers: [(HeaderName, &str); 4] = [
            (header::CONTENT_TYPE, self.content_type),
            // The next start may serve another bundle.
            (header::CACHE_CONTROL, "no-cache"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
        ];
        (headers, self.content.clone()).into_response()
    }
}

/// Returns whether a path belongs to the pages, so that faults and request counts ignore it.
pub(crate) fn is_page(path: &str) -> bool {
    let is_below = |folder| path.starts_with(folder);
    path == "/" || path == "/demo" || ["/bank/", "/demo/", "/widget/"].into_iter().any(is_below)
}

const HTML: &str = "text/html; charset=utf-8";

fn content_type(path: &Path) -> Option<&'static str> {
    match path.extension()?.to_str()? {
        "css" => Some("text/css; charset=utf-8"),
        "html" => Some(HTML),
        "js" => Some("text/javascript; charset=utf-8"),
        "woff2" => Some("font/woff2"),
        _ => None,
    }
}
