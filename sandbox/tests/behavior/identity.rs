use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use sandbox::Settings;
use serde_json::Value;

use crate::client::{Pluggy, settings};

/// Verifies a token as an authorizer does: discovery, key set, signature, issuer, audience. Returns the claims.
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
async fn scope_and_audience_can_be_requested() {
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

/// Returns a token's claims without verifying it.
fn unverified(token: &str) -> Value {
    jsonwebtoken::dangerous::insecure_decode::<Value>(token)
        .unwrap()
        .claims
}

async fn token_of(pluggy: &Pluggy, fields: &str) -> String {
    let form = format!("grant_type=password&username=usr_1&{fields}");
    let answer = pluggy.post_form("/oauth2/token", &form).await;
    let token = answer.body["access_token"].as_str();
    token
        .unwrap_or_else(|| panic!("{fields}: {}", answer.body))
        .to_owned()
}

#[tokio::test]
async fn a_token_can_be_one_that_an_authorizer_must_refuse() {
    let pluggy = Pluggy::start().await;

    let odd = "issuer=https://elsewhere.example&expires_in=-60&not_before=120&issued_at=-600";
    let claims = unverified(&token_of(&pluggy, odd).await);

    assert_eq!(claims["iss"], "https://elsewhere.example");
    let issued_at = claims["iat"].as_i64().unwrap();
    assert_eq!(claims["exp"].as_i64(), Some(issued_at + 540));
    assert_eq!(claims["nbf"].as_i64(), Some(issued_at + 720));
}

#[tokio::test]
async fn a_token_can_be_as_other_providers_make_it() {
    let pluggy = Pluggy::start().await;

    let plain = unverified(&token_of(&pluggy, "").await);
    let cognito = unverified(&token_of(&pluggy, "audience=&client_id=app").await);
    let auth0 = unverified(&token_of(&pluggy, "audience=api+userinfo").await);
    let firebase = unverified(&token_of(&pluggy, "scope=").await);

    assert_eq!((plain.get("client_id"), plain.get("nbf")), (None, None));
    assert_eq!(
        (cognito.get("aud"), &cognito["client_id"]),
        (None, &"app".into())
    );
    assert_eq!(auth0["aud"], serde_json::json!(["api", "userinfo"]));
    assert_eq!(firebase.get("scope"), None);
    assert_eq!(firebase["aud"], "pluggy-lambda-local");
}

#[tokio::test]
async fn an_impersonators_token_names_the_published_key_and_does_not_verify() {
    let pluggy = Pluggy::start().await;
    let keys: JwkSet = serde_json::from_value(pluggy.get("/oauth2/jwks").await.body).unwrap();

    let token = token_of(&pluggy, "signed_by=impersonator").await;

    let id = jsonwebtoken::decode_header(&token).unwrap().kid.unwrap();
    let key = DecodingKey::from_jwk(keys.find(&id).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_aud = false;
    let refusal = jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap_err();
    assert_eq!(
        refusal.kind(),
        &jsonwebtoken::errors::ErrorKind::InvalidSignature
    );
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
        (
            "grant_type=password&username=usr_1&expires_in=soon",
            "invalid_request",
        ),
        (
            "grant_type=password&username=usr_1&signed_by=anybody",
            "invalid_request",
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
