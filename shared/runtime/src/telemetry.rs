//! Logging, by the function's logging settings.

use std::fmt;

use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format;
use tracing_subscriber::fmt::format::{Format, Json, JsonFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent};
use tracing_subscriber::registry::LookupSpan;

use crate::env::Environment;

/// Version of the project, which every package of the workspace has. Each line of a log names it: during an update, old
/// and new functions write to the same log.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Starts logging. Level and format come from the function's `LoggingConfig`, in the variables
/// `AWS_LAMBDA_LOG_LEVEL` and `AWS_LAMBDA_LOG_FORMAT`. The runtime adds the request id to each line.
///
/// The lines equal those of the runtime's own subscriber, but for the version. That one also supports filters by
/// module, which need an engine for regular expressions.
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
        lines
            .fmt_fields(JsonFields::new())
            .event_format(json())
            .init();
    } else {
        lines.with_ansi(false).init();
    }
}

/// Returns the JSON format without the current span. The span list already contains it, and logs are billed
/// by length.
fn json() -> Versioned {
    let lines = format().with_target(false).without_time();
    Versioned(lines.json().with_current_span(false))
}

/// Lines of JSON that begin with the version.
struct Versioned(Format<Json, ()>);

impl<S> FormatEvent<S, JsonFields> for Versioned
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut line = String::new();
        self.0
            .format_event(context, Writer::new(&mut line), event)?;
        match line.strip_prefix('{') {
            Some(rest) => write!(writer, "{{\"version\":\"{VERSION}\",{rest}"),
            None => writer.write_str(&line),
        }
    }
}

/// Returns the filter for one of Lambda's log levels.
fn filter(level: Option<&str>) -> LevelFilter {
    match level {
        Some("FATAL") => LevelFilter::ERROR,
        Some(level) => level.parse().unwrap_or(LevelFilter::INFO),
        None => LevelFilter::INFO,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_names_the_version_and_its_request_once() {
        let buffer = Buffer::default();
        let written = buffer.clone();
        let lines = tracing_subscriber::fmt()
            .fmt_fields(JsonFields::new())
            .event_format(json())
            .with_writer(move || buffer.clone())
            .finish();

        tracing::subscriber::with_default(lines, || {
            let _span = tracing::info_span!("invocation", requestId = "6d68ca91").entered();
            tracing::info!(status = 200, "item status answered");
        });

        let line = written.0.lock().unwrap();
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(&line).unwrap(),
            serde_json::json!({
                "version": VERSION,
                "level": "INFO",
                "fields": {"message": "item status answered", "status": 200},
                "spans": [{"name": "invocation", "requestId": "6d68ca91"}],
            })
        );
    }

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
