use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

/// Settings of one sandbox.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The client id of the one application that the sandbox knows.
    pub client_id: Uuid,
    /// The client secret of that application.
    pub client_secret: SecretString,
    /// The address to listen on; port 0 selects a free one.
    pub listen: SocketAddr,
    /// The public address of the sandbox, which is also the issuer of its tokens. The default is `http://` and the
    /// listen address.
    pub url: Option<String>,
    /// The factor by which the sandbox is faster than Pluggy.
    pub time_scale: u32,
    /// The target of deliveries to hosts that end in `.on.aws`. They are sent in plain HTTP with the original host in
    /// the `Host` header.
    pub deliver_via: Option<Url>,
    /// Whether `http://` webhook URLs on the loopback are accepted, which Pluggy would refuse. For tests in one
    /// process.
    pub allow_loopback_webhooks: bool,
    /// `aud` of the identity provider's tokens unless the request names another.
    pub token_audience: String,
    /// `scope` of the identity provider's tokens unless the request names another.
    pub token_scope: String,
    /// The number of consecutive failed deliveries after which a webhook is disabled. Pluggy's number is unknown.
    pub failures_until_disabled: u32,
    /// `POST /auth` calls that one address may make in a minute.
    pub authentications_per_minute: u32,
    /// `PATCH /items/{id}` calls that one address may make in a minute.
    pub item_updates_per_minute: u32,
    /// `GET /accounts` and `GET /accounts/{id}` calls that one address may make in a minute.
    pub account_reads_per_minute: u32,
    /// `GET /v2/transactions` calls that one address may make in a minute.
    pub transaction_reads_per_minute: u32,
    /// The page size of `GET /v2/transactions`.
    pub transactions_a_page: usize,
    /// The folder with the bundle of the widget's stand-in. Without one, `GET /` says how to build it.
    pub widget: Option<PathBuf>,
    /// Whether `/demo` has a page that opens the widget, with connect tokens for anybody on this machine.
    pub demo: bool,
}

impl Settings {
    /// Returns settings with Pluggy's own limits and speed, on a free port of the loopback.
    pub fn new(client_id: Uuid, client_secret: SecretString) -> Self {
        Self {
            client_id,
            client_secret,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            url: None,
            time_scale: 1,
            deliver_via: None,
            allow_loopback_webhooks: false,
            token_audience: "pluggy-lambda-local".to_owned(),
            token_scope: "connections".to_owned(),
            failures_until_disabled: 5,
            authentications_per_minute: 360,
            item_updates_per_minute: 20,
            account_reads_per_minute: 360,
            transaction_reads_per_minute: 360,
            transactions_a_page: 500,
            widget: None,
            demo: false,
        }
    }
}
