use std::path::PathBuf;
use std::sync::Arc;

use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::app::App;
use crate::connector::HealthStatus;
use crate::control;
use crate::database::{RequestRecord, Switches};
use crate::delivery::Delivery;
use crate::fault::Fault;
use crate::pages::Pages;
use crate::server;
use crate::settings::Settings;
use crate::signing_key::{self, SigningKey};

/// An error that occurs when a sandbox is started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address is in use or not local.
    #[error("cannot listen on the address")]
    Listen(#[source] std::io::Error),
    /// The folder of the widget's stand-in holds no bundle.
    #[error("cannot read the widget in {}", folder.display())]
    Widget {
        /// The folder of the settings.
        folder: PathBuf,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
    /// The key that signs tokens cannot be generated.
    #[error("no signing key")]
    SigningKey(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<signing_key::Error> for StartError {
    fn from(error: signing_key::Error) -> Self {
        Self::SigningKey(Box::new(error))
    }
}

/// A sandbox that serves until it is stopped or dropped.
///
/// Its methods do what the paths under `/sandbox/` do, for tests in the same process.
pub struct Running {
    app: Arc<App>,
    server: JoinHandle<()>,
}

/// Starts a sandbox on the current Tokio runtime. It serves as soon as this returns.
pub async fn start(settings: Settings) -> Result<Running, StartError> {
    let pages = match &settings.widget {
        None => Pages::default(),
        Some(folder) => Pages::load(folder).map_err(|source| StartError::Widget {
            folder: folder.clone(),
            source,
        })?,
    };
    let listener = TcpListener::bind(settings.listen)
        .await
        .map_err(StartError::Listen)?;
    let address = listener.local_addr().map_err(StartError::Listen)?;
    let url = settings
        .url
        .clone()
        .unwrap_or_else(|| format!("http://{address}"));

    let app = Arc::new(App::new(
        settings,
        url.trim_end_matches('/').to_owned(),
        pages,
        SigningKey::generate()?,
    ));
    Ok(Running {
        server: tokio::spawn(server::serve(Arc::clone(&app), listener)),
        app,
    })
}

impl Running {
    /// Returns the public address of the sandbox, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.app.url
    }

    /// Returns the address of the demo page, if it is served. Its host differs from the widget's, as an app's does from
    /// Pluggy's, where the loopback has a second name.
    pub fn demo_url(&self) -> Option<String> {
        let url = format!("{}/demo", self.app.url);
        let demo_url = url.replacen("//127.0.0.1", "//localhost", 1);
        self.app.settings.demo.then_some(demo_url)
    }

    /// Closes all connections and ends every execution and delivery.
    pub fn stop(self) {}

    /// Returns every request so far, except those to the control paths.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.app.database().requests.clone()
    }

    /// Returns every delivery attempt so far.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.app.database().deliveries.clone()
    }

    /// Injects a fault into the next requests of a kind.
    pub fn add_fault(&self, fault: Fault) {
        self.app.database().faults.push(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.app.database().faults.clear();
    }

    /// Sets every switch.
    pub fn set_switches(&self, switches: Switches) {
        self.app.database().switches = switches;
    }

    /// Expires every API key that was issued so far.
    pub fn expire_api_keys(&self) {
        self.app.database().key_epoch += 1;
    }

    /// Replaces the client secret, which ends the previous one immediately. Keys made with it stay valid.
    pub fn set_client_secret(&self, secret: SecretString) {
        self.app.database().client_secret = Some(secret);
    }

    /// Changes a connector's health and notifies the webhooks. Returns false if there is no such connector.
    pub fn set_connector_health(&self, id: u32, status: HealthStatus) -> bool {
        control::set_connector_health(&self.app, id, status)
    }

    /// Ends the wait for a device authorization or another act of the user at the bank. Returns false if nothing waits.
    pub fn authorize(&self, item_id: Uuid, granted: bool) -> bool {
        control::authorize(&self.app, item_id, granted)
    }

    /// Starts an execution of an item, as Pluggy's own schedule does. Returns false if the item does not exist or an
    /// execution is running.
    pub fn sync(&self, item_id: Uuid) -> bool {
        control::sync(&self.app, item_id)
    }

    /// Settles the newest transactions of an account, deletes the oldest, and notifies the webhooks. Returns false if
    /// there is no such account.
    pub fn change_transactions(&self, account_id: Uuid, settled: usize, deleted: usize) -> bool {
        control::change_transactions(&self.app, account_id, settled, deleted)
    }

    /// Revokes the consent of an item's user. Returns false if there is none.
    pub fn revoke_consent(&self, item_id: Uuid) -> bool {
        control::revoke_consent(&self.app, item_id)
    }

    /// Posts any body to the webhooks, byte for byte.
    pub fn post_event(&self, body: Vec<u8>) {
        control::post_event(&self.app, body);
    }

    /// Posts an event again, as an operator can in Pluggy's dashboard. Returns false if the event is unknown.
    pub fn resend(&self, event_id: &str) -> bool {
        control::resend(&self.app, event_id)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.server.abort();
        self.app.stop();
    }
}
