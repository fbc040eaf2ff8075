use std::fs;
use std::path::Path;

use hyper::Method;
use sandbox::{Effect, Fault, Settings, StartError};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{Answer, Pluggy, login, settings};

/// Writes a bundle as `sandbox/widget` builds it, with a file that is none of its pages'.
fn bundle() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in [
        ("widget.html", "the widget"),
        ("bank.html", "the bank"),
        ("demo.html", "the demo"),
        ("widget.js", "a script"),
        ("style.css", "a style"),
        ("inter.woff2", "a font"),
        ("notes.txt", "a note"),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn with_bundle(folder: &Path) -> Settings {
    Settings {
        widget: Some(folder.to_owned()),
        ..settings()
    }
}

async fn serving() -> Pluggy {
    Pluggy::start_with(with_bundle(bundle().path())).await
}

async fn get(pluggy: &Pluggy, path: &str) -> Answer {
    pluggy.send(Method::GET, path, None, None).await
}

fn policy(answer: &Answer) -> &str {
    answer.headers["content-security-policy"].to_str().unwrap()
}

#[tokio::test]
async fn without_a_bundle_the_address_says_how_to_build_it() {
    let pluggy = Pluggy::start().await;

    for path in ["/", "/bank/login"] {
        let answer = get(&pluggy, path).await;

        assert_eq!(answer.status, 404);
        assert!(answer.text.contains("npm run build"), "{}", answer.text);
        assert!(answer.text.contains("--widget"), "{}", answer.text);
    }
    assert_eq!(get(&pluggy, "/widget/widget.js").await.status, 404);
}

#[tokio::test]
async fn a_folder_without_the_widget_is_refused_by_name() {
    let empty = TempDir::new().unwrap();
    let missing = empty.path().join("missing");
    for folder in [empty.path(), &missing] {
        let refused = sandbox::start(with_bundle(folder)).await;

        let Err(error @ StartError::Widget { .. }) = refused else {
            panic!("{} was accepted", folder.display());
        };
        assert!(error.to_string().contains(folder.to_str().unwrap()));
    }
}

#[tokio::test]
async fn pages_and_their_files_have_their_types() {
    let pluggy = serving().await;

    for (path, text, content_type) in [
        ("/", "the widget", "text/html; charset=utf-8"),
        ("/bank/login?item=1", "the bank", "text/html; charset=utf-8"),
        (
            "/widget/widget.js",
            "a script",
            "text/javascript; charset=utf-8",
        ),
        ("/widget/style.css", "a style", "text/css; charset=utf-8"),
        ("/widget/inter.woff2", "a font", "font/woff2"),
    ] {
        let answer = get(&pluggy, path).await;

        assert_eq!((answer.status, answer.text.as_str()), (200, text), "{path}");
        assert_eq!(answer.headers["content-type"], content_type);
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["cache-control"], "no-cache");
    }
}

