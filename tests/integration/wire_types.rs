//! Pluggy's types. Documented bodies round-trip. No body makes a type panic or lose a field that it knows.

use pluggy::{
    AuthRequest, AuthResponse, ConnectError, ConnectEvent, ConnectSuccess, ConnectTokenOptions,
    ConnectTokenRequest, ConnectTokenResponse, Connector, Consent, CreateWebhookRequest, ErrorBody,
    Event, EventKind, Item, LegacyConnectEvent, Webhook,
};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use tests::sample;

/// Returns the value without nulls, which mean the same as absence. Lists keep theirs.
pub(crate) fn without_nulls(mut value: Value) -> Value {
    remove_nulls(&mut value);
    value
}

fn remove_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(remove_nulls);
        }
        Value::Array(values) => values.iter_mut().for_each(remove_nulls),
        _ => {}
    }
}

/// Returns the value with times in our notation. RFC 3339 allows several notations of a moment, and ours has no
/// trailing zeros.
pub(crate) fn with_our_times(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, with_our_times(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(values) => values
            .into_iter()
            .map(with_our_times)
            .collect::<Vec<_>>()
            .into(),
        Value::String(text) => text
            .parse::<jiff::Timestamp>()
            .map_or(Value::String(text), |time| time.to_string().into()),
        other => other,
    }
}

fn check_round_trip<T: DeserializeOwned + Serialize>(body: Value) {
    let typed: T =
        serde_json::from_value(body.clone()).unwrap_or_else(|error| panic!("{error}: {body}"));

    let again = serde_json::to_value(typed).unwrap();

    assert_eq!(without_nulls(again), with_our_times(without_nulls(body)));
}

fn item() -> Value {
    json!({
        "id": "e062ab2b-0000-4000-8000-defabba53647",
        "connector": {
            "id": 601, "name": "Itaú", "primaryColor": "EC7000", "institutionUrl": "https://example.com",
            "country": "BR", "type": "PERSONAL_BANK", "credentials": [], "imageUrl": "https://cdn.pluggy.ai/x.svg",
            "hasMFA": false, "oauth": true, "health": {"status": "ONLINE", "stage": null},
            "products": ["ACCOUNTS", "TRANSACTIONS"], "isSandbox": false, "isOpenFinance": true,
            "createdAt": "2023-09-12T16:44:13.900Z", "updatedAt": "2024-11-26T13:33:44.296Z",
        },
        "createdAt": "2026-09-19T13:10:31.212Z", "updatedAt": "2026-09-19T13:11:23.613Z",
        "lastUpdatedAt": "2026-09-19T13:11:23.595Z", "status": "UPDATED", "executionStatus": "PARTIAL_SUCCESS",
        "error": null, "parameter": null, "userAction": null, "webhookUrl": null, "clientUserId": "usr_01J9X",
        "oauthRedirectUri": null, "consecutiveFailedLoginAttempts": 0, "nextAutoSyncAt": "2026-09-20T13:11:00.000Z",
        "consentExpiresAt": null, "resourcesCollectedAt": "2026-09-19T13:11:10.000Z",
        "hasResourcesPendingAuthorization": false, "products": ["ACCOUNTS", "TRANSACTIONS"],
        "statusDetail": {
            "accounts": {"isUpdated": true, "lastUpdatedAt": "2026-09-19T13:11:20.000Z", "warnings": [
                {"code": "001", "message": "...", "providerMessage": "..."},
            ]},
            "transactions": {"isUpdated": false, "lastUpdatedAt": null},
        },
    })
}

#[test]
fn the_documented_item_round_trips() {
    check_round_trip::<Item>(item());
}

#[test]
fn every_documented_event_round_trips() {
    for name in [
        "item-created",
        "item-updated",
        "item-error-invalid-credentials",
        "item-error-user-input-timeout",
        "item-error-user-authorization-pending",
        "item-waiting-user-input",
        "item-deleted",
        "connector-status-updated",
        "transactions-created",
        "transactions-updated",
        "payment-request-updated",
        "smart-transfer-payment-error",
    ] {
        let request = sample::json(&format!("webhook/{name}.json"));
        let mut body: Value = serde_json::from_str(request["body"].as_str().unwrap()).unwrap();
        let event = Event::parse(body.to_string().as_bytes()).unwrap();
        // A number where a string is usual is read as its text.
        if let Some(id) = body.get_mut("connectorId") {
            *id = id.to_string().into();
        }

        assert_eq!(
            serde_json::to_value(event).unwrap(),
            without_nulls(body),
            "{name}"
        );
    }
}

