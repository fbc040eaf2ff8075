use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::task::JoinSet;
use uuid::Uuid;

use crate::clock::{Clock, Waits};
use crate::connection::{Connection, Trigger};
use crate::courier::{Recipient, deliver};
use crate::database::Database;
use crate::event::Event;
use crate::pages::Pages;
use crate::poster::Poster;
use crate::settings::Settings;
use crate::signing_key::{self, SigningKey};
use crate::step::Step;

/// The state that every request and every background task shares.
pub(crate) struct App {
    pub(crate) settings: Settings,
    /// The public address of the sandbox, without a trailing slash.
    pub(crate) url: String,
    pub(crate) clock: Clock,
    /// What a person sees in a browser.
    pub(crate) pages: Pages,
    /// The key that signs API keys and connect tokens.
    pub(crate) pluggy_key: SigningKey,
    identity_key: OnceLock<SigningKey>,
    pub(crate) poster: Poster,
    pub(crate) waits: Waits,
    database: Mutex<Database>,
    tasks: Mutex<JoinSet<()>>,
}

impl App {
    pub(crate) fn new(
        settings: Settings,
        url: String,
        pages: Pages,
        pluggy_key: SigningKey,
    ) -> Self {
        let clock = Clock::new(settings.time_scale);
        Self {
            clock,
            waits: Waits::new(clock),
            settings,
            url,
            pages,
            pluggy_key,
            identity_key: OnceLock::new(),
            poster: Poster::new(),
            database: Mutex::new(Database::new()),
            tasks: Mutex::default(),
        }
    }

    /// Returns the key that signs the users' tokens. It is a separate key, because an API key must never pass as a
    /// user.
    ///
    /// It is generated on first use: that takes a while, and most tests sign nobody in.
    pub(crate) fn identity_key(&self) -> Result<&SigningKey, signing_key::Error> {
        if let Some(key) = self.identity_key.get() {
            return Ok(key);
        }
        let key = SigningKey::generate()?;
        Ok(self.identity_key.get_or_init(|| key))
    }

    /// Locks the data. The lock is never held across an await.
    pub(crate) fn database(&self) -> MutexGuard<'_, Database> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a script on an item, in place of the previous one.
    pub(crate) fn play(self: &Arc<Self>, item_id: Uuid, run: u64, script: Vec<Step>) {
        let app = Arc::clone(self);
        self.spawn(async move {
            for step in script {
                app.waits.wait(step.after).await;
                let Some(events) = app.database().enter(item_id, run, &step.state, app.clock)
                else {
                    return;
                };
                for event in events {
                    app.publish(&event);
                }
            }
        });
    }

    /// Starts a new execution of a connection.
    pub(crate) fn execute(self: &Arc<Self>, connection: &mut Connection, trigger: Trigger) {
        let run = connection.begin(trigger, self.clock);
        self.play(connection.item.id, run, connection.login().script());
    }

    /// Posts an event to every endpoint that wants it.
    pub(crate) fn publish(self: &Arc<Self>, event: &Event) {
        let mut recipients: Vec<_> = event
            .webhook_url
            .clone()
            .map(Recipient::Url)
            .into_iter()
            .collect();
        {
            let mut database = self.database();
            let webhooks = database
                .webhooks
                .values()
                .filter(|webhook| webhook.wants(event));
            recipients.extend(webhooks.map(|webhook| Recipient::Webhook(webhook.id)));
            database.events.push(event.clone());
        }
        for recipient in recipients {
            self.spawn(deliver(Arc::clone(self), event.clone(), recipient));
        }
    }

    /// Ends all background tasks.
    pub(crate) fn stop(&self) {
        self.tasks().abort_all();
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks();
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    fn tasks(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
