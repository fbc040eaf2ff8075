//! The functions of the stack.

use std::collections::BTreeSet;

use crate::template::Template;

/// Logical id in the template.
pub(crate) const CONNECT_EVENTS: &str = "ConnectEventsFunction";
pub(crate) const CONNECT_TOKEN: &str = "ConnectTokenFunction";
pub(crate) const DISCONNECT: &str = "DisconnectFunction";
pub(crate) const ITEM_STATUS: &str = "ItemStatusFunction";
pub(crate) const ITEM_SYNC: &str = "ItemSyncFunction";
pub(crate) const DISCOVERY: &str = "DiscoveryFunction";
pub(crate) const OPERATOR: &str = "OperatorFunction";
pub(crate) const PUBLISH: &str = "PublishFunction";
pub(crate) const REPUBLISH: &str = "RepublishFunction";
pub(crate) const SCHEDULER: &str = "SchedulerFunction";
pub(crate) const WEBHOOK_REGISTRATION: &str = "WebhookRegistrationFunction";
pub(crate) const WEBHOOK: &str = "WebhookFunction";

pub(crate) const ALL: [&str; 12] = [
    CONNECT_EVENTS,
    CONNECT_TOKEN,
    DISCONNECT,
    ITEM_STATUS,
    ITEM_SYNC,
    DISCOVERY,
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

#[test]
fn every_function_runs_its_bootstrap_on_the_chosen_processor() {
    let template = Template::load();

    for function in ALL {
        let properties = template.properties(function);

        assert_eq!(properties["Runtime"], "provided.al2023", "{function}");
        assert_eq!(properties["Handler"], "bootstrap", "{function}");
        assert_eq!(
            properties["Architectures"],
            serde_json::json!([{ "Ref": "Architecture" }]),
            "{function}"
        );
    }
}
