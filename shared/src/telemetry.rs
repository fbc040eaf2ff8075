//! Logs, by the function's logging settings.

use tracing::level_filters::LevelFilter;

use crate::env::Environment;

/// Starts logging. Level and format come from the function's `LoggingConfig`, by way of
/// `AWS_LAMBDA_LOG_LEVEL` and `AWS_LAMBDA_LOG_FORMAT`; the runtime adds the request id to each
/// line.
///
/// The lines are those of the runtime's own subscriber. That one also takes filters by module, for
/// which it carries an engine for regular expressions.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/rust-logging.html>
pub fn init(environment: &Environment) {
    let level = environment.optional("AWS_LAMBDA_LOG_LEVEL");
    let format = environment.optional("AWS_LAMBDA_LOG_FORMAT");
    let lines = tracing_subscriber::fmt()
        .with_target(false)
        .without_time()
        .with_max_level(filter(level.as_deref()));
    if format.is_some_and(|format| format.eq_ignore_ascii_case("json")) {
        lines.json().init();
    } else {
        lines.with_ansi(false).init();
    }
}

/// What is let through at one of Lambda's levels.
fn filter(level: Option<&str>) -> LevelFilter {
    match level {
        Some("FATAL") => LevelFilter::ERROR,
        Some(level) => level.parse().unwrap_or(LevelFilter::INFO),
        None => LevelFilter::INFO,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_lambdas_levels_lets_through_itself_and_what_is_worse() {
        for (level, expected) in [
            (Some("TRACE"), LevelFilter::TRACE),
            (Some("DEBUG"), LevelFilter::DEBUG),
            (Some("INFO"), LevelFilter::INFO),
            (Some("WARN"), LevelFilter::WARN),
            (Some("ERROR"), LevelFilter::ERROR),
            (Some("FATAL"), LevelFilter::ERROR),
            (Some("LOUD"), LevelFilter::INFO),
            (None, LevelFilter::INFO),
        ] {
            assert_eq!(filter(level), expected, "{level:?}");
        }
    }
}
