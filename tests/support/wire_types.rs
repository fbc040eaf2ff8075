//! The wire format of the compiled types in `pluggy`, for the comparison with Pluggy's own sources.

use std::collections::{BTreeMap, BTreeSet};

use pluggy::{
    Account, AccountSubtype, AccountType, AuthRequest, AuthResponse, BankData, ConnectError,
    ConnectEvent, ConnectEventKind, ConnectEventMetadata, ConnectOptions, ConnectSuccess,
    ConnectTokenOptions, ConnectTokenRequest, ConnectTokenResponse, Connector, ConnectorCredential,
    ConnectorHealth, ConnectorType, Consent, CountryCode, CreateWebhookRequest, CredentialOption,
    CredentialType, CreditData, Deleted, ErrorBody, ErrorDetail, Event, EventData, EventError,
    EventKind, ExecutionStatus, HealthDetails, HealthStage, HealthStatus, Incident, IncidentKind,
    IncidentProduct, IncidentSeverity, IncidentState, IncidentType, Item, ItemError, ItemStatus,
    OBSERVED, Observed, Page, Parameters, Permission, ProductStatus, ProductType, Since, Theme,
    Transaction, TransactionFilter, TransactionStatus, TransactionType, TriggeredBy,
    UpdateItemRequest, UpdateWebhookRequest, UserAction, UserActionType, Warning, Webhook,
    WidgetLanguage,
};
use secrecy::SecretString;
use serde_aux::serde_introspection::serde_introspect;
use serde_json::{Value, json};

const ID: &str = "9a7b6c5d-0000-4000-8000-000000000001";
const URL: &str = "https://hooks.example.com/pluggy";

/// Returns the fields of each received type, as serde names them.
pub fn received() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    macro_rules! fields {
        ($($name:ident $(<$parameter:ty>)?),+ $(,)?) => {
            [$((
                stringify!($name),
                serde_introspect::<$name $(<$parameter>)?>().iter().copied().collect(),
            )),+].into()
        };
    }
    fields![
        Account,
        AuthResponse,
        BankData,
        ConnectError,
        ConnectEvent,
        ConnectEventMetadata,
        ConnectSuccess,
        ConnectTokenResponse,
        Connector,
        ConnectorCredential,
        ConnectorHealth,
        Consent,
        CreditData,
        CredentialOption,
        Deleted,
        ErrorBody,
        ErrorDetail,
        Event,
        EventData,
        EventError,
        HealthDetails,
        Incident,
        Item,
        ItemError,
        Page<Value>,
        ProductStatus,
        Transaction,
        UserAction,
        Warning,
        Webhook,
    ]
}

/// Returns a body of each sent type, with every field set. A new field of a type must be added here too.
pub fn sent() -> BTreeMap<&'static str, Value> {
    let client_secret = SecretString::from("client-secret");
    let headers = BTreeMap::from([("x-webhook-secret".to_owned(), "secret".to_owned())]);
    let parameters = BTreeMap::from([("token".to_owned(), SecretString::from("123456"))]);
    let options = token_options();
    BTreeMap::from([
        (
            "AuthRequest",
            json!(AuthRequest {
                client_id: ID.parse().unwrap(),
                client_secret: &client_secret,
            }),
        ),
        ("ConnectOptions", json!(connect_options())),
        ("ConnectTokenOptions", json!(options)),
        (
            "ConnectTokenRequest",
            json!(ConnectTokenRequest {
                item_id: Some(ID.parse().unwrap()),
                options,
            }),
        ),
        (
            "CreateWebhookRequest",
            json!(CreateWebhookRequest {
                url: URL,
                event: EventKind::All,
                headers: &headers,
            }),
        ),
        ("TransactionFilter", transaction_filters()),
        (
            "UpdateItemRequest",
            json!(UpdateItemRequest {
                client_user_id: Some("usr_01J9X".to_owned()),
                products: Some(vec![ProductType::Accounts]),
                parameters: Some(Parameters(parameters)),
            }),
        ),
        (
            "UpdateWebhookRequest",
            json!(UpdateWebhookRequest {
                url: Some(URL),
                event: Some(EventKind::All),
                headers: Some(&headers),
                enabled: Some(true),
            }),
        ),
    ])
}

/// Returns the known values of each open enum.
pub fn known_values() -> BTreeMap<&'static str, BTreeSet<String>> {
    macro_rules! values {
        ($($name:ident),+ $(,)?) => {
            [$((
                stringify!($name),
                $name::KNOWN.iter().map(ToString::to_string).collect(),
            )),+].into()
        };
    }
    values![
        AccountSubtype,
        AccountType,
        ConnectEventKind,
        ConnectorType,
        CountryCode,
        CredentialType,
        EventKind,
        ExecutionStatus,
        HealthStage,
        HealthStatus,
        IncidentKind,
        IncidentProduct,
        IncidentSeverity,
        IncidentState,
        IncidentType,
        ItemStatus,
        Permission,
        ProductType,
        Theme,
        TransactionStatus,
        TransactionType,
        TriggeredBy,
        UserActionType,
        WidgetLanguage,
    ]
}

/// Returns the fields and values of each type that were only observed, with their sources.
pub fn observed() -> BTreeMap<&'static str, BTreeMap<&'static str, &'static str>> {
    let mut observed: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for Observed { of, part, source } in OBSERVED {
        observed.entry(of).or_default().insert(part, source);
    }
    observed
}

fn token_options() -> ConnectTokenOptions {
    ConnectTokenOptions {
        client_user_id: Some("usr_01J9X".parse().unwrap()),
        oauth_redirect_uri: Some("https://app.example.com/oauth".to_owned()),
        avoid_duplicates: Some(true),
        products: Some(vec![ProductType::Accounts]),
    }
}

/// Returns both filters. Together they have every field.
fn transaction_filters() -> Value {
    let filter = TransactionFilter {
        ids: vec![ID.parse().unwrap()],
        since: Some(Since::Date("2026-11-01".parse().unwrap())),
        date_to: Some("2026-11-23".parse().unwrap()),
    };
    let moment = "2026-11-23T12:00:00Z".parse().unwrap();
    let other = TransactionFilter::created_at_from(moment);
    filter.query().into_iter().chain(other.query()).collect()
}

fn connect_options() -> ConnectOptions {
    ConnectOptions {
        include_sandbox: Some(true),
        allow_connect_in_background: Some(true),
        allow_fullscreen: Some(true),
        update_item: Some(ID.parse().unwrap()),
        selected_connector_id: Some(2),
        connector_types: Some(vec![ConnectorType::PersonalBank]),
        connector_ids: Some(vec![2]),
        countries: Some(vec![CountryCode::Brazil]),
        products: Some(vec![ProductType::Accounts]),
        language: Some(WidgetLanguage::Portuguese),
        theme: Some(Theme::Light),
        force_oauth_in_browser: Some(true),
        force_ask_for_credentials: Some(true),
        connector_sort_alphabetically: Some(true),
        move_security_data: Some("{}".to_owned()),
        wide_desktop_modal: Some(true),
        url: Some("https://connect.pluggy.ai".to_owned()),
    }
}
