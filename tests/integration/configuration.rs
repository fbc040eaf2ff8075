//! Settings: an error names a missing or malformed variable and shows no secret.

use std::collections::HashMap;

use runtime::env::{Environment, Error};
use tests::deployment::{
    BACKEND_ROLE_ARN, CLIENT_ID, PROFILES, WEBHOOK_SECRET_SHA256, WEBHOOK_URL,
};

fn complete() -> HashMap<&'static str, &'static str> {
    HashMap::from([
        ("ALLOW_PERSONAL_OWNER_CLAIM", "false"),
        ("BACKEND_ROLE_ARNS", BACKEND_ROLE_ARN),
        ("CONNECT_PROFILES", PROFILES),
        ("CREDENTIAL_TABLE", "credentials"),
        ("API_LOG_RETENTION_DAYS", "180"),
        ("ERASURE_SECRET_ARN", "arn:of:the:key"),
        ("EVENT_BUS", "arn:of:the:bus"),
        ("EVENT_RETENTION_DAYS", "30"),
        ("EVENT_TABLE", "events"),
        ("FETCHES_PER_MINUTE", "300"),
        ("ITEM_TABLE", "items"),
        ("LIMIT_TABLE", "limits"),
        ("LOG_RETENTION_DAYS", "30"),
        ("METRICS_NAMESPACE", "pluggy-lambda"),
        ("OWNER_CLAIM", "sub"),
        ("PLUGGY_BASE_URL", "https://api.pluggy.ai"),
        ("PLUGGY_CLIENT_ID", CLIENT_ID),
        ("PLUGGY_SECRET_NAME", "pluggy-lambda/test"),
        ("SANDBOX_CONNECTORS", "true"),
        ("DEAD_LETTER_QUEUE_URL", "https://of.the.queue"),
        ("WEBHOOK_SECRET_HEADER", "x-webhook-secret"),
        ("WEBHOOK_SECRET_SHA256", WEBHOOK_SECRET_SHA256),
        ("WEBHOOK_URL", WEBHOOK_URL),
    ])
}

fn environment(variables: HashMap<&'static str, &'static str>) -> Environment {
    Environment::from_lookup(move |name| variables.get(name).map(ToString::to_string))
}

type Read = fn(&Environment) -> Option<Error>;