#[test]
fn the_documented_webhook_is_read() {
    let webhook: Webhook = serde_json::from_value(json!({
        "id": "2f1e0d9c-0000-4000-8000-000000000020", "url": "https://hooks.example.com/pluggy", "event": "all",
        "headers": {"X-Webhook-Secret": "..."}, "disabledAt": null,
        "createdAt": "2026-11-01T12:00:00.000Z", "updatedAt": "2026-11-01T12:00:00.000Z",
    }))
    .unwrap();

    assert_eq!(webhook.headers.unwrap()["X-Webhook-Secret"], "...");
    assert!(webhook.created_at.is_some());
}

#[test]
fn the_bodies_that_we_send_are_the_documented_ones() {
    let secret = "pluggy_sk_example".into();
    let client_id = "11111111-0000-4000-8000-000000000003".parse().unwrap();
    let auth = AuthRequest {
        client_id,
        client_secret: &secret,
    };
    assert_eq!(
        serde_json::to_value(auth).unwrap(),
        json!({"clientId": "11111111-0000-4000-8000-000000000003", "clientSecret": "pluggy_sk_example"}),
    );

    let connect_token = ConnectTokenRequest {
        item_id: Some("5b0f6c5e-1c1e-4c2b-9d4e-6a1b2c3d4e5f".parse().unwrap()),
        options: ConnectTokenOptions {
            client_user_id: Some("usr_01J9X".parse().unwrap()),
            oauth_redirect_uri: Some("https://app.example.com/oauth".to_owned()),
            avoid_duplicates: Some(true),
            products: None,
        },
    };
    assert_eq!(
        serde_json::to_value(connect_token).unwrap(),
        json!({
            "itemId": "5b0f6c5e-1c1e-4c2b-9d4e-6a1b2c3d4e5f",
            "options": {
                "clientUserId": "usr_01J9X", "oauthRedirectUri": "https://app.example.com/oauth",
                "avoidDuplicates": true,
            },
        }),
    );

    let headers = [("X-Webhook-Secret".to_owned(), "...".to_owned())].into();
    let url = "https://hooks.example.com/pluggy";
    let webhook = CreateWebhookRequest {
        url,
        event: EventKind::All,
        headers: &headers,
    };
    assert_eq!(
        serde_json::to_value(webhook).unwrap(),
        json!({"url": url, "event": "all", "headers": {"X-Webhook-Secret": "..."}}),
    );
}

#[test]
fn the_documented_keys_and_tokens_are_read_and_not_shown() {
    let key: AuthResponse = serde_json::from_value(json!({"apiKey": "eyJ..."})).unwrap();
    let token: ConnectTokenResponse =
        serde_json::from_value(json!({"accessToken": "eyJ..."})).unwrap();

    assert_eq!(
        (key.api_key.expose(), token.access_token.expose()),
        ("eyJ...", "eyJ...")
    );
    assert!(!format!("{key:?} {token:?}").contains("eyJ"));
}

#[test]
fn the_documented_errors_are_read_whatever_fields_they_have() {
    let parse = |body: Value| ErrorBody::parse(body.to_string().as_bytes());

    let refused = parse(json!({"code": 403, "message": "Missing or invalid authorization token"}));
    assert_eq!((refused.code, refused.code_description), (Some(403), None));
    let invalid = parse(json!({
        "code": 400, "codeDescription": "CONNECTOR_VALIDATION_ERROR", "errorId": "e",
        "details": [{"code": "001", "message": "m", "parameter": "user"}],
    }));
    assert_eq!(
        invalid.details.unwrap()[0].parameter.as_deref(),
        Some("user")
    );
    let existing = parse(json!({"codeDescription": "ITEM_USER_ALREADY_EXISTS", "items": ["i"]}));
    assert_eq!(existing.items.unwrap(), ["i"]);
    let frequent = parse(json!({
        "code": 409, "codeDescription": "CLIENT_IS_UPDATING_BEFORE_ALLOWED_FREQUENCY",
        "data": {"minUpdateFrequencyAllowedInHours": 24},
    }));
    assert_eq!(
        frequent.data.unwrap()["minUpdateFrequencyAllowedInHours"],
        24
    );
    for nothing in ["", "<html>", "null", "[]", r#"{"code":"x"}"#] {
        assert_eq!(
            ErrorBody::parse(nothing.as_bytes()).code_description,
            None,
            "{nothing}"
        );
    }
}

