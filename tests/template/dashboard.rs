//! The dashboard: each of its metrics exists, and its widget calls the function that only reads.

use std::collections::BTreeSet;

use connection::Phase;
use pluggy::ConnectEventKind;
use runtime::metrics::{Dimension, Metric, Unit};
use serde_json::{Value, json};

use crate::functions::INSPECT;
use crate::template::Template;

/// The namespace of our metrics, as the body refers to it.
const OURS: &str = "AWS::StackName";
/// The widget's callbacks, and the name under which any other counts.
const CALLBACKS: [&str; 6] = [
    "onOpen",
    "onSuccess",
    "onError",
    "onHide",
    "onClose",
    "other",
];
/// AWS's metrics on the dashboard, with the dimensions that they have there.
const OF_AWS: [(&str, &str, &[&str]); 12] = [
    ("AWS/ApiGateway", "4xx", &["ApiId"]),
    ("AWS/ApiGateway", "5xx", &["ApiId"]),
    ("AWS/ApiGateway", "Count", &["ApiId"]),
    ("AWS/ApiGateway", "Latency", &["ApiId"]),
    ("AWS/DynamoDB", "WriteThrottleEvents", &["TableName"]),
    (
        "AWS/DynamoDB",
        "WriteThrottleEvents",
        &["TableName", "GlobalSecondaryIndexName"],
    ),
    ("AWS/Lambda", "ClaimedAccountConcurrency", &[]),
    ("AWS/Lambda", "IteratorAge", &["FunctionName"]),
    ("AWS/Lambda", "Throttles", &["FunctionName"]),
    ("AWS/Lambda", "Url4xxCount", &["FunctionName"]),
    ("AWS/Lambda", "Url5xxCount", &["FunctionName"]),
    (
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        &["QueueName"],
    ),
];

/// A metric of a widget.
#[derive(Debug)]
struct Shown {
    namespace: String,
    name: String,
    /// Names and values.
    dimensions: Vec<(String, String)>,
    label: Option<String>,
    /// The side of its axis.
    axis: String,
}

impl Shown {
    /// Reads a metric: the namespace, the name, each dimension with its value, and perhaps options.
    fn new(metric: &Value) -> Self {
        let texts: Vec<String> = metric.as_array().unwrap().iter().map_while(text).collect();
        let options = metric.as_array().unwrap().get(texts.len());
        let (name, dimensions) = (&texts[..2], texts[2..].chunks(2));
        Self {
            namespace: name[0].clone(),
            name: name[1].clone(),
            dimensions: dimensions
                .map(|pair| (pair[0].clone(), pair[1].clone()))
                .collect(),
            label: options.and_then(|options| text(&options["label"])),
            axis: options
                .and_then(|options| text(&options["yAxis"]))
                .unwrap_or_else(|| "left".to_owned()),
        }
    }