/// The configuration of each function, and its required variables.
const FUNCTIONS: [(Read, &[&str]); 14] = [
    (
        |environment| connect_token::Config::from_env(environment).err(),
        &[
            "ALLOW_PERSONAL_OWNER_CLAIM",
            "CONNECT_PROFILES",
            "CREDENTIAL_TABLE",
            "ERASURE_SECRET_ARN",
            "ITEM_TABLE",
            "LIMIT_TABLE",
            "METRICS_NAMESPACE",
            "OWNER_CLAIM",
            "PLUGGY_BASE_URL",
            "PLUGGY_CLIENT_ID",
            "PLUGGY_SECRET_NAME",
            "SANDBOX_CONNECTORS",
        ],
    ),
    (
        |environment| webhook::Config::from_env(environment).err(),
        &[
            "EVENT_RETENTION_DAYS",
            "EVENT_TABLE",
            "METRICS_NAMESPACE",
            "PLUGGY_CLIENT_ID",
            "WEBHOOK_SECRET_HEADER",
        ],
    ),
    (
        |environment| item_sync::Config::from_env(environment).err(),
        &[
            "CREDENTIAL_TABLE",
            "ERASURE_SECRET_ARN",
            "ITEM_TABLE",
            "LIMIT_TABLE",
            "METRICS_NAMESPACE",
            "PLUGGY_BASE_URL",
            "PLUGGY_CLIENT_ID",
            "PLUGGY_SECRET_NAME",
        ],
    ),
    (
        |environment| item_status::Config::from_env(environment).err(),
        &["ALLOW_PERSONAL_OWNER_CLAIM", "ITEM_TABLE", "OWNER_CLAIM"],
    ),
    (
        |environment| scheduler::Config::from_env(environment).err(),
        &[
            "EVENT_RETENTION_DAYS",
            "EVENT_TABLE",
            "FETCHES_PER_MINUTE",
            "ITEM_TABLE",
            "LIMIT_TABLE",
            "METRICS_NAMESPACE",
        ],
    ),
    (
        |environment| webhook_registration::Config::from_env(environment).err(),
        &[
            "CREDENTIAL_TABLE",
            "METRICS_NAMESPACE",
            "PLUGGY_BASE_URL",
            "PLUGGY_CLIENT_ID",
            "PLUGGY_SECRET_NAME",
            "WEBHOOK_SECRET_HEADER",
            "WEBHOOK_URL",
        ],
    ),
    (
        |environment| discovery::Config::from_env(environment).err(),
        &[
            "CREDENTIAL_TABLE",
            "EVENT_RETENTION_DAYS",
            "EVENT_TABLE",
            "ITEM_TABLE",
            "LIMIT_TABLE",
            "METRICS_NAMESPACE",
            "PLUGGY_BASE_URL",
            "PLUGGY_CLIENT_ID",
            "PLUGGY_SECRET_NAME",
        ],
    ),
    (
        |environment| disconnect::Config::from_env(environment).err(),
        &[
            "ALLOW_PERSONAL_OWNER_CLAIM",
            "CREDENTIAL_TABLE",
            "EVENT_RETENTION_DAYS",
            "EVENT_TABLE",
            "ITEM_TABLE",
            "LIMIT_TABLE",
            "METRICS_NAMESPACE",
            "OWNER_CLAIM",
            "PLUGGY_BASE_URL",
            "PLUGGY_CLIENT_ID",
            "PLUGGY_SECRET_NAME",
        ],
    ),
    (
        |environment| operator::Config::from_env(environment).err(),
        &[
            "ERASURE_SECRET_ARN",
            "EVENT_RETENTION_DAYS",
            "EVENT_TABLE",
            "ITEM_TABLE",
            "LIMIT_TABLE",
            "PLUGGY_CLIENT_ID",
        ],
    ),
    (
        |environment| connect_events::Config::from_env(environment).err(),
        &[
            "ALLOW_PERSONAL_OWNER_CLAIM",
            "EVENT_TABLE",
            "LIMIT_TABLE",
            "METRICS_NAMESPACE",
            "OWNER_CLAIM",
        ],
    ),
    (
        |environment| publish::Config::from_env(environment).err(),
        &[
            "DEAD_LETTER_QUEUE_URL",
            "ERASURE_SECRET_ARN",
            "EVENT_BUS",
            "EVENT_TABLE",
            "LIMIT_TABLE",
            "METRICS_NAMESPACE",
        ],
    ),
    (
        |environment| publish::republish::Config::from_env(environment).err(),
        &[
            "DEAD_LETTER_QUEUE_URL",
            "ERASURE_SECRET_ARN",
            "EVENT_BUS",
            "EVENT_TABLE",
            "ITEM_TABLE",
            "LIMIT_TABLE",
            "PLUGGY_CLIENT_ID",
        ],
    ),
    (
        |environment| erasure::Config::from_env(environment).err(),
        &[
            "API_LOG_RETENTION_DAYS",
            "CREDENTIAL_TABLE",
            "ERASURE_SECRET_ARN",
            "EVENT_TABLE",
            "ITEM_TABLE",
            "LIMIT_TABLE",
            "LOG_RETENTION_DAYS",
            "PLUGGY_BASE_URL",
            "PLUGGY_CLIENT_ID",
            "PLUGGY_SECRET_NAME",
        ],
    ),
    (
        |environment| inspect::Config::from_env(environment).err(),
        &["EVENT_TABLE", "ITEM_TABLE"],
    ),
];

