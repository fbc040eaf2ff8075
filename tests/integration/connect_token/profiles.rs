//! Profiles: the options that reach the widget and the token, and the options that a caller can change.

use runtime::clock::now;
use serde_json::{Value, json};
use tests::{Deployment, sample};

use super::recorder::Recorder;
use super::{USER, json_of};

/// Requests a token under a deployment's profiles. Returns the response's `connect`, and the request that Pluggy
/// received.
async fn issued(profiles: &Value, body: &Value) -> (Value, Value) {
    let deployment = Deployment::start().await;
    let recorder = Recorder::answering("token");
    let mut app = recorder.connect_token(&deployment).await;
    app.profiles = profiles.to_string().parse().unwrap();
    let request = sample::with_body("connect-token/no-body.json", USER, body);

    let answer = connect_token::handle(&app, request, now()).await;

    assert_eq!(answer.status(), 200, "{body}");
    (json_of(&answer)["connect"].clone(), recorder.last())
}

#[tokio::test]
async fn every_option_of_a_profile_goes_where_it_belongs() {
    let connect = json!({
        "includeSandbox": false, "allowConnectInBackground": true, "allowFullscreen": false,
        "selectedConnectorId": 2, "connectorTypes": ["PERSONAL_BANK"], "connectorIds": [2, 601],
        "countries": ["BR"], "products": ["ACCOUNTS"], "language": "pt", "theme": "dark",
        "forceOauthInBrowser": true, "forceAskForCredentials": false,
        "connectorSortAlphabetically": true, "moveSecurityData": "{}", "wideDesktopModal": false,
        "url": "https://connect.pluggy.ai",
    });
    let token = json!({
        "oauthRedirectUri": "exampleapp://connected", "avoidDuplicates": true,
        "products": ["ACCOUNTS", "TRANSACTIONS"],
    });
    let profiles = json!({"default": {"connect": connect, "token": token}});

    let (returned, requested) = issued(&profiles, &json!({})).await;

    assert_eq!(returned, connect);
    let mut options = token;
    options["clientUserId"] = USER.into();
    assert_eq!(requested, json!({"options": options}));
}

#[tokio::test]
async fn an_option_that_a_profile_does_not_set_is_absent_whatever_the_default_has() {
    let profiles = json!({
        "default": {"connect": {"language": "pt", "theme": "dark"}, "token": {"avoidDuplicates": true}},
        "bare": {},
        "mobile": {"token": {"oauthRedirectUri": "exampleapp://connected"}},
    });
    let cases = [
        (
            json!({}),
            json!({"language": "pt", "theme": "dark"}),
            json!({"avoidDuplicates": true}),
        ),
        (
            json!({"profile": "default"}),
            json!({"language": "pt", "theme": "dark"}),
            json!({"avoidDuplicates": true}),
        ),
        (
            json!({"profile": null}),
            json!({"language": "pt", "theme": "dark"}),
            json!({"avoidDuplicates": true}),
        ),
        (json!({"profile": "bare"}), json!({}), json!({})),
        (
            json!({"profile": "mobile"}),
            json!({}),
            json!({"oauthRedirectUri": "exampleapp://connected"}),
        ),
        (
            json!({"profile": "bare", "language": "es", "theme": "light", "selectedConnectorId": 0}),
            json!({"language": "es", "theme": "light", "selectedConnectorId": 0}),
            json!({}),
        ),
        (
            json!({"language": "en", "theme": null}),
            json!({"language": "en", "theme": "dark"}),
            json!({"avoidDuplicates": true}),
        ),
    ];
    for (body, connect, mut options) in cases {
        let (returned, requested) = issued(&profiles, &body).await;

        options["clientUserId"] = USER.into();
        assert_eq!(returned, connect, "{body}");
        assert_eq!(requested, json!({"options": options}), "{body}");
    }
}

#[tokio::test]
async fn a_caller_sets_no_option_that_is_the_deployments() {
    let deployment = Deployment::start().await;
    let app = deployment.connect_token();
    for option in [
        "includeSandbox",
        "allowConnectInBackground",
        "allowFullscreen",
        "updateItem",
        "connectorTypes",
        "connectorIds",
        "countries",
        "products",
        "forceOauthInBrowser",
        "forceAskForCredentials",
        "connectorSortAlphabetically",
        "moveSecurityData",
        "wideDesktopModal",
        "url",
        "openFinanceParameters",
        "connectToken",
        "oauthRedirectUri",
        "avoidDuplicates",
        "clientUserId",
        "webhookUrl",
        "options",
    ] {
        let request = sample::with_body("connect-token/no-body.json", USER, &json!({option: true}));

        let answer = connect_token::handle(&app, request, now()).await;

        assert_eq!(answer.status(), 400, "{option}");
        assert_eq!(json_of(&answer)["field"], option);
    }
    assert_eq!(deployment.pluggy.requests().len(), 0);
}

#[tokio::test]
async fn an_unknown_profile_name_is_refused() {
    let deployment = Deployment::start().await;
    let app = deployment.connect_token();
    for name in [
        "desktop",
        "Default",
        "",
        " mobile",
        "mobile\n",
        "__proto__",
        "é",
    ] {
        let request = sample::with_body(
            "connect-token/no-body.json",
            USER,
            &json!({"profile": name}),
        );

        let answer = connect_token::handle(&app, request, now()).await;

        assert_eq!(answer.status(), 400, "{name}");
        assert_eq!(json_of(&answer)["field"], "profile", "{name}");
    }
}
