//! Texts that others write: they add no markup, and no login link is on a page.

use super::*;

/// Texts that would be markup, an attribute or the end of an element if they were not escaped.
const HOSTILE: [&str; 5] = [
    "<script>alert(1)</script>",
    "\" autofocus onfocus=\"alert(1)",
    "' onmouseover='alert(1)",
    "</cwdb-action><img src=x onerror=alert(1)>",
    "</style>&lt;b&gt;{{1}}<!--",
];

/// Returns the names of all tags, as a parser meets them, and the names of their attributes.
fn tags(html: &str) -> Vec<String> {
    let (_, body) = html.split_once("</style>").unwrap();
    let tags = body.split('<').skip(1);
    tags.map(|tag| {
        let tag = tag.split('>').next().unwrap();
        let outside_quotes = tag.split('"').step_by(2);
        outside_quotes.collect::<Vec<_>>().join("\"\"")
    })
    .collect()
}

/// Returns the parameters of each button, as a browser reads them.
fn parameters(html: &str) -> Vec<Value> {
    let actions = html.split("<cwdb-action").skip(1);
    actions
        .map(|action| {
            let text = action.split_once('>').unwrap().1;
            let text = text.split("</cwdb-action>").next().unwrap();
            let text = text.replace("&quot;", "\"");
            assert!(!text.contains(['<', '>', '&']), "{text}");
            serde_json::from_str(&text).unwrap()
        })
        .collect()
}

#[test]
fn a_hostile_text_adds_no_markup() {
    for (number, text) in HOSTILE.into_iter().enumerate() {
        for (content, harmless) in [
            (
                item(text, &timeline(text, 2, true)),
                item("x", &timeline("x", 2, true)),
            ),
            (user(text), user("x")),
            (
                Content::Problem(text.to_owned()),
                Content::Problem("x".to_owned()),
            ),
        ] {
            let page = light(&content);

            assert_eq!(tags(&page), tags(&light(&harmless)), "text {number}");
            let typed = html(&content, Theme::Light, text);
            assert_eq!(tags(&typed), tags(&page), "text {number}");
            // A single quote does nothing, since every attribute has double ones.
            assert!(
                text.starts_with('\'') || !page.contains(text),
                "text {number}"
            );
        }
    }
}

#[test]
fn the_buttons_call_the_function_with_what_they_show() {
    for text in HOSTILE.into_iter().chain(["usr_1"]) {
        let (of_item, of_user) = (
            light(&item(text, &timeline("x", 1, true))),
            light(&user(text)),
        );

        assert_eq!(
            parameters(&of_item),
            [json!({"search": true}), json!({"clientUserId": text})]
        );
        assert_eq!(
            parameters(&of_user),
            [
                json!({"search": true}),
                json!({"itemId": "9a7b6c5d-0000-4000-8000-000000000001"}),
                json!({"clientUserId": text, "cursor": "MTc5"}),
            ]
        );
        let endpoint = format!("endpoint=\"{ARN}\"");
        assert_eq!(of_user.matches(&endpoint).count(), 3);
    }
}

#[test]
fn the_page_runs_nothing_and_loads_nothing() {
    for content in [item("x", &timeline("x", 2, true)), user("x")] {
        let page = light(&content);

        for text in [
            "<script", "<iframe", "<img", "<link", "src=", "href=", "url(", "@import", "http",
            " on",
        ] {
            assert!(!page.contains(text), "{text}");
        }
    }
}

#[test]
fn what_the_bank_asks_of_the_user_is_left_out() {
    let page = light(&item("x", &timeline("x", 2, true)));

    assert!(page.contains("ACCOUNT_LOCKED: x"), "{page}");
    assert!(!page.contains("KEPT-OUT"), "{page}");
}

/// A page that is shown to support must not let anybody into a bank account: the row may have the link of a login in each
/// of these fields.
#[test]
fn a_login_link_in_the_row_is_on_no_page() {
    const LINK: &str = "https://bank.example.com/login?token=KEPT-OUT";
    let said = format!("Acesse {LINK} e tente");
    let mut stored = stored("x");
    let RowState::Fetched { snapshot, .. } = &mut stored.state else {
        unreachable!()
    };
    *snapshot.item = serde_json::from_value(json!({
        "id": stored.item_id,
        "connector": {"id": 612, "name": "Banco Azul", "oauthUrl": LINK, "isOpenFinance": true},
        "status": "WAITING_USER_INPUT", "executionStatus": "WAITING_USER_INPUT",
        "parameter": {"name": "oauthCode", "type": "oauth", "data": LINK, "expiresAt": "2026-11-23T12:30:00Z"},
        "userAction": {"type": "authorize", "instructions": said, "attributes": {"url": LINK}},
        "error": {"code": "ACCOUNT_NEEDS_ACTION", "message": said, "providerMessage": said, "attributes": {"url": LINK}},
        "statusDetail": {"accounts": {"isUpdated": false,
            "warnings": [{"code": "001", "message": said, "providerMessage": said}]}},
    }))
    .unwrap();
    let summary = ItemSummary::new(&stored, &Healths::default(), now());
    let report = UserReport {
        items: vec![summary],
        unreadable: 0,
        cursor: None,
    };
    let of_user = light(&Content::User("usr_1".parse().unwrap(), report));

    let of_item = light(&super::report(Ok(Some(&stored)), &timeline("x", 1, true)));

    for page in [&of_item, &of_user] {
        assert!(page.contains("Banco Azul"), "{page}");
        for text in ["KEPT-OUT", "bank.example.com", "https:"] {
            assert!(!page.contains(text), "{text}: {page}");
        }
    }
    let shown = "Acesse (address left out) e tente";
    assert_eq!(of_item.matches(shown).count(), 2, "{of_item}");
}
