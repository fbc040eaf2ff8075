//! The stream from `EventTable` to item-sync, and the schedules.

use serde_json::{Value, json};
use store::schema::{CONNECTOR_PREFIX, ITEM_PREFIX, PARTITION_KEY};
use tests::stream::ITEM_SYNC_BATCH_SIZE;

use crate::functions::{DISCOVERY, ITEM_SYNC, SCHEDULER, WEBHOOK_REGISTRATION};
use crate::template::Template;

#[test]
fn item_sync_reads_the_new_rows_about_items_and_connectors() {
    let template = Template::load();

    let mapping = only_mapping(&template);

    assert_eq!(
        mapping["EventSourceArn"],
        json!({ "Fn::GetAtt": ["EventTable", "StreamArn"] })
    );
    assert_eq!(
        patterns(mapping),
        [
            json!({ "eventName": ["INSERT"], "dynamodb": { "Keys": { PARTITION_KEY: {
                "S": [{ "prefix": ITEM_PREFIX }, { "prefix": CONNECTOR_PREFIX }]
            } } } })
        ]
    );
}

#[test]
fn no_event_is_dropped_without_a_trace() {
    let template = Template::load();

    let mapping = only_mapping(&template);

    assert_eq!(mapping["StartingPosition"], "TRIM_HORIZON");
    assert_eq!(
        mapping["FunctionResponseTypes"],
        json!(["ReportBatchItemFailures"])
    );
    assert_eq!(mapping["BisectBatchOnFunctionError"], true);
    assert_eq!(mapping["MaximumRetryAttempts"], -1);
    assert_eq!(mapping["MaximumRecordAgeInSeconds"], 12 * 60 * 60);
    assert_eq!(
        mapping["DestinationConfig"]["OnFailure"]["Destination"],
        json!({ "Fn::GetAtt": ["ItemSyncFailureQueue", "Arn"] })
    );
    assert_eq!(
        template.properties("ItemSyncFailureQueue")["SqsManagedSseEnabled"],
        true
    );
}

#[test]
fn a_batch_and_its_time_are_those_that_item_sync_is_made_for() {
    let template = Template::load();

    let of_throughput = |high: usize, standard: usize| json!({ "Fn::If": ["HasHighItemSyncThroughput", high, standard] });
    assert_eq!(
        only_mapping(&template)["BatchSize"],
        of_throughput(200, ITEM_SYNC_BATCH_SIZE)
    );
    assert_eq!(
        only_mapping(&template)["ParallelizationFactor"],
        of_throughput(2, 1)
    );
    assert_eq!(
        template.default_of("ItemSyncThroughput").as_deref(),
        Some("standard")
    );
    assert_eq!(template.properties(ITEM_SYNC)["Timeout"], 60);
}

#[test]
fn scheduler_runs_every_minute_and_is_not_retried() {
    let template = Template::load();

    let schedule = only_schedule(&template, SCHEDULER);

    assert_eq!(schedule["ScheduleExpression"], "rate(1 minute)");
    assert_eq!(schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"], 0);
}

#[test]
fn the_webhook_registration_is_watched_every_hour() {
    let template = Template::load();

    let schedule = only_schedule(&template, WEBHOOK_REGISTRATION);
    let input = schedule["Target"]["Input"].as_str().unwrap();

    assert_eq!(schedule["ScheduleExpression"], "rate(1 hour)");
    assert_eq!(
        webhook_registration::Command::parse(input),
        Ok((webhook_registration::Command::Watch, None))
    );
}

#[test]
fn discovery_runs_only_where_the_contract_has_the_list() {
    let template = Template::load();

    let schedule = only_schedule(&template, DISCOVERY);

    assert_eq!(schedule["ScheduleExpression"], "rate(5 minutes)");
    assert_eq!(
        template.default_of("DiscoverItems").as_deref(),
        Some("false")
    );
    for resource in [
        DISCOVERY,
        "DiscoveryRole",
        "DiscoveryLogGroup",
        "DiscoveryFailureLines",
        "DiscoveryFunctionEveryFiveMinutes",
        "DiscoveryFunctionEveryFiveMinutesRole",
    ] {
        assert_eq!(
            template.resource(resource)["Condition"],
            "DiscoversItems",
            "{resource}"
        );
    }
}

#[test]
fn no_schedule_has_a_name_of_its_own() {
    let template = Template::load();

    // A fixed name would be the same in every stack of an account.
    for (id, schedule) in template.resources("AWS::Scheduler::Schedule") {
        assert_eq!(schedule["Properties"]["Name"], Value::Null, "{id}");
    }
}

fn only_schedule<'a>(template: &'a Template, function: &str) -> &'a Value {
    let target = json!({ "Fn::GetAtt": [function, "Arn"] });
    let schedules: Vec<_> = template
        .resources("AWS::Scheduler::Schedule")
        .into_iter()
        .map(|(_, schedule)| &schedule["Properties"])
        .filter(|properties| properties["Target"]["Arn"] == target)
        .collect();
    let [schedule] = schedules[..] else {
        panic!("one schedule for {function}")
    };
    schedule
}

fn only_mapping(template: &Template) -> &Value {
    let [mapping] = mappings(template, ITEM_SYNC)[..] else {
        panic!("one event source mapping of item-sync")
    };
    mapping
}

/// Returns the mappings that feed a function.
pub(crate) fn mappings<'a>(template: &'a Template, function: &str) -> Vec<&'a Value> {
    template
        .resources("AWS::Lambda::EventSourceMapping")
        .into_iter()
        .map(|(_, mapping)| &mapping["Properties"])
        .filter(|properties| properties["FunctionName"] == json!({ "Ref": function }))
        .collect()
}

/// Returns the patterns of a mapping's filters.
pub(crate) fn patterns(mapping: &Value) -> Vec<Value> {
    let filters = mapping["FilterCriteria"]["Filters"].as_array().unwrap();
    filters
        .iter()
        .map(|filter| serde_json::from_str(filter["Pattern"].as_str().unwrap()).unwrap())
        .collect()
}
