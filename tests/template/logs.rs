//! The log groups: each function has its own, with a retention time and an alarm on failures.

use serde_json::json;

use crate::functions::{self, sibling};
use crate::template::Template;

/// The filter patterns of failures: our own error lines, and the platform events that Lambda reports at `WARN`. Source:
/// <https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html#Status>
const FAILURES: [&str; 4] = [
    r#"$.level = "ERROR""#,
    r#"$.record.status = "error""#,
    r#"$.record.status = "failure""#,
    r#"$.record.status = "timeout""#,
];

#[test]
fn every_function_logs_as_json_into_a_group_of_its_own() {
    let template = Template::load();

    for function in functions::ALL {
        let logging = &template.properties(function)["LoggingConfig"];

        assert_eq!(logging["LogFormat"], "JSON", "{function}");
        assert_eq!(
            logging["LogGroup"],
            json!({ "Ref": sibling(function, "LogGroup") }),
            "{function}"
        );
    }
}

#[test]
fn lambda_logs_only_the_configured_lines_of_successful_invocations() {
    let template = Template::load();

    assert_eq!(
        template.default_of("SystemLogLevel").as_deref(),
        Some("WARN")
    );
    for function in functions::ALL {
        let logging = &template.properties(function)["LoggingConfig"];

        assert_eq!(
            logging["SystemLogLevel"],
            json!({ "Ref": "SystemLogLevel" }),
            "{function}"
        );
    }
}

#[test]
fn every_log_is_kept_for_the_given_time() {
    let template = Template::load();

    let groups = template.resources("AWS::Logs::LogGroup");

    assert_eq!(
        groups.len(),
        functions::ALL.len() + 1,
        "one for each function and one for the API"
    );
    for (name, group) in groups {
        let days = if name == "HttpApiLogGroup" {
            "ApiLogRetentionDays"
        } else {
            "LogRetentionDays"
        };
        assert_eq!(
            group["Properties"]["RetentionInDays"],
            json!({ "Ref": days }),
            "{name}"
        );
    }
}

/// Guards the six months of the Marco Civil da Internet, article 15.
#[test]
fn the_access_log_is_kept_for_six_months() {
    let template = Template::load();

    assert_eq!(
        template.default_of("ApiLogRetentionDays").as_deref(),
        Some("180")
    );
}

#[test]
fn a_failure_of_any_function_raises_the_alarm() {
    let template = Template::load();
    let alarm = template.properties("FailuresAlarm");

    for function in functions::ALL {
        let filter = template.properties(&sibling(function, "FailureLines"));
        let metric = &filter["MetricTransformations"][0];

        assert_eq!(
            filter["LogGroupName"],
            json!({ "Ref": sibling(function, "LogGroup") }),
            "{function}"
        );
        let pattern = filter["FilterPattern"].as_str().unwrap();
        for term in FAILURES {
            assert!(pattern.contains(term), "{function}: {term}");
        }
        assert_eq!(metric["MetricName"], alarm["MetricName"], "{function}");
        assert_eq!(metric["MetricNamespace"], alarm["Namespace"], "{function}");
    }
}
