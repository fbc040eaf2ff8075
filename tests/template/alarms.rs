//! The alarms: each watches an existing metric, notifies the topic, and has a runbook page.

mod missing_data;

use std::collections::{BTreeMap, BTreeSet};

use runtime::metrics::Metric;
use serde_json::{Value, json};

use crate::functions::{ITEM_SYNC, PUBLISH, WEBHOOK};
use crate::runbook;
use crate::template::Template;

/// Returns the alarms' properties, by logical id without the common suffix.
fn alarms(template: &Template) -> Vec<(&str, &Value)> {
    let alarms = template.resources("AWS::CloudWatch::Alarm");
    assert!(!alarms.is_empty());
    alarms
        .into_iter()
        .map(|(id, alarm)| (id.strip_suffix("Alarm").unwrap(), &alarm["Properties"]))
        .collect()
}

/// Returns the alarms on a metric.
fn alarms_on<'a>(template: &'a Template, metric: &str) -> Vec<&'a Value> {
    let alarms = template.resources("AWS::CloudWatch::Alarm").into_iter();
    let alarms = alarms.map(|(_, alarm)| alarm);
    alarms
        .filter(|alarm| alarm["Properties"]["MetricName"] == metric)
        .collect()
}

fn is_ours(alarm: &Value) -> bool {
    alarm["Namespace"] == json!({ "Ref": "AWS::StackName" })
}

#[test]
fn every_alarm_on_our_metrics_watches_an_emitted_metric() {
    let template = Template::load();
    let filters = template.resources("AWS::Logs::MetricFilter");
    let filtered = filters.iter().map(|(_, filter)| {
        filter["Properties"]["MetricTransformations"][0]["MetricName"]
            .as_str()
            .unwrap()
    });
    let emitted: BTreeSet<_> = Metric::ALL
        .iter()
        .map(|metric| metric.as_str())
        .chain(filtered)
        .collect();

    for (name, alarm) in alarms(&template) {
        if is_ours(alarm) {
            let metric = alarm["MetricName"].as_str().unwrap();
            assert!(emitted.contains(metric), "{name}: {metric}");
            assert_eq!(alarm["Dimensions"], Value::Null, "{name}");
        }
    }
}

#[test]
fn every_metric_has_the_namespace_that_the_alarms_watch() {
    let template = Template::load();

    for (name, function) in template.resources("AWS::Lambda::Function") {
        let namespace = &function["Properties"]["Environment"]["Variables"]["METRICS_NAMESPACE"];

        assert!(
            namespace.is_null() || *namespace == json!({ "Ref": "AWS::StackName" }),
            "{name}"
        );
    }
}

#[test]
fn every_alarm_notifies_the_topic_if_there_is_one() {
    let template = Template::load();

    for (name, alarm) in alarms(&template) {
        assert_eq!(
            alarm["AlarmActions"],
            json!({ "Fn::If": ["HasAlarmTopic", [{ "Ref": "AlarmTopicArn" }], { "Ref": "AWS::NoValue" }] }),
            "{name}"
        );
    }
}

/// Guards that each section is about one alarm, or about several that are resolved alike.
#[test]
fn every_alarm_links_a_section_that_names_it() {
    let template = Template::load();
    let sections = runbook::sections();
    let mut linked: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, alarm) in alarms(&template) {
        let description = alarm["AlarmDescription"].as_str().unwrap();
        let (_, section) = description
            .rsplit_once(" docs/operations/runbook/")
            .unwrap_or_else(|| panic!("{name}: {description}"));
        linked
            .entry(section)
            .or_default()
            .push(format!("{name}Alarm"));
    }

    assert_eq!(
        sections.keys().map(String::as_str).collect::<Vec<_>>(),
        linked.keys().copied().collect::<Vec<_>>()
    );
    for (section, alarms) in linked {
        if let [alarm] = &alarms[..] {
            assert!(section.ends_with(&format!("#{}", runbook::anchor(alarm))));
        }
        for alarm in alarms {
            assert!(sections[section].contains(&alarm), "{section}: {alarm}");
        }
    }
}

#[test]
fn every_condition_that_a_person_must_act_on_raises_an_alarm() {
    let template = Template::load();
    let alarms = alarms(&template);
    let watched: BTreeSet<_> = alarms
        .iter()
        .filter(|(_, alarm)| is_ours(alarm))
        .map(|(_, alarm)| alarm["MetricName"].as_str().unwrap())
        .collect();

    for metric in [
        Metric::CallsLimited,
        Metric::DeliveriesPutOff,
        Metric::DeliveriesQuarantined,
        Metric::DeliveriesRejectedEvent,
        Metric::DeliveriesUnparsed,
        Metric::ItemsFoundBySchedule,
        Metric::ItemsMissing,
        Metric::ItemsFailed,
        Metric::OldestOverdue,
        Metric::OwnerConflicts,
        Metric::UsersOverLimit,
        Metric::WebhookRegistrationProblems,
    ] {
        assert!(watched.contains(metric.as_str()), "{metric:?}");
    }
}