#[test]
fn every_widget_event_round_trips() {
    check_round_trip::<ConnectSuccess>(json!({"item": item()}));
    check_round_trip::<ConnectError>(json!({"message": "m", "data": {"item": item()}}));
    check_round_trip::<ConnectError>(json!({"message": "m"}));
    check_round_trip::<LegacyConnectEvent>(
        json!(["SUBMITTED_LOGIN", {"timestamp": 1_795_435_200_000_i64}]),
    );
    for (event, more) in [
        ("SUBMITTED_CONSENT", json!({})),
        (
            "SELECTED_INSTITUTION",
            json!({"connector": {"id": 201, "name": "Banco"}}),
        ),
        ("SELECTED_INSTITUTION", json!({"connector": null})),
        ("SUBMITTED_LOGIN", json!({})),
        ("SUBMITTED_MFA", json!({})),
        ("LOGIN_SUCCESS", json!({"item": item()})),
        ("LOGIN_MFA_SUCCESS", json!({"item": item()})),
        ("LOGIN_STEP_COMPLETED", json!({"item": item()})),
        ("ITEM_RESPONSE", json!({"item": item()})),
        ("OF_THE_FUTURE", json!({})),
    ] {
        let mut body = json!({"event": event, "timestamp": 1_795_435_200_000.5});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());

        check_round_trip::<ConnectEvent>(body);
    }
}

#[test]
fn the_older_pair_means_the_same_as_the_object() {
    let pair: LegacyConnectEvent =
        serde_json::from_value(json!(["SUBMITTED_MFA", {"timestamp": 7}])).unwrap();
    let object: ConnectEvent =
        serde_json::from_value(json!({"event": "SUBMITTED_MFA", "timestamp": 7})).unwrap();

    assert_eq!(ConnectEvent::from(pair), object);
}

/// Returns any JSON, a few levels deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(".{0,8}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Returns names that an event may have, and others.
fn event_field() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "event",
            "eventId",
            "id",
            "clientId",
            "clientUserId",
            "triggeredBy",
            "itemId",
            "error",
            "connectorId",
            "data",
            "status",
            "accountId",
            "transactionIds",
            "transactionsCount",
            "createdTransactionsLinkV2",
            "paymentRequestId",
            "scheduledPaymentId",
            "schedulePaymentId",
            "boletoId",
        ])
        .prop_map(str::to_owned),
        ".{0,8}",
    ]
}

proptest! {
    #[test]
    fn any_bytes_are_an_event_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Event::parse(&bytes);
        let _ = ErrorBody::parse(&bytes);
    }

    #[test]
    fn any_json_is_an_instance_or_an_error(value in any_json()) {
        let _ = serde_json::from_value::<Item>(value.clone());
        let _ = serde_json::from_value::<Connector>(value.clone());
        let _ = serde_json::from_value::<Consent>(value.clone());
        let _ = serde_json::from_value::<Webhook>(value.clone());
        let _ = serde_json::from_value::<ConnectEvent>(value.clone());
        let _ = serde_json::from_value::<LegacyConnectEvent>(value);
    }

    #[test]
    fn an_object_with_an_event_name_is_always_an_event(
        name in ".{1,20}",
        fields in prop::collection::hash_map(event_field(), any_json(), 0..8),
    ) {
        let mut body: Map<String, Value> = fields.into_iter().collect();
        body.insert("event".to_owned(), name.clone().into());

        let event = Event::parse(Value::Object(body.clone()).to_string().as_bytes());

        let event = event.ok_or_else(|| TestCaseError::fail(format!("{body:?}")))?;
        prop_assert_eq!(event.kind.as_str(), name);
        for (field, known) in [
            ("eventId", &event.event_id),
            ("itemId", &event.item_id),
            ("clientId", &event.client_id),
            ("clientUserId", &event.client_user_id),
            ("paymentRequestId", &event.payment_request_id),
        ] {
            if let Some(Value::String(text)) = body.get(field) {
                prop_assert_eq!(known.as_ref(), Some(text), "{}", field);
            }
        }
        let _ = (event.payload(), event.subject());
    }

    #[test]
    fn unknown_fields_change_no_known_field(
        future in prop::collection::hash_map("x[a-z]{0,8}", any_json(), 0..6),
        status in "[A-Z_]{1,20}",
    ) {
        let mut body = item();
        body["status"] = status.into();
        let expected: Item = serde_json::from_value(body.clone()).unwrap();
        body.as_object_mut().unwrap().extend(future);

        prop_assert_eq!(serde_json::from_value::<Item>(body).unwrap(), expected);
    }
}
