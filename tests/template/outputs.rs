//! The outputs: an operator finds each function, each queue and each log group without searching.

use serde_json::json;

use crate::template::Template;

#[test]
fn every_function_queue_and_log_group_is_an_output() {
    let template = Template::load();

    for (kind, suffix) in [
        ("AWS::Lambda::Function", "Arn"),
        ("AWS::SQS::Queue", "Url"),
        ("AWS::Logs::LogGroup", "Name"),
    ] {
        let resources = template.resources(kind);
        assert!(!resources.is_empty(), "{kind}");
        for (id, resource) in resources {
            let output = template.output(&format!("{id}{suffix}"));
            let value = match suffix {
                "Arn" => json!({ "Fn::GetAtt": [id, "Arn"] }),
                _ => json!({ "Ref": id }),
            };

            assert_eq!(output["Value"], value, "{id}{suffix}");
            // An output of a resource that is left out would fail the deployment.
            assert_eq!(output["Condition"], resource["Condition"], "{id}{suffix}");
            assert!(output["Description"].is_string(), "{id}{suffix}");
        }
    }
}
