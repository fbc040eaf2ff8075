//! One process of a function, with the Runtime API that feeds it.

use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::StartError;
use crate::lines::Lines;
use crate::runtime_api::RuntimeApi;
use crate::settings::FunctionSettings;

/// A running process.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) api: RuntimeApi,
    pub(crate) signals: Signals,
    pub(crate) id: Option<u32>,
    exited: watch::Receiver<bool>,
    readers: Vec<JoinHandle<()>>,
}

/// The way to send signals to one process, and to no other that has got its number later.
#[derive(Clone, Debug)]
pub(crate) struct Signals(mpsc::UnboundedSender<(Signal, oneshot::Sender<()>)>);

impl Signals {
    /// Returns when the signal is sent, or the process is gone.
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
        let mut child = Command::new(&settings.bootstrap)
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
        let (signals, asked) = mpsc::unbounded_channel();
        let (exit, exited) = watch::channel(false);
        tokio::spawn(supervise(child, asked, exit));
        Ok(Self {
            api,
            signals: Signals(signals),
            id,
            exited,
            readers: [output, errors].into_iter().flatten().collect(),
        })
    }

    pub(crate) fn has_exited(&self) -> bool {
        *self.exited.borrow()
    }

    pub(crate) async fn exited(&self) {
        // The sender goes away only after the process.
        let _ = self.exited.clone().wait_for(|exited| *exited).await;
    }

    /// Ends the process, and returns when everything that it wrote is read.
    pub(crate) async fn stop(self) {
        self.signals.send(Signal::KILL).await;
        self.exited().await;
        for reader in self.readers {
            let _ = reader.await;
        }
    }
}

/// Owns the process until it ends. When nobody can send it a signal any more, it is ended.
async fn supervise(
    mut child: Child,
    mut asked: mpsc::UnboundedReceiver<(Signal, oneshot::Sender<()>)>,
    exit: watch::Sender<bool>,
) {
    loop {
        tokio::select! {
            _ = child.wait() => break,
            signal = asked.recv() => {
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

/// A process that has ended in the meantime gets no signal: its number is known only until it is waited for.
fn send(child: &Child, signal: Signal) {
    let pid = child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
    if let Some(pid) = pid {
        let _ = kill_process(pid, signal);
    }
}