#[test]
fn every_table_and_index_raises_an_alarm_when_its_writes_are_throttled() {
    let template = Template::load();
    let of = |dimension: &str, value: Value| json!({ "Name": dimension, "Value": value });
    let mut expected = BTreeSet::new();
    for (table, resource) in template.resources("AWS::DynamoDB::Table") {
        let of_table = of("TableName", json!({ "Ref": table }));
        expected.insert(json!([of_table]).to_string());
        let indexes = resource["Properties"]["GlobalSecondaryIndexes"].as_array();
        for index in indexes.into_iter().flatten() {
            let of_index = of("GlobalSecondaryIndexName", index["IndexName"].clone());
            expected.insert(json!([of_table, of_index]).to_string());
        }
    }
    assert!(expected.len() > 4, "four tables, and the indexes of one");

    let alarms = alarms_on(&template, "WriteThrottleEvents");

    let watched: BTreeSet<_> = alarms
        .iter()
        .map(|alarm| alarm["Properties"]["Dimensions"].to_string())
        .collect();
    assert_eq!(watched, expected);
    for alarm in alarms {
        assert_eq!(alarm["Properties"]["Namespace"], "AWS/DynamoDB");
        assert_eq!(alarm["Properties"]["Statistic"], "Sum");
    }
}

/// Guards the alarm's purpose: a limit ends by itself within half an hour, so one hour with a limit raises no alarm.
#[test]
fn one_limit_of_pluggys_raises_no_alarm() {
    let template = Template::load();

    let alarm = template.properties("CallsLimitedAlarm");

    assert_eq!(alarm["MetricName"], Metric::CallsLimited.as_str());
    assert_eq!(alarm["Period"], 3600);
    assert!(alarm["EvaluationPeriods"].as_i64().unwrap() > 2);
    assert_eq!(alarm["DatapointsToAlarm"], Value::Null);
    assert_eq!(alarm["TreatMissingData"], "notBreaching");
}

#[test]
fn many_items_that_pluggy_does_not_have_raise_an_alarm_before_they_are_deleted() {
    let template = Template::load();

    let alarm = template.properties("ItemsMissingAlarm");
    let period = alarm["Period"].as_i64().unwrap() * alarm["EvaluationPeriods"].as_i64().unwrap();

    assert_eq!(alarm["Statistic"], "Sum");
    assert!(period < connection::MISSING_CONFIRMATION_DELAY.as_secs());
}

#[test]
fn the_platforms_metrics_are_of_the_right_function() {
    let template = Template::load();

    for (alarm, function) in [
        ("WebhookUnavailableAlarm", WEBHOOK),
        ("WebhookThrottledAlarm", WEBHOOK),
        ("DeliveriesRejectedAlarm", WEBHOOK),
        ("ItemSyncLagAlarm", ITEM_SYNC),
        ("PublishLagAlarm", PUBLISH),
    ] {
        assert_eq!(
            template.properties(alarm)["Dimensions"],
            json!([{ "Name": "FunctionName", "Value": { "Ref": function } }]),
            "{alarm}"
        );
    }
}

/// Guards the alarms whose metric anybody can increase: rare requests must not keep an alarm on, because it would then
/// hide a real problem.
#[test]
fn a_stray_request_every_five_minutes_raises_no_alarm() {
    const STRAY_SECONDS: i64 = 5 * 60;
    let template = Template::load();

    for (alarm, metric) in [
        (
            "DeliveriesRejectedEventAlarm",
            Metric::DeliveriesRejectedEvent.as_str(),
        ),
        ("DeliveriesRejectedAlarm", "Url4xxCount"),
    ] {
        let properties = template.properties(alarm);
        // One more than the period's length gives, because it may begin with a request.
        let stray = properties["Period"].as_i64().unwrap() / STRAY_SECONDS + 1;

        assert_eq!(properties["MetricName"], metric, "{alarm}");
        assert_eq!(properties["Statistic"], "Sum", "{alarm}");
        assert!(stray < properties["Threshold"].as_i64().unwrap(), "{alarm}");
    }
}

/// Guards the alarm on rejected deliveries, which write no line: it uses Lambda's own metric.
#[test]
fn an_attack_on_the_webhook_raises_an_alarm_in_a_quarter_of_an_hour() {
    let template = Template::load();

    let alarm = template.properties("DeliveriesRejectedAlarm");
    let period = alarm["Period"].as_i64().unwrap();

    assert_eq!(alarm["Namespace"], "AWS/Lambda");
    assert_eq!(alarm["Threshold"], period, "one request a second");
    assert_eq!(
        period * alarm["EvaluationPeriods"].as_i64().unwrap(),
        15 * 60
    );
}

#[test]
fn the_accounts_concurrency_raises_an_alarm_before_it_is_used_up() {
    let template = Template::load();

    let alarm = template.properties("AccountConcurrencyAlarm");

    assert_eq!(alarm["Namespace"], "AWS/Lambda");
    assert_eq!(alarm["MetricName"], "ClaimedAccountConcurrency");
    assert_eq!(alarm["Statistic"], "Maximum");
    // Of the whole account, not of a function.
    assert_eq!(alarm["Dimensions"], Value::Null);
    assert_eq!(
        alarm["Threshold"],
        json!({ "Ref": "AccountConcurrencyThreshold" })
    );
    // 80 % of Lambda's default quota.
    assert_eq!(
        template
            .default_of("AccountConcurrencyThreshold")
            .as_deref(),
        Some("800")
    );
}

#[test]
fn a_dead_letter_queue_raises_an_alarm_as_soon_as_it_holds_a_message() {
    let template = Template::load();

    for (alarm, queue) in [
        ("ItemSyncFailuresAlarm", "ItemSyncFailureQueue"),
        ("PublishDeadLettersAlarm", "PublishDeadLetterQueue"),
    ] {
        let properties = template.properties(alarm);

        assert_eq!(
            properties["Dimensions"],
            json!([{ "Name": "QueueName", "Value": { "Fn::GetAtt": [queue, "QueueName"] } }]),
            "{alarm}"
        );
        assert_eq!(
            properties["MetricName"], "ApproximateNumberOfMessagesVisible",
            "{alarm}"
        );
        assert_eq!(properties["Threshold"], 1, "{alarm}");
    }
}
