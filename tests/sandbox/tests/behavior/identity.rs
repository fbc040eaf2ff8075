use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use sandbox::Settings;
use serde_json::Value;

use crate::client::{Pluggy, settings};

/// What an authorizer does: discovery, key set, signature, issuer, audience.
async fn claims(pluggy: &Pluggy, token: &str, audience: &str) -> Value {
    let discovered = pluggy.get("/.well-known/openid-configuration").await.body;
    let issuer = discovered["issuer"].as_str().unwrap();
    let path = discovered["jwks_uri"]
        .as_str()
        .unwrap()
        .strip_prefix(issuer)
        .unwrap();
    let keys: JwkSet = serde_json::from_value(pluggy.get(path).await.body).unwrap();
    let id = jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    let key = DecodingKey::from_jwk(keys.find(&id).unwrap()).unwrap();

    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    jsonwebtoken::decode::<Value>(token, &key, &validation)
        .unwrap()
        .claims
}

#[tokio::test]
async fn a_user_gets_a_token_that_an_authorizer_accepts() {
    let pluggy = Pluggy::start().await;

    let answer = pluggy
        .post_form("/oauth2/token", "grant_type=password&username=usr_1")
        .await;

    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.body["expires_in"], 3600);
    let token = answer.body["access_token"].as_str().unwrap();
    let claims = claims(&pluggy, token, "pluggy-lambda-local").await;
    assert_eq!(claims["sub"], "usr_1");
    assert_eq!(claims["scope"], "connections");
}

#[tokio::test]
async fn scope_and_audience_can_be_asked_for() {
    let pluggy = Pluggy::start_with(Settings {
        token_scope: "other".to_owned(),
        ..settings()
    })
    .await;

    let form = "grant_type=password&username=usr_1&scope=read&audience=somewhere";
    let answer = pluggy.post_form("/oauth2/token", form).await;

    let token = answer.body["access_token"].as_str().unwrap();
    assert_eq!(claims(&pluggy, token, "somewhere").await["scope"], "read");
}

#[tokio::test]
async fn a_bad_token_request_gets_the_standard_error() {
    let pluggy = Pluggy::start().await;

    for (form, error) in [
        ("", "invalid_request"),
        ("grant_type=password", "invalid_request"),
        ("grant_type=password&username=", "invalid_request"),
        (
            "grant_type=client_credentials&username=usr_1",
            "unsupported_grant_type",
        ),
    ] {
        let answer = pluggy.post_form("/oauth2/token", form).await;

        assert_eq!(answer.status, 400, "{form}");
        assert_eq!(answer.body["error"], error, "{form}");
    }
}

#[tokio::test]
async fn an_api_key_is_not_a_user() {
    let pluggy = Pluggy::start().await;
    let keys: JwkSet = serde_json::from_value(pluggy.get("/oauth2/jwks").await.body).unwrap();

    let api_key = pluggy.new_api_key().await;

    let id = jsonwebtoken::decode_header(&api_key).unwrap().kid.unwrap();
    assert!(keys.find(&id).is_none());
}
