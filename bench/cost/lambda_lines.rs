//! What AWS itself writes into the logs for each invocation and each request, in the form that it documents.
//!
//! Sources: <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html>

const TEMPLATE: &str = include_str!("../../template.yaml");

const START: &str = r#"{"time":"2026-11-23T12:00:00.000Z","type":"platform.start","record":{"requestId":"6d68ca91-49c9-448d-89b8-7ca3e6dc66aa","functionArn":"arn:aws:lambda:sa-east-1:123456789012:function:pluggy-lambda-ItemStatusFunction-AbCdEfGhIjKl","version":"$LATEST"}}"#;
const REPORT: &str = r#"{"time":"2026-11-23T12:00:00.000Z","type":"platform.report","record":{"requestId":"6d68ca91-49c9-448d-89b8-7ca3e6dc66aa","metrics":{"durationMs":12.345,"billedDurationMs":13,"memorySizeMB":128,"maxMemoryUsedMB":24},"status":"success"}}"#;
/// The template's format, filled in.
const ACCESS: &str = r#"{"requestId":"Abc1dEFgHIjklMN=","time":"23/Nov/2026:12:00:00 +0000","route":"GET /items/{itemId}","status":"200", "latencyMs":"25","integrationLatencyMs":"23", "responseBytes":"1024","error":"-","authorizerError":"-"}"#;

/// What Lambda writes for one invocation that goes well: its start and its report, unless the level leaves them out.
pub(crate) fn of_invocation() -> usize {
    if default_level() == "WARN" {
        0
    } else {
        START.len() + REPORT.len() + 2
    }
}

/// Of the parameter `SystemLogLevel`.
fn default_level() -> &'static str {
    let mut lines = TEMPLATE
        .lines()
        .skip_while(|line| *line != "  SystemLogLevel:");
    let default = lines.find_map(|line| line.strip_prefix("    Default: "));
    default.unwrap()
}

/// What the HTTP API writes for one request.
pub(crate) fn of_api_request() -> usize {
    ACCESS.len() + 1
}
