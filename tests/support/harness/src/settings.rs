//! Settings for running a function.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use tokio::process::Command;

/// Settings for running a function.
#[derive(Clone, Debug)]
pub struct FunctionSettings {
    /// The function's name.
    pub name: String,
    /// The function's binary.
    pub bootstrap: PathBuf,
    /// The function's own variables, and the addresses of the services that it calls.
    pub variables: BTreeMap<String, String>,
    /// The program that runs the binary, and its arguments; empty if the binary runs directly.
    pub runner: Vec<String>,
}

impl FunctionSettings {
    /// Returns settings without own variables.
    pub fn new(name: &str, bootstrap: PathBuf) -> Self {
        Self {
            name: name.to_owned(),
            bootstrap,
            variables: BTreeMap::new(),
            runner: Vec::new(),
        }
    }

    /// Adds a variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    /// Sets a program that runs the binary, such as a profiler.
    #[must_use]
    pub fn run_by(mut self, runner: Vec<String>) -> Self {
        self.runner = runner;
        self
    }

    /// Returns the command: the binary, or the runner with the binary as its last argument.
    pub(crate) fn command(&self) -> Command {
        let Some((program, arguments)) = self.runner.split_first() else {
            return Command::new(&self.bootstrap);
        };
        let mut command = Command::new(program);
        command.args(arguments).arg(&self.bootstrap);
        command
    }

    /// Returns the environment of a process with the Runtime API at `runtime_api`: Lambda's variables and the
    /// function's own.
    ///
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
    pub(crate) fn environment(&self, runtime_api: SocketAddr) -> BTreeMap<String, String> {
        let log_group = format!("/aws/lambda/{}", self.name);
        let of_lambda = [
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_DEFAULT_REGION", "sa-east-1"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_FUNCTION_NAME", &self.name),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", &log_group),
            ("AWS_LAMBDA_LOG_LEVEL", "INFO"),
            (
                "AWS_LAMBDA_LOG_STREAM_NAME",
                "2026/11/23/[$LATEST]00000000000000000000000000000000",
            ),
            ("AWS_LAMBDA_RUNTIME_API", &runtime_api.to_string()),
            ("AWS_REGION", "sa-east-1"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("TZ", ":UTC"),
            ("_HANDLER", "bootstrap"),
        ];
        let mut environment: BTreeMap<String, String> = of_lambda
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        environment.extend(self.variables.clone());
        environment
    }
}
