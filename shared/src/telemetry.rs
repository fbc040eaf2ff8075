//! Logs: the Lambda runtime's own subscriber, which obeys the function's logging settings.

/// Starts logging. Level and format come from the function's `LoggingConfig`, by way of
/// `AWS_LAMBDA_LOG_LEVEL` and `AWS_LAMBDA_LOG_FORMAT`; the runtime adds the request id to each
/// line.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/rust-logging.html>
pub fn init() {
    lambda_runtime::tracing::init_default_subscriber();
}

/// An error and all its causes in one line, for the one log line that a failure gets.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        source = cause.source();
    }
    line
}
