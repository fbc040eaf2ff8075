//! A function as Lambda runs it: one process that handles one event at a time and is replaced when it ends.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rustix::process::Signal;
use tokio::time::Instant;

use crate::StartError;
use crate::answer::{Answer, Outcome};
use crate::cpu_quota::CpuQuota;
use crate::lines::Lines;
use crate::lock::lock;
use crate::process::{Process, Signals};
use crate::runtime_api::Reply;
use crate::settings::FunctionSettings;
use crate::usage::Usage;

/// Lambda's time limit for init.
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// One execution environment of a function.
#[derive(Debug)]
pub struct Function {
    settings: FunctionSettings,
    process: tokio::sync::Mutex<Option<Process>>,
    signals: Mutex<Option<Signals>>,
    lines: Lines,
    starts: AtomicUsize,
}

impl Function {
    /// Starts the function's process.
    pub async fn start(settings: FunctionSettings) -> Result<Self, StartError> {
        let function = Self {
            settings,
            process: tokio::sync::Mutex::default(),
            signals: Mutex::default(),
            lines: Lines::default(),
            starts: AtomicUsize::new(0),
        };
        let process = function.start_process().await?;
        *function.process.lock().await = Some(process);
        Ok(function)
    }

    /// Sends the function an event and waits for the result. Replaces a process that has ended, thaws a frozen one, and
    /// ends one that does not respond in time.
    pub async fn invoke(&self, event: &[u8], timeout: Duration) -> Result<Answer, StartError> {
        let mut slot = self.process.lock().await;
        let process = match slot.take() {
            Some(process) if !process.has_exited() => slot.insert(process),
            _ => slot.insert(self.start_process().await?),
        };
        process.signals.send(Signal::CONT).await;
        let began = Instant::now();
        let mut reply = process
            .api
            .submit(&self.settings.name, event.to_vec(), timeout);
        let ended = tokio::select! {
            biased;
            reply = &mut reply => return Ok(answer(reply.ok(), began)),
            () = process.exited() => Outcome::Died,
            () = tokio::time::sleep(INIT_LIMIT + timeout) => Outcome::TimedOut,
        };
        if let Ok(reply) = reply.try_recv() {
            return Ok(answer(Some(reply), began));
        }
        if let Some(process) = slot.take() {
            process.stop().await;
        }
        Ok(Answer {
            outcome: ended,
            took: began.elapsed(),
        })
    }

    /// Returns the time from the start of the process to its first request for an event; `None` if it ended before.
    pub async fn init(&self) -> Option<Duration> {
        self.process.lock().await.as_ref()?.init().await
    }

    /// Returns when the process waits for an event and has nothing else to do, or there is none.
    pub async fn idle(&self) {
        if let Some(process) = self.process.lock().await.as_ref() {
            process.idle().await;
        }
    }

    /// Kills the process immediately.
    pub async fn kill(&self) {
        self.signal(Signal::KILL).await;
    }

    /// Freezes the process, as Lambda does between invocations.
    pub async fn freeze(&self) {
        self.signal(Signal::STOP).await;
    }

    /// Thaws the process.
    pub async fn thaw(&self) {
        self.signal(Signal::CONT).await;
    }

    /// Returns the number of processes so far.
    pub fn starts(&self) -> usize {
        self.starts.load(Ordering::Relaxed)
    }

    /// Returns the process's resource usage; `None` if there is no process.
    pub async fn usage(&self) -> Option<Usage> {
        let process = self.process.lock().await;
        Usage::of_process(process.as_ref()?.id?)
    }

    /// Limits the processor time of the process from now on.
    pub async fn throttle(&self, quota: &CpuQuota) -> io::Result<()> {
        let process = self.process.lock().await;
        let id = process.as_ref().and_then(|process| process.id);
        quota.admit(id.ok_or(io::ErrorKind::NotFound)?)
    }

    /// Returns all lines that the processes wrote.
    pub fn lines(&self) -> Vec<String> {
        self.lines.snapshot()
    }

    /// Ends the function and returns all lines that it wrote.
    pub async fn stop(self) -> Vec<String> {
        if let Some(process) = self.process.into_inner() {
            process.stop().await;
        }
        self.lines.snapshot()
    }

    /// Asks the process to end, waits for it, and returns all lines that it wrote.
    pub async fn terminate(self) -> Vec<String> {
        if let Some(process) = self.process.into_inner() {
            process.terminate().await;
        }
        self.lines.snapshot()
    }

    async fn start_process(&self) -> Result<Process, StartError> {
        let process = Process::start(&self.settings, &self.lines).await?;
        *lock(&self.signals) = Some(process.signals.clone());
        self.starts.fetch_add(1, Ordering::Relaxed);
        Ok(process)
    }

    async fn signal(&self, signal: Signal) {
        let signals = lock(&self.signals).clone();
        if let Some(signals) = signals {
            signals.send(signal).await;
        }
    }
}

fn answer(reply: Option<Reply>, began: Instant) -> Answer {
    let (outcome, took) = match reply {
        Some(Reply::Response(body, took)) => (Outcome::Response(body), took),
        Some(Reply::Error(body, took)) => (Outcome::Error(body), took),
        Some(Reply::InitError(body)) => (Outcome::Error(body), began.elapsed()),
        None => (Outcome::Died, began.elapsed()),
    };
    Answer { outcome, took }
}
