//! Publishing from both tables' streams to one bus: every failure is recorded, and a stack without events has no
//! resource for them.

use serde_json::{Value, json};
use store::schema::{ITEM_PREFIX, PARTITION_KEY};

use crate::functions::{PUBLISH, REPUBLISH};
use crate::stream::{mappings, patterns};
use crate::template::Template;

/// Returns the bus as the template names it: its own, or the one that the deployment was given.
pub(crate) fn bus() -> Value {
    json!({ "Fn::If": ["CreatesEventBus", { "Fn::GetAtt": ["EventBus", "Arn"] }, { "Ref": "EventBusArn" }] })
}

/// Returns the value in a stack that publishes events, without the condition.
pub(crate) fn without_condition(value: &Value) -> &Value {
    match &value["Fn::If"] {
        Value::Array(parts) if parts[0] == "PublishesEvents" => &parts[1],
        _ => value,
    }
}

#[test]
fn publish_reads_the_webhooks_and_the_items_changes() {
    let template = Template::load();
    let mappings = mappings(&template, PUBLISH);

    assert_eq!(mappings.len(), 2);
    for (table, pattern) in [
        (
            "EventTable",
            json!({ "eventName": ["INSERT"], "dynamodb": { "NewImage": { "origin": { "S": ["webhook"] } } } }),
        ),
        (
            "ItemTable",
            json!({ "eventName": ["INSERT", "MODIFY"], "dynamodb": { "Keys": { PARTITION_KEY: {
                "S": [{ "prefix": ITEM_PREFIX }]
            } } } }),
        ),
    ] {
        let stream = json!({ "Fn::GetAtt": [table, "StreamArn"] });
        let mapping = mappings
            .iter()
            .find(|mapping| mapping["EventSourceArn"] == stream);
        assert_eq!(patterns(mapping.unwrap()), [pattern], "{table}");
    }
}

#[test]
fn refused_records_are_retried_for_half_a_day_and_then_kept_in_the_queue() {
    let template = Template::load();

    for mapping in mappings(&template, PUBLISH) {
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
            json!({ "Fn::GetAtt": ["PublishDeadLetterQueue", "Arn"] })
        );
    }
    let queue = template.properties("PublishDeadLetterQueue");
    assert_eq!(queue["SqsManagedSseEnabled"], true);
    assert_eq!(queue["MessageRetentionPeriod"], 14 * 24 * 60 * 60);
}

#[test]
fn the_batch_size_and_timeout_are_those_that_publish_is_made_for() {
    let template = Template::load();

    for mapping in mappings(&template, PUBLISH) {
        assert_eq!(mapping["BatchSize"], 500);
        assert_eq!(mapping["MaximumBatchingWindowInSeconds"], 1);
        // Two concurrent batches of a shard would be out of order. 1 is the default.
        let factor = &mapping["ParallelizationFactor"];
        assert!(*factor == Value::Null || *factor == 1, "{factor}");
    }
    for function in [PUBLISH, REPUBLISH] {
        assert_eq!(template.properties(function)["Timeout"], 30);
    }
}

#[test]
fn no_stream_has_more_readers_than_it_serves() {
    let template = Template::load();
    let mappings = template.resources("AWS::Lambda::EventSourceMapping");

    for table in ["EventTable", "ItemTable"] {
        let stream = json!({ "Fn::GetAtt": [table, "StreamArn"] });
        let readers = mappings
            .iter()
            .filter(|(_, mapping)| mapping["Properties"]["EventSourceArn"] == stream);

        assert!(readers.count() <= 2, "{table}");
    }
}

#[test]
fn no_publishing_resource_exists_where_publishing_is_off() {
    let template = Template::load();

    for resource in [
        PUBLISH,
        "PublishFunctionEventStored",
        "PublishFunctionItemChanged",
        "PublishRole",
        "PublishLogGroup",
        "PublishFailureLines",
        "PublishLagAlarm",
        "PublishDeadLetterQueue",
        "PublishDeadLettersAlarm",
        REPUBLISH,
        "RepublishRole",
        "RepublishLogGroup",
        "RepublishFailureLines",
    ] {
        assert_eq!(
            template.resource(resource)["Condition"],
            "PublishesEvents",
            "{resource}"
        );
    }
    for output in [
        "EventBusArn",
        "EventBusName",
        "PublishDeadLetterQueueUrl",
        "RepublishFunctionName",
    ] {
        assert_eq!(
            template.output(output)["Condition"],
            "PublishesEvents",
            "{output}"
        );
    }
    assert_eq!(
        template.default_of("PublishEvents").as_deref(),
        Some("true")
    );
}

#[test]
fn a_bus_is_made_only_where_none_is_given() {
    let template = Template::load();

    assert_eq!(
        template.resource("EventBus")["Condition"],
        "CreatesEventBus"
    );
    assert_eq!(
        template.condition("CreatesEventBus"),
        &json!({ "Fn::And": [{ "Condition": "PublishesEvents" }, { "Fn::Equals": [{ "Ref": "EventBusArn" }, ""] }] })
    );
    assert_eq!(
        template.properties("EventBus")["Name"],
        json!({ "Ref": "AWS::StackName" })
    );
    assert_eq!(template.output("EventBusArn")["Value"], bus());
    for function in [PUBLISH, REPUBLISH] {
        let variables = &template.properties(function)["Environment"]["Variables"];
        assert_eq!(variables["EVENT_BUS"], bus(), "{function}");
    }
}
