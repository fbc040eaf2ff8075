//! One process of a function, with the Runtime API that feeds it.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Child;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::StartError;
use crate::lines::Lines;
use crate::runtime_api::RuntimeApi;
use crate::settings::FunctionSettings;
use crate::usage::Usage;

/// A process without processor use for this long is idle.
const STILL: Duration = Duration::from_millis(20);

/// A running process.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) api: RuntimeApi,
    pub(crate) signals: Signals,
    pub(crate) id: Option<u32>,
    started: Instant,
    exited: watch::Receiver<bool>,
    readers: Vec<JoinHandle<()>>,
}

/// A sender of signals to one process, and never to a later process with the same id.
#[derive(Clone, Debug)]
pub(crate) struct Signals(mpsc::UnboundedSender<(Signal, oneshot::Sender<()>)>);

impl Signals {
    /// Sends a signal. Returns when it is sent, or when the process is gone.
    pub(crate) async fn send(&self, signal: Signal) {
        let (sent, is_sent) = oneshot::channel();
        if self.0.send((signal, sent)).is_ok() {
            let _ = is_sent.await;
        }
    }
}

impl Process {
    pub(crate) async fn start(
        settings: &FunctionSettings,
        lines: &Lines,
    ) -> Result<Self, StartError> {
        let api = RuntimeApi::start().await?;
        let started = Instant::now();
        let mut child = settings
            .command()
            .env_clear()
            .envs(settings.environment(api.address()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| StartError::Spawn {
                bootstrap: settings.bootstrap.clone(),
                source,
            })?;
        let id = child.id();
        let output = child.stdout.take().map(|pipe| lines.read(pipe));
        let errors = child.stderr.take().map(|pipe| lines.read(pipe));
        let (signals, requested) = mpsc::unbounded_channel();
        let (exit, exited) = watch::channel(false);
        tokio::spawn(supervise(child, requested, exit));
        Ok(Self {
            api,
            signals: Signals(signals),
            id,
            started,
            exited,
            readers: [output, errors].into_iter().flatten().collect(),
        })
    }

    pub(crate) fn has_exited(&self) -> bool {
        *self.exited.borrow()
    }

    pub(crate) async fn exited(&self) {
        // The sender is dropped only after the process.
        let _ = self.exited.clone().wait_for(|exited| *exited).await;
    }

    /// Returns the time from the start of the process to its first request for an event.
    pub(crate) async fn init(&self) -> Option<Duration> {
        tokio::select! {
            requested = self.api.first_asked() => Some(requested?.duration_since(self.started)),
            () = self.exited() => None,
        }
    }

    /// Returns when the process waits for an event and has nothing else to do, or is gone.
    pub(crate) async fn idle(&self) {
        tokio::select! {
            () = self.api.waited_for() => (),
            () = self.exited() => return,
        }
        let usage = || Usage::of_process(self.id?);
        let mut before = usage();
        while !self.has_exited() {
            tokio::time::sleep(STILL).await;
            let now = usage();
            if now.map(|usage| usage.cpu) == before.map(|usage| usage.cpu) {
                break;
            }
            before = now;
        }
    }

    /// Asks the process to end, and returns when it has and everything that it wrote is read.
    pub(crate) async fn terminate(self) {
        self.signals.send(Signal::TERM).await;
        self.end().await;
    }

    /// Kills the process, and returns when its output is read.
    pub(crate) async fn stop(self) {
        self.signals.send(Signal::KILL).await;
        self.end().await;
    }

    async fn end(self) {
        self.exited().await;
        for reader in self.readers {
            let _ = reader.await;
        }
    }
}

/// Owns the process until it ends. Kills the process when no sender of signals is left.
async fn supervise(
    mut child: Child,
    mut requested: mpsc::UnboundedReceiver<(Signal, oneshot::Sender<()>)>,
    exit: watch::Sender<bool>,
) {
    loop {
        tokio::select! {
            _ = child.wait() => break,
            signal = requested.recv() => {
                let Some((signal, sent)) = signal else {
                    let _ = child.kill().await;
                    break;
                };
                send(&child, signal);
                let _ = sent.send(());
            }
        }
    }
    exit.send_replace(true);
}

/// Sends a signal unless the process has ended. Its id is valid only until it is waited for.
fn send(child: &Child, signal: Signal) {
    let pid = child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
    if let Some(pid) = pid {
        let _ = kill_process(pid, signal);
    }
}