#[tokio::test]
async fn other_files_are_not_served() {
    let pluggy = serving().await;

    for path in [
        "/widget/notes.txt",
        "/widget/widget.html",
        "/widget/",
        "/widget/..%2fCargo.toml",
        "/widget/%2fetc%2fhostname",
        "/widget/x/widget.js",
        "/widget/widget.js%00",
        "/bank/",
        "/bank/other",
    ] {
        assert_eq!(get(&pluggy, path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn only_pages_of_this_machine_may_frame_the_widget_and_none_the_bank() {
    let pluggy = serving().await;

    let widget = get(&pluggy, "/").await;
    let bank = get(&pluggy, "/bank/login").await;

    let framed_by = |answer: &Answer| {
        let directives = policy(answer).split("; ").map(str::to_owned);
        let mut ancestors = directives.filter(|one| one.starts_with("frame-ancestors"));
        ancestors.next().unwrap()
    };
    assert_eq!(framed_by(&bank), "frame-ancestors 'none'");
    for ancestor in framed_by(&widget).split(' ').skip(1) {
        let (_, host) = ancestor.split_once("://").unwrap();
        assert!(
            ["localhost:*", "*.localhost:*", "127.0.0.1:*"].contains(&host),
            "{ancestor}"
        );
    }
    for answer in [&widget, &bank] {
        assert!(policy(answer).starts_with("default-src 'none'; "));
        assert!(!policy(answer).contains("unsafe"));
    }
}

#[tokio::test]
async fn a_request_for_a_page_is_neither_counted_nor_spoiled() {
    let folder = bundle();
    let pluggy = Pluggy::start_with(Settings {
        demo: true,
        ..with_bundle(folder.path())
    })
    .await;
    let before = pluggy.sandbox.requests().len();
    pluggy.sandbox.add_fault(Fault {
        method: None,
        path_prefix: String::new(),
        times: None,
        effect: Effect::Disconnect,
    });

    for path in ["/", "/widget/widget.js", "/bank/login", "/demo"] {
        assert_eq!(get(&pluggy, path).await.status, 200, "{path}");
    }
    let token = pluggy.post("/demo/connect-token", json!({})).await;

    assert_eq!(token.status, 200);
    assert_eq!(pluggy.sandbox.requests().len(), before);
}

#[tokio::test]
async fn the_demo_is_served_only_where_it_was_asked_for() {
    let pluggy = serving().await;

    assert_eq!(pluggy.sandbox.demo_url(), None);
    assert_eq!(get(&pluggy, "/demo").await.status, 404);
    let token = pluggy.post("/demo/connect-token", json!({})).await;
    assert_eq!(token.status, 404);
}

#[tokio::test]
async fn the_demo_hands_out_connect_tokens_for_new_items_and_for_updates() {
    let folder = bundle();
    let pluggy = Pluggy::start_with(Settings {
        demo: true,
        ..with_bundle(folder.path())
    })
    .await;
    let id = pluggy.connect(2, "user-ok").await;
    let token = async |body: Value| {
        let path = "/demo/connect-token";
        pluggy.send(Method::POST, path, None, Some(body)).await
    };

    let first = token(json!({})).await;
    let update = token(json!({ "itemId": id })).await;
    let unknown = token(json!({ "itemId": uuid::Uuid::new_v4() })).await;
    let malformed = token(json!({ "itemId": "1" })).await;

    assert_eq!(first.body["connect"]["url"], pluggy.sandbox.url());
    let create = async |answer: &Answer| {
        let key = answer.body["accessToken"].as_str();
        let body = Some(login(2, "user-ok"));
        pluggy.send(Method::POST, "/items", key, body).await.status
    };
    assert_eq!(create(&first).await, 200);
    assert_eq!(create(&update).await, 403);
    assert_eq!((unknown.status, malformed.status), (404, 400));
    let item_path = format!("/items/{id}");
    let key = update.body["accessToken"].as_str();
    let item = pluggy.send(Method::GET, &item_path, key, None).await;
    assert_eq!(item.body["id"], json!(id));
}

#[tokio::test]
async fn the_demo_has_another_host_than_the_widget() {
    let folder = bundle();
    let served_at = |url: Option<&str>| Settings {
        demo: true,
        url: url.map(str::to_owned),
        ..with_bundle(folder.path())
    };

    let local = sandbox::start(served_at(None)).await.unwrap();
    let elsewhere = sandbox::start(served_at(Some("http://sandbox.internal:9100/")))
        .await
        .unwrap();

    let url = local.demo_url().unwrap();
    assert!(url.starts_with("http://localhost:"), "{url}");
    assert!(url.ends_with("/demo"), "{url}");
    assert_eq!(
        elsewhere.demo_url().unwrap(),
        "http://sandbox.internal:9100/demo"
    );
}

#[tokio::test]
async fn the_widgets_form_can_be_filled_in_beforehand() {
    let pluggy = Pluggy::start().await;
    let put = async |body: Value| {
        let path = "/sandbox/prefill";
        pluggy.send(Method::PUT, path, None, Some(body)).await
    };
    let values = json!({ "user": "user-locked", "password": "password-ok" });

    assert_eq!(get(&pluggy, "/sandbox/prefill").await.body, json!({}));
    assert_eq!(put(values.clone()).await.status, 204);
    assert_eq!(get(&pluggy, "/sandbox/prefill").await.body, values);
    for malformed in [json!(null), json!([]), json!({ "user": 1 })] {
        assert_eq!(put(malformed.clone()).await.status, 400, "{malformed}");
    }
    assert_eq!(get(&pluggy, "/sandbox/prefill").await.body, values);
    assert_eq!(put(json!({})).await.status, 204);
    assert_eq!(get(&pluggy, "/sandbox/prefill").await.body, json!({}));
}
