//! Each function has a log group of its own that forgets in time and raises an alarm on a failure.

use serde_json::json;

use crate::functions::{self, ITEM_SYNC, sibling};
use crate::template::Template;

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
fn every_log_is_kept_for_the_given_time() {
    let template = Template::load();

    let groups = template.resources("AWS::Logs::LogGroup");

    assert_eq!(
        groups.len(),
        functions::ALL.len() + 1,
        "one for each function and one for the API"
    );
    for (name, group) in groups {
        assert_eq!(
            group["Properties"]["RetentionInDays"],
            json!({ "Ref": "LogRetentionDays" }),
            "{name}"
        );
    }
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
        assert!(
            filter["FilterPattern"]
                .as_str()
                .unwrap()
                .contains(r#"$.level = "ERROR""#),
            "{function}"
        );
        assert_eq!(metric["MetricName"], alarm["MetricName"], "{function}");
        assert_eq!(metric["MetricNamespace"], alarm["Namespace"], "{function}");
    }
}

#[test]
fn many_items_that_pluggy_does_not_have_raise_an_alarm() {
    let template = Template::load();
    let filter = template.properties("ItemSyncMissingLines");
    let metric = &filter["MetricTransformations"][0];
    let alarm = template.properties("ItemsMissingAlarm");

    assert_eq!(
        filter["LogGroupName"],
        json!({ "Ref": sibling(ITEM_SYNC, "LogGroup") })
    );
    assert_eq!(
        filter["FilterPattern"],
        r#"{ ($.fields.message = "item synced") && ($.fields.outcome = "missing") }"#
    );
    assert_eq!(metric["MetricValue"], "1");
    assert_eq!(metric["MetricName"], alarm["MetricName"]);
    assert_eq!(metric["MetricNamespace"], alarm["Namespace"]);
    assert_eq!(
        [&alarm["Statistic"], &alarm["Period"], &alarm["Threshold"]],
        [&json!("Sum"), &json!(900), &json!(5)]
    );
}

#[test]
fn every_alarm_notifies_the_topic_if_there_is_one() {
    let template = Template::load();

    let alarms = template.resources("AWS::CloudWatch::Alarm");

    assert!(!alarms.is_empty());
    for (name, alarm) in alarms {
        assert_eq!(
            alarm["Properties"]["AlarmActions"],
            json!({ "Fn::If": ["HasAlarmTopic", [{ "Ref": "AlarmTopicArn" }], { "Ref": "AWS::NoValue" }] }),
            "{name}"
        );
    }
}
