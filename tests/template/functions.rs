//! The functions of the stack.

use std::collections::BTreeSet;

use serde_json::json;

use crate::artifacts;
use crate::template::{Template, contains_string};

/// Logical id in the template.
pub(crate) const CONNECT_EVENTS: &str = "ConnectEventsFunction";
pub(crate) const CONNECT_TOKEN: &str = "ConnectTokenFunction";
pub(crate) const DISCONNECT: &str = "DisconnectFunction";
pub(crate) const ITEM_STATUS: &str = "ItemStatusFunction";
pub(crate) const ITEM_SYNC: &str = "ItemSyncFunction";
pub(crate) const DISCOVERY: &str = "DiscoveryFunction";
pub(crate) const ERASURE: &str = "ErasureFunction";
pub(crate) const INSPECT: &str = "InspectFunction";
pub(crate) const OPERATOR: &str = "OperatorFunction";
pub(crate) const PUBLISH: &str = "PublishFunction";
pub(crate) const REPUBLISH: &str = "RepublishFunction";
pub(crate) const SCHEDULER: &str = "SchedulerFunction";
pub(crate) const WEBHOOK_REGISTRATION: &str = "WebhookRegistrationFunction";
pub(crate) const WEBHOOK: &str = "WebhookFunction";

pub(crate) const ALL: [&str; 14] = [
    CONNECT_EVENTS,
    CONNECT_TOKEN,
    DISCONNECT,
    ITEM_STATUS,
    ITEM_SYNC,
    DISCOVERY,
    ERASURE,
    INSPECT,
    OPERATOR,
    PUBLISH,
    REPUBLISH,
    SCHEDULER,
    WEBHOOK_REGISTRATION,
    WEBHOOK,
];

/// Returns the logical id of a resource that belongs to a function, such as its `Role`.
pub(crate) fn sibling(function: &str, suffix: &str) -> String {
    format!("{}{suffix}", function.strip_suffix("Function").unwrap())
}

#[test]
fn the_template_has_the_functions_that_are_tested() {
    let template = Template::load();

    let in_template: BTreeSet<_> = template
        .resources("AWS::Lambda::Function")
        .into_iter()
        .map(|(id, _)| id)
        .collect();

    assert_eq!(in_template, BTreeSet::from(ALL));
}

/// Guards that neither an attack on the webhook nor a backlog can take the account's whole concurrency, once the
/// account may reserve.
#[test]
fn the_webhook_and_item_sync_have_a_limit_of_their_own_where_the_deployment_sets_one() {
    let template = Template::load();

    for (function, condition, parameter) in [
        (
            WEBHOOK,
            "ReservesWebhookConcurrency",
            "WebhookReservedConcurrency",
        ),
        (
            ITEM_SYNC,
            "ReservesItemSyncConcurrency",
            "ItemSyncReservedConcurrency",
        ),
    ] {
        assert_eq!(
            template.properties(function)["ReservedConcurrentExecutions"],
            json!({ "Fn::If": [condition, { "Ref": parameter }, { "Ref": "AWS::NoValue" }] }),
            "{function}"
        );
        assert_eq!(
            template.condition(condition),
            &json!({ "Fn::Not": [{ "Fn::Equals": [{ "Ref": parameter }, 0] }] })
        );
        // A new account cannot reserve.
        assert_eq!(template.default_of(parameter).as_deref(), Some("0"));
    }
}

#[test]
fn every_function_runs_its_bootstrap_on_the_chosen_processor() {
    let template = Template::load();

    for function in ALL {
        let properties = template.properties(function);

        assert_eq!(properties["Runtime"], "provided.al2023", "{function}");
        assert_eq!(properties["Handler"], "bootstrap", "{function}");
        assert_eq!(
            properties["Architectures"],
            json!([{ "Ref": "Architecture" }]),
            "{function}"
        );
    }
}

/// Guards the recipes of a fixed address and of a gradual deployment: a function that a recipe forgets calls Pluggy from another
/// address, or changes for all users at once.
#[test]
fn the_recipes_name_every_function_that_they_are_for() {
    let template = Template::load();
    let guide = String::from_utf8(artifacts::read("docs/guides/recipes.md")).unwrap();
    let text = guide.split_whitespace().collect::<Vec<_>>().join(" ");
    let recipes: Vec<BTreeSet<String>> = text
        .split("Add this to the functions ")
        .skip(1)
        .map(|rest| {
            let end = rest.find([':', '.']).unwrap();
            let names = rest[..end].split(", and to their roles").next().unwrap();
            let names = names
                .split([',', ' '])
                .filter(|name| !["", "and"].contains(name));
            names.map(|name| format!("{name}Function")).collect()
        })
        .collect();
    let functions = template.resources("AWS::Lambda::Function");
    let calls_pluggy = functions
        .iter()
        .filter(|(_, function)| {
            !function["Properties"]["Environment"]["Variables"]["PLUGGY_BASE_URL"].is_null()
        })
        .map(|(id, _)| (*id).to_owned())
        .collect();
    let body = &template.properties("HttpApi")["Body"];
    let serves_the_api = ALL
        .iter()
        .filter(|id| contains_string(body, &|text| text.contains(&format!("${{{id}.Arn}}"))))
        .map(ToString::to_string)
        .collect();

    assert_eq!(recipes, [calls_pluggy, serves_the_api]);
}