    fn dimension_names(&self) -> Vec<&str> {
        let names = self.dimensions.iter().map(|(name, _)| name.as_str());
        names.collect()
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// Returns the body, with the name of each reference in place of its value.
fn body(template: &Template) -> Value {
    let substitution = &template.properties("Dashboard")["DashboardBody"]["Fn::Sub"][0];
    let mut parts = substitution.as_str().unwrap().split("${");
    let mut body = parts.next().unwrap().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap();
        body.extend([name, rest]);
    }
    serde_json::from_str(&body).unwrap()
}

/// Returns the widgets of a type.
fn widgets(template: &Template, kind: &str) -> Vec<Value> {
    let body = body(template);
    let widgets = body["widgets"].as_array().unwrap().iter();
    let widgets = widgets.filter(|widget| widget["type"] == kind);
    widgets.map(|widget| widget["properties"].clone()).collect()
}

fn shown(template: &Template) -> Vec<Shown> {
    let widgets = widgets(template, "metric");
    let metrics = widgets
        .iter()
        .flat_map(|widget| widget["metrics"].as_array().unwrap());
    metrics.map(Shown::new).collect()
}

#[test]
fn every_metric_on_the_dashboard_exists() {
    let template = Template::load();
    let emitted: BTreeSet<_> = Metric::ALL.iter().map(|metric| metric.as_str()).collect();
    let funnel = Dimension::ConnectEvent("").name();

    for metric in shown(&template) {
        let dimensions = metric.dimension_names();
        if metric.namespace != OURS {
            let known = OF_AWS.iter().any(|(namespace, name, of)| {
                *namespace == metric.namespace && *name == metric.name && dimensions == *of
            });
            assert!(known, "{metric:?}");
        } else if metric.name == Metric::ConnectEvents.as_str() {
            assert_eq!(dimensions, [funnel], "{metric:?}");
        } else {
            assert!(emitted.contains(metric.name.as_str()), "{metric:?}");
            assert_eq!(dimensions, [""; 0], "{metric:?}");
        }
    }
}

#[test]
fn every_resource_on_the_dashboard_exists() {
    let template = Template::load();
    let values = &template.properties("Dashboard")["DashboardBody"]["Fn::Sub"][1];

    for metric in shown(&template) {
        for (name, value) in &metric.dimensions {
            match name.as_str() {
                "ConnectEvent" | "GlobalSecondaryIndexName" => {}
                // Of a function or a queue that exists only if events are published.
                _ if values[value].is_object() => {
                    assert_eq!(values[value]["Fn::If"][0], "PublishesEvents", "{metric:?}");
                }
                _ => {
                    template.resource(value.split('.').next().unwrap());
                }
            }
        }
    }
}

#[test]
fn the_funnel_has_every_name_that_counts() {
    let template = Template::load();
    let known = ConnectEventKind::KNOWN.iter().map(ConnectEventKind::as_str);
    let expected: BTreeSet<_> = known.chain(CALLBACKS).map(str::to_owned).collect();

    let funnel = shown(&template).into_iter();
    let funnel = funnel.filter(|metric| metric.name == Metric::ConnectEvents.as_str());
    let names: BTreeSet<_> = funnel
        .map(|metric| metric.dimensions[0].1.clone())
        .collect();

    assert_eq!(names, expected);
}

#[test]
fn every_phase_has_its_metric() {
    let template = Template::load();
    let shown = shown(&template);

    for phase in Phase::ALL {
        let words = phase.as_str().split('_');
        let camel: String = words
            .map(|word| word[..1].to_uppercase() + &word[1..])
            .collect();
        let metric = shown
            .iter()
            .find(|metric| metric.name == format!("Connections{camel}"));

        assert_eq!(
            metric.unwrap().label.as_deref(),
            Some(phase.as_str()),
            "{phase:?}"
        );
    }
}

#[test]
fn every_table_and_index_shows_its_throttled_writes() {
    let template = Template::load();
    let mut expected = BTreeSet::new();
    for (table, resource) in template.resources("AWS::DynamoDB::Table") {
        expected.insert(vec![table.to_owned()]);
        let indexes = resource["Properties"]["GlobalSecondaryIndexes"].as_array();
        for index in indexes.into_iter().flatten() {
            expected.insert(vec![table.to_owned(), text(&index["IndexName"]).unwrap()]);
        }
    }

    let throttled = shown(&template).into_iter();
    let throttled = throttled.filter(|metric| metric.name == "WriteThrottleEvents");
    let values = |metric: Shown| metric.dimensions.into_iter().map(|(_, value)| value);
    let throttled: BTreeSet<Vec<_>> = throttled.map(|metric| values(metric).collect()).collect();

    assert_eq!(throttled, expected);
}

/// Guards against an axis whose unit nobody can tell, and against one with two units.
#[test]
fn each_metric_lies_on_an_axis_that_names_its_unit() {
    let template = Template::load();
    let widgets = widgets(&template, "metric").into_iter();

    for widget in widgets.filter(|widget| widget["view"] == "timeSeries") {
        let mut used = BTreeSet::new();
        for metric in widget["metrics"].as_array().unwrap() {
            let metric = Shown::new(metric);
            let axis = &widget["yAxis"][&metric.axis];
            let label = text(&axis["label"]).unwrap_or_else(|| panic!("no label: {metric:?}"));

            match unit(&metric) {
                Some(unit) => assert_eq!(label, unit, "{metric:?}"),
                None => assert!(!UNITS.contains(&label.as_str()), "{metric:?}: {label}"),
            }
            // The label has the unit.
            assert_eq!(axis["showUnits"], false, "{metric:?}");
            used.insert(metric.axis);
        }
        let axes = widget["yAxis"].as_object().unwrap().keys();
        assert!(axes.eq(&used), "{}: {used:?}", widget["title"]);
    }
}

/// The units that are not the number of something that has happened.
const UNITS: [&str; 4] = ["executions", "messages", "ms", "s"];

/// Returns the unit of a metric; `None` if it counts what has happened.
fn unit(metric: &Shown) -> Option<&'static str> {
    let ours = Metric::ALL
        .iter()
        .find(|ours| ours.as_str() == metric.name && metric.namespace == OURS);
    match (ours.map(|ours| ours.unit()), metric.name.as_str()) {
        (Some(Unit::Seconds), _) => Some("s"),
        (None, "IteratorAge" | "Latency") => Some("ms"),
        (None, "ClaimedAccountConcurrency") => Some("executions"),
        (None, "ApproximateNumberOfMessagesVisible") => Some("messages"),
        (Some(Unit::Count) | None, _) => None,
    }
}

/// Guards that a person who searches is not thrown back to the first page when the dashboard refreshes.
#[test]
fn the_widget_calls_the_function_that_only_reads_when_somebody_asks() {
    let template = Template::load();

    let widgets = widgets(&template, "custom");

    let [widget] = &widgets[..] else {
        panic!("one widget: {widgets:?}")
    };
    assert_eq!(widget["endpoint"], format!("{INSPECT}.Arn"));
    assert_eq!(widget["params"], json!({}));
    assert_eq!(
        widget["updateOn"],
        json!({ "refresh": false, "resize": false, "timeRange": false })
    );
}

#[test]
fn the_widgets_lie_side_by_side() {
    let template = Template::load();
    let body = body(&template);
    let mut taken = BTreeSet::new();

    for widget in body["widgets"].as_array().unwrap() {
        let [x, y, width, height] =
            ["x", "y", "width", "height"].map(|name| widget[name].as_u64().unwrap());
        assert!(x + width <= 24, "{widget}");
        for cell in (x..x + width).flat_map(|x| (y..y + height).map(move |y| (x, y))) {
            assert!(taken.insert(cell), "{cell:?}: {widget}");
        }
    }
}

#[test]
fn every_metric_widget_is_in_the_stacks_region() {
    let template = Template::load();

    for widget in widgets(&template, "metric") {
        assert_eq!(widget["region"], "AWS::Region", "{widget}");
    }
}
