//! The template of the examples fits the function that it deploys.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::env::Environment;
use transactions_rust::Config;

const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/template.yaml");

fn resource(name: &str) -> Value {
    let text = std::fs::read_to_string(TEMPLATE).unwrap();
    let template: Value = serde_saphyr::from_str(&text).unwrap();
    template["Resources"][name]["Properties"].clone()
}

#[test]
fn the_function_has_every_variable_that_it_asks_for_and_no_other() {
    let function = resource("TransactionsRustFunction");
    let names: BTreeSet<String> = function["Environment"]["Variables"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();

    let value = |name: &str| match name {
        "PLUGGY_BASE_URL" => "https://api.pluggy.ai",
        "PLUGGY_CLIENT_ID" => "11111111-0000-4000-8000-000000000003",
        _ => "name",
    };
    let config = |names: BTreeSet<String>| {
        let lookup = move |name: &str| names.contains(name).then(|| value(name).to_owned());
        Config::from_env(&Environment::from_lookup(lookup))
    };

    assert!(config(names.clone()).is_ok());
    for name in &names {
        let mut others = names.clone();
        others.remove(name);
        let error = config(others).unwrap_err().to_string();
        assert_eq!(error, format!("the environment variable {name} is not set"));
    }
}