#[test]
fn a_complete_environment_configures_every_function() {
    for (read, _) in FUNCTIONS {
        assert_eq!(read(&environment(complete())), None);
    }
}

#[test]
fn a_missing_variable_is_named() {
    for (read, required) in FUNCTIONS {
        for name in required {
            let mut variables = complete();
            variables.remove(name);

            let error = read(&environment(variables)).unwrap_or_else(|| panic!("{name}"));

            assert!(
                matches!(error, Error::Missing { name: missing } if missing == *name),
                "{name}: {error}"
            );
        }
    }
}

#[test]
fn a_malformed_variable_is_named_without_its_value() {
    let cases = [
        (0, "ALLOW_PERSONAL_OWNER_CLAIM", "yes"),
        (0, "BACKEND_ROLE_ARNS", "backend-of-the-shop"),
        (0, "CONNECT_PROFILES", "{"),
        (
            0,
            "CONNECT_PROFILES",
            r#"{"default":{"connect":{"theme":"sepia"}}}"#,
        ),
        (0, "PLUGGY_BASE_URL", "http://api.pluggy.ai"),
        (0, "SANDBOX_CONNECTORS", "yes"),
        (1, "EVENT_RETENTION_DAYS", "soon"),
        (1, "PLUGGY_CLIENT_ID", "not-a-uuid"),
        (1, "WEBHOOK_SECRET_HEADER", "two words"),
        (1, "WEBHOOK_SECRET_SHA256", "webhook-secret-for-local-tests"),
        (4, "FETCHES_PER_MINUTE", "many"),
        (5, "WEBHOOK_SECRET_SHA256", "webhook-secret-for-local-tests"),
        (5, "WEBHOOK_URL", "http://hooks.example.com"),
        (8, "EVENT_RETENTION_DAYS", "soon"),
        (11, "PLUGGY_CLIENT_ID", "not-a-uuid"),
        (3, "BACKEND_ROLE_ARNS", "backend-of-the-shop"),
        (7, "BACKEND_ROLE_ARNS", "backend-of-the-shop"),
        (9, "BACKEND_ROLE_ARNS", "backend-of-the-shop"),
    ];
    for (function, name, value) in cases {
        let mut variables = complete();
        variables.insert(name, value);

        let error =
            (FUNCTIONS[function].0)(&environment(variables)).unwrap_or_else(|| panic!("{name}"));

        assert!(
            error.to_string().contains(name) && !error.to_string().contains(value),
            "{error}"
        );
    }
}

#[test]
fn an_error_in_a_profile_is_named_by_its_path() {
    let mut variables = complete();
    variables.insert(
        "CONNECT_PROFILES",
        r#"{"default":{},"mobile":{"token":{"oauthRedirectUri":"http://hunter2.example.com"}}}"#,
    );

    let error = connect_token::Config::from_env(&environment(variables)).unwrap_err();

    assert_eq!(
        error.to_string(),
        "the environment variable CONNECT_PROFILES cannot be used: mobile.token.oauthRedirectUri \
         must be an https URL, without a user and not on localhost, or an app's deep link"
    );
}

#[test]
fn sandbox_connectors_are_never_listed_in_a_deployment_that_does_not_say_so() {
    let mut variables = complete();
    variables.insert("SANDBOX_CONNECTORS", "false");

    let error = connect_token::Config::from_env(&environment(variables)).unwrap_err();

    assert_eq!(
        error.to_string(),
        "the environment variable CONNECT_PROFILES cannot be used: default.connect.includeSandbox \
         must not be true where SANDBOX_CONNECTORS is not"
    );
}

#[test]
fn a_webhook_without_a_digest_is_configured_and_admits_nothing() {
    let mut variables = complete();
    variables.insert("WEBHOOK_SECRET_SHA256", "");

    assert!(
        webhook::Config::from_env(&environment(variables))
            .unwrap()
            .secrets
            .is_empty()
    );
}
