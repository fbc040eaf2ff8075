//! Pluggy can reach the webhook, and nothing else is open to the world.

use serde_json::{Value, json};

use crate::functions::WEBHOOK;
use crate::template::Template;

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

/// Since October 2025 a public function URL needs the second one too.
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
            &json!({ "Action": "lambda:InvokeFunction", "FunctionName": { "Ref": WEBHOOK }, "Principal": "*",
                "InvokedViaFunctionUrl": true }),
            &json!({ "Action": "lambda:InvokeFunctionUrl", "FunctionName": { "Ref": WEBHOOK }, "Principal": "*",
                "FunctionUrlAuthType": "NONE" }),
        ]
    );
}

#[test]
fn an_answer_is_in_time_for_pluggy() {
    let template = Template::load();

    // Pluggy waits for 5 s, by the strictest of what it says.
    assert!(template.properties(WEBHOOK)["Timeout"].as_u64().unwrap() <= 5);
}
