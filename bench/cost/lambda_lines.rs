//! The log lines that AWS itself writes for each invocation and request, in their documented form.
//!
//! Sources: <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html>

use crate::prices::{TEMPLATE, template_default};

const START: &str = r#"{"time":"2026-11-23T12:00:00.000Z","type":"platform.start","record":{"requestId":"6d68ca91-49c9-448d-89b8-7ca3e6dc66aa","functionArn":"arn:aws:lambda:sa-east-1:123456789012:function:pluggy-lambda-ItemStatusFunction-AbCdEfGhIjKl","version":"$LATEST"}}"#;
const REPORT: &str = r#"{"time":"2026-11-23T12:00:00.000Z","type":"platform.report","record":{"requestId":"6d68ca91-49c9-448d-89b8-7ca3e6dc66aa","metrics":{"durationMs":12.345,"billedDurationMs":13,"memorySizeMB":128,"maxMemoryUsedMB":24},"status":"success"}}"#;
/// The template's format with example values.
const ACCESS: &str = r#"{"requestId":"Abc1dEFgHIjklMN=","functionRequestId":"6d68ca91-49c9-448d-89b8-7ca3e6dc66aa","time":"23/Nov/2026:12:00:00 +0000", "route":"GET /items/{itemId}","status":"200","sourceIp":"203.0.113.7", "caller":"usr_01J9X","backend":"-", "latencyMs":"25","integrationLatencyMs":"23", "responseBytes":"1024","error":"-","authorizerError":"-"}"#;

/// Returns the bytes that Lambda writes for one successful invocation: its start and its report, unless the log level
/// omits them.
pub(crate) fn of_invocation() -> usize {
    if template_default("SystemLogLevel") == "WARN" {
        0
    } else {
        START.len() + REPORT.len() + 2
    }
}

/// Returns the bytes that the HTTP API writes for one request.
pub(crate) fn of_api_request() -> usize {
    let mut lines = TEMPLATE.lines().map(str::trim_start);
    lines.find(|line| line.starts_with("Format: !Sub"));
    let format: String = lines.take_while(|line| !line.is_empty()).collect();
    assert_eq!(names(ACCESS), names(&format), "the template's format");
    ACCESS.len() + 1
}

/// Returns the names of an object's members, each of which has a string.
fn names(object: &str) -> Vec<&str> {
    let ends = object.match_indices(r#"":""#);
    ends.filter_map(|(end, _)| object[..end].rsplit('"').next())
        .collect()
}
