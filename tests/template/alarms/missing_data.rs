//! Alarms without data: those that notify when a metric falls silent, and all others when the stack is new.

use runtime::metrics::Metric;
use serde_json::{Value, json};

use super::{alarms, alarms_on};
use crate::template::Template;

#[test]
fn a_condition_that_is_watched_every_hour_lasts_until_the_next_watch() {
    let template = Template::load();

    let alarm = template.properties("WebhookRegistrationBrokenAlarm");

    assert_eq!(
        [
            &alarm["MetricName"],
            &alarm["Period"],
            &alarm["Statistic"],
            &alarm["TreatMissingData"]
        ],
        [
            &json!("WebhookRegistrationProblems"),
            &json!(3600),
            &json!("Maximum"),
            &json!("ignore")
        ]
    );
}

#[test]
fn a_function_that_no_longer_runs_raises_an_alarm_by_its_silence() {
    let template = Template::load();

    for (alarm, metric) in [
        ("SchedulerStoppedAlarm", Metric::FetchesDue),
        (
            "WebhookRegistrationUnknownAlarm",
            Metric::WebhookRegistrationProblems,
        ),
    ] {
        let properties = template.properties(alarm);

        assert_notices_silence(alarm, properties);
        assert_eq!(properties["MetricName"], metric.as_str(), "{alarm}");
        assert!(metric.is_gauge(), "{metric:?} is silent when it is zero");
    }
}

#[test]
fn a_stream_that_nothing_reads_raises_an_alarm_by_its_silence() {
    let template = Template::load();
    let alarms = alarms_on(&template, "PolledEventCount");

    for (mapping, resource) in template.resources("AWS::Lambda::EventSourceMapping") {
        let dimensions = json!([{ "Name": "EventSourceMappingUUID", "Value": { "Ref": mapping } }]);
        let [alarm] = alarms[..]
            .iter()
            .filter(|alarm| alarm["Properties"]["Dimensions"] == dimensions)
            .collect::<Vec<_>>()[..]
        else {
            panic!("one alarm on {mapping}")
        };
        let properties = &alarm["Properties"];

        // Lambda reports nothing of a mapping without it.
        assert_eq!(
            resource["Properties"]["MetricsConfig"],
            json!({ "Metrics": ["EventCount"] }),
            "{mapping}"
        );
        assert_eq!(alarm["Condition"], resource["Condition"], "{mapping}");
        assert_eq!(properties["Namespace"], "AWS/Lambda", "{mapping}");
        assert_notices_silence(mapping, properties);
    }
}

/// Asserts that an alarm notifies when its metric has no value any more, and never because of a value.
fn assert_notices_silence(name: &str, properties: &Value) {
    // A value of zero, such as a poll without records, is a sample as well.
    assert_eq!(properties["Statistic"], "SampleCount", "{name}");
    assert_eq!(
        [&properties["ComparisonOperator"], &properties["Threshold"]],
        [&json!("LessThanThreshold"), &json!(1)],
        "{name}"
    );
    assert_eq!(properties["TreatMissingData"], "missing", "{name}");
    assert_eq!(
        properties["InsufficientDataActions"], properties["AlarmActions"],
        "{name}"
    );
}

/// Guards that a new stack, without a value of any metric, notifies nobody. CloudWatch evaluates a new alarm over the time
/// before its creation, so an alarm that treats missing data as breaching goes off at once, however many periods it has.
/// `InsufficientDataActions` are taken when an alarm enters that state from another one. A new alarm begins in it. Sources:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html> and
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html>
#[test]
fn no_alarm_goes_off_at_creation() {
    let template = Template::load();

    for (name, alarm) in alarms(&template) {
        match alarm["TreatMissingData"].as_str() {
            Some("notBreaching" | "ignore") => {
                assert_eq!(alarm["InsufficientDataActions"], Value::Null, "{name}");
            }
            Some("missing") => assert_notices_silence(name, alarm),
            other => panic!("{name}: {other:?}"),
        }
    }
}

/// Guards that the check which the schedule makes at creation raises no alarm: nobody could register the webhook before it.
/// Source: <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based>
#[test]
fn the_first_check_of_the_registration_raises_no_alarm() {
    let template = Template::load();

    let alarm = template.properties("WebhookRegistrationBrokenAlarm");

    assert!(alarm["EvaluationPeriods"].as_i64().unwrap() > 1);
    assert_eq!(alarm["DatapointsToAlarm"], Value::Null, "all of them");
}
