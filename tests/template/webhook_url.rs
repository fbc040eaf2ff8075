//! The webhook's public URL: it is the only one, and it is stable.

use serde_json::{Value, json};

use crate::functions::WEBHOOK;
use crate::template::Template;

const ALIAS: &str = "WebhookAlias";

#[test]
fn the_webhook_has_the_only_public_url() {
    let template = Template::load();

    let [(_, url)] = template.resources("AWS::Lambda::Url")[..] else {
        panic!("one function URL")
    };

    assert_eq!(
        url["Properties"]["TargetFunctionArn"],
        json!({ "Ref": WEBHOOK })
    );
    assert_eq!(url["Properties"]["AuthType"], "NONE");
    assert_eq!(url["Properties"]["Cors"], Value::Null);
}

/// Guards the URL's qualifier. `CloudFormation` replaces a URL, and with it its address, when the qualifier changes.
#[test]
fn the_url_belongs_to_an_alias_from_the_first_deployment_on() {
    let template = Template::load();

    let alias = template.properties(ALIAS);
    let url = template.resource("WebhookFunctionUrl");

    assert_eq!(url["Properties"]["Qualifier"], alias["Name"]);
    assert_eq!(url["DependsOn"], ALIAS);
    assert_eq!(alias["FunctionName"], json!({ "Ref": WEBHOOK }));
}

/// Guards that the alias serves the latest code. A version would have to be published for each changed parameter. SAM
/// does not do that, so a revoked secret would remain accepted.
#[test]
fn the_alias_serves_the_latest_deployment() {
    let template = Template::load();

    assert_eq!(template.properties(ALIAS)["FunctionVersion"], "$LATEST");
    assert_eq!(template.properties(ALIAS)["RoutingConfig"], Value::Null);
    assert!(template.resources("AWS::Lambda::Version").is_empty());
}

/// Guards both permissions. Since October 2025 a public function URL needs the second one too.
#[test]
fn everybody_may_call_the_url_and_nobody_the_function() {
    let template = Template::load();

    let permissions = template.resources("AWS::Lambda::Permission").into_iter();
    let mut public: Vec<_> = permissions
        .map(|(_, permission)| &permission["Properties"])
        .filter(|permission| permission["Principal"] == "*")
        .collect();
    public.sort_by_key(|permission| permission["Action"].as_str().unwrap());

    assert_eq!(
        public,
        [
            &json!({ "Action": "lambda:InvokeFunction", "FunctionName": { "Ref": ALIAS }, "Principal": "*",
                "InvokedViaFunctionUrl": true }),
            &json!({ "Action": "lambda:InvokeFunctionUrl", "FunctionName": { "Ref": ALIAS }, "Principal": "*",
                "FunctionUrlAuthType": "NONE" }),
        ]
    );
}

#[test]
fn an_answer_is_in_time_for_pluggy() {
    let template = Template::load();

    // Pluggy waits for 5 s, by the strictest of its documented limits.
    assert!(template.properties(WEBHOOK)["Timeout"].as_u64().unwrap() <= 5);
}
