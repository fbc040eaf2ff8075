//! The expiry time that a response reports for a token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use runtime::clock::now;
use serde_json::json;
use tests::{Deployment, sample};

use super::json_of;
use super::recorder::Recorder;

const DOCUMENTED: SignedDuration = SignedDuration::from_mins(30);

/// Returns the token lifetime that our response at `at` reports.
async fn reported_lifetime(deployment: &Deployment, token: &str, at: Timestamp) -> SignedDuration {
    let app = Recorder::answering(token).connect_token(deployment).await;
    let request = sample::request("connect-token/no-body.json");

    let answer = json_of(&connect_token::handle(&app, request, at).await);

    assert_eq!(answer["accessToken"], token);
    let expires_at: Timestamp = answer["expiresAt"].as_str().unwrap().parse().unwrap();
    expires_at.duration_since(at)
}

fn token(claims: serde_json::Value) -> String {
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

#[tokio::test]
async fn the_expiry_claim_of_a_token_is_reported() {
    let deployment = Deployment::start().await;
    let at = Timestamp::from_second(now().as_second()).unwrap();
    let lifetime = SignedDuration::from_mins(17);

    let token = token(json!({"exp": (at + lifetime).as_second()}));

    assert_eq!(reported_lifetime(&deployment, &token, at).await, lifetime);
}

#[tokio::test]
async fn a_token_without_a_credible_expiry_claim_is_good_for_half_an_hour() {
    let deployment = Deployment::start().await;
    let at = now();
    let year_3000 = 32_503_680_000_i64;
    for token in [
        "opaque".to_owned(),
        "e30.e30.c2ln".to_owned(),
        token(json!({"clientId": "x"})),
        token(json!({"exp": at.as_second() - 1})),
        token(json!({"exp": year_3000})),
    ] {
        assert_eq!(
            reported_lifetime(&deployment, &token, at).await,
            DOCUMENTED,
            "{token}"
        );
    }
}
