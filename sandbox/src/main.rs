//! A program that runs the sandbox until it is interrupted.

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use sandbox::Settings;
use secrecy::SecretString;
use tokio::signal;
use tracing::info;
use url::Url;
use uuid::Uuid;

const SECRET_VARIABLE: &str = "SANDBOX_CLIENT_SECRET";

/// A local stand-in for Pluggy. The client secret is read from the environment variable `SANDBOX_CLIENT_SECRET`.
#[derive(Parser)]
struct Arguments {
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:9100")]
    listen: SocketAddr,
    /// The address under which others reach the sandbox; also the issuer of its tokens
    #[arg(long)]
    url: Option<Url>,
    /// The client id of the one application that the sandbox knows
    #[arg(long, required_unless_present = "demo")]
    client_id: Option<Uuid>,
    /// How many times faster than Pluggy everything happens
    #[arg(long, default_value_t = 1)]
    time_scale: u32,
    /// Where deliveries to hosts ending in .on.aws go, in plain HTTP
    #[arg(long)]
    deliver_via: Option<Url>,
    /// Accept http:// webhook URLs on the loopback
    #[arg(long)]
    allow_loopback_webhooks: bool,
    /// The audience of the identity provider's tokens
    #[arg(long, default_value = "pluggy-lambda-local")]
    token_audience: String,
    /// The scope of the identity provider's tokens
    #[arg(long, default_value = "connections")]
    token_scope: String,
    /// How many transactions are given at once
    #[arg(long, default_value_t = 500)]
    transactions_a_page: usize,
    /// The built stand-in of Pluggy's widget (`npm ci && npm run build` in sandbox/widget makes sandbox/widget/dist)
    #[arg(long, value_name = "FOLDER")]
    widget: Option<PathBuf>,
    /// Serve a page that opens the widget. The client id and secret may then be left out
    #[arg(long, requires = "widget")]
    demo: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let cause = error.source().map(|cause| format!(": {cause}"));
            eprintln!("sandbox: {error}{}", cause.unwrap_or_default());
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt()
        .with_target(false)
        .with_level(false)
        .with_ansi(false)
        .init();

    let (client_id, client_secret) = match arguments.client_id {
        Some(client_id) => (client_id, client_secret()?),
        // The demo calls the API with connect tokens only.
        None => (Uuid::new_v4(), Uuid::new_v4().to_string().into()),
    };
    let running = sandbox::start(Settings {
        listen: arguments.listen,
        url: arguments.url.map(String::from),
        time_scale: arguments.time_scale,
        deliver_via: arguments.deliver_via,
        allow_loopback_webhooks: arguments.allow_loopback_webhooks,
        token_audience: arguments.token_audience,
        token_scope: arguments.token_scope,
        transactions_a_page: arguments.transactions_a_page,
        widget: arguments.widget,
        demo: arguments.demo,
        ..Settings::new(client_id, client_secret)
    })
    .await?;
    info!("serving at {}", running.url());
    if let Some(demo_url) = running.demo_url() {
        info!("open {demo_url} in a browser");
    }

    interrupted().await?;
    info!("stopping");
    running.stop();
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a secret must not be in the command line, which every process can read"
)]
fn client_secret() -> Result<SecretString, String> {
    std::env::var(SECRET_VARIABLE)
        .map(SecretString::from)
        .map_err(|_| format!("the environment variable {SECRET_VARIABLE} is missing"))
}

async fn interrupted() -> std::io::Result<()> {
    let mut terminated = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = signal::ctrl_c() => interrupted,
        _ = terminated.recv() => Ok(()),
    }
}
