//! A listener on the bus: a rule, and the queue that it fills.

use std::time::Instant;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::stack::{PATIENCE, POLL_INTERVAL, Stack, text};

/// The events received so far, and the queue that further events arrive on.
pub(crate) struct Listener<'a> {
    stack: &'a Stack,
    name: String,
    queue_url: String,
    events_received: Vec<Value>,
}

impl<'a> Listener<'a> {
    /// Starts to listen for events that match a pattern.
    pub(crate) async fn to(stack: &'a Stack, pattern: &Value) -> Self {
        let name = format!("listener-{}", Uuid::new_v4().simple());
        let created = sqs(stack, "CreateQueue", json!({ "QueueName": name })).await;
        let queue_url = text(&created, "/QueueUrl").to_owned();
        let wanted = json!({ "QueueUrl": queue_url, "AttributeNames": ["QueueArn"] });
        let attributes = sqs(stack, "GetQueueAttributes", wanted).await;
        let bus = stack.bus();
        let rule =
            json!({ "Name": name, "EventBusName": bus, "EventPattern": pattern.to_string() });
        events(stack, "PutRule", rule).await;
        let target = json!({ "Id": "queue", "Arn": text(&attributes, "/Attributes/QueueArn") });
        let targets = json!({ "Rule": name, "EventBusName": bus, "Targets": [target] });
        events(stack, "PutTargets", targets).await;
        Self {
            stack,
            name,
            queue_url,
            events_received: Vec::new(),
        }
    }

    /// Waits for the first event that satisfies the predicate, and returns it.
    pub(crate) async fn wait_for(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.receive().await;
            if let Some(event) = self.events_received.iter().find(|event| wanted(event)) {
                return event.clone();
            }
            assert!(
                Instant::now() < deadline,
                "heard {:?}",
                self.events_received
            );
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Returns every event received so far.
    pub(crate) fn events_received(&self) -> &[Value] {
        &self.events_received
    }

    /// Stops listening and deletes the rule and the queue.
    pub(crate) async fn close(self) {
        let bus = self.stack.bus();
        let targets = json!({ "Rule": self.name, "EventBusName": bus, "Ids": ["queue"] });
        events(self.stack, "RemoveTargets", targets).await;
        let rule = json!({ "Name": self.name, "EventBusName": bus });
        events(self.stack, "DeleteRule", rule).await;
        let queue = json!({ "QueueUrl": self.queue_url });
        sqs(self.stack, "DeleteQueue", queue).await;
    }

    async fn receive(&mut self) {
        let wanted = json!({ "QueueUrl": self.queue_url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 3600 });
        let received = sqs(self.stack, "ReceiveMessage", wanted).await;
        let messages = received["Messages"].as_array();
        let bodies = messages
            .into_iter()
            .flatten()
            .map(|each| text(each, "/Body"));
        self.events_received
            .extend(bodies.map(|body| serde_json::from_str::<Value>(body).unwrap()));
    }
}

async fn sqs(stack: &Stack, action: &str, body: Value) -> Value {
    stack
        .aws_json("sqs", &format!("AmazonSQS.{action}"), &body)
        .await
}

async fn events(stack: &Stack, action: &str, body: Value) -> Value {
    stack
        .aws_json("events", &format!("AWSEvents.{action}"), &body)
        .await
}
