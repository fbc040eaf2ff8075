//! Instruction counts of each part of a function's life, measured by callgrind.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use harness::{Callgrind, FunctionSettings};

use tests::testbed::{BATCH, Testbed, assert_success, assert_work};

/// The number of runs of each life. The median counts.
const LIVES: usize = 3;
/// The number of invocations in the average of a warm one.
const WARM: u64 = 20;
/// The number of batches in the average.
const BATCHES: u64 = 20;
/// The first event number, high enough that no event of the same testbed has had it.
const FIRST_EVENT: u64 = 1 << 32;

/// The instruction counts of each part of a function's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instructions {
    /// From spawn to the first request for an event, with connections without TLS.
    pub init: u64,
    /// The additional instructions with TLS.
    pub connections: u64,
    /// The first invocation.
    pub first: u64,
    /// Each later one.
    pub warm: u64,
    /// Each record of a batch; only for item-sync.
    pub record: Option<u64>,
    /// The number of TLS connections opened before the first invocation.
    pub connected_in_init: u64,
    /// The number of TLS connections opened during the first invocation.
    pub connected_in_first: u64,
    /// The largest difference between lives that should be equal, in millionths of their instructions.
    pub spread: u64,
}

/// A counter for one function.
struct Counter<'a> {
    testbed: &'a Testbed,
    callgrind: &'a Callgrind,
    name: &'a str,
    folder: PathBuf,
    next_event: Cell<u64>,
}

/// Lives that should be equal.
struct Lives {
    instructions: u64,
    spread: u64,
    handshakes: u64,
}

impl Instructions {
    /// Counts the instructions of a function. Callgrind's output stays under `folder`.
    pub async fn count(
        testbed: &Testbed,
        callgrind: &Callgrind,
        name: &str,
        folder: &Path,
    ) -> Self {
        let counter = Counter {
            testbed,
            callgrind,
            name,
            folder: folder.join(name),
            next_event: Cell::new(FIRST_EVENT),
        };
        let in_the_clear = testbed.settings_in_the_clear(name);
        let connected = testbed.settings(name);
        let init = counter.live("init", &in_the_clear, 0).await;
        let connections = counter.live("connected", &connected, 0).await;
        let first = counter.live("first", &connected, 1).await;
        let warm = counter.live("warm", &connected, 1 + WARM).await;
        let record = if name == "item-sync" {
            let batches = counter.batches(&connected).await;
            Some(batches.beyond(&first) / (BATCHES * BATCH as u64))
        } else {
            None
        };
        let lives = [&init, &connections, &first, &warm];
        Self {
            init: init.instructions,
            connections: connections.beyond(&init),
            first: first.beyond(&connections),
            warm: warm.beyond(&first) / WARM,
            record,
            connected_in_init: connections.handshakes,
            connected_in_first: first.handshakes.saturating_sub(connections.handshakes),
            spread: lives
                .into_iter()
                .map(|lives| lives.spread)
                .max()
                .unwrap_or(0),
        }
    }
}

impl Counter<'_> {
    /// Runs lives with this number of invocations.
    async fn live(&self, life: &str, settings: &FunctionSettings, invocations: u64) -> Lives {
        let events = || (0..invocations).map(|_| self.event());
        self.lives(life, settings, invocations, invocations, events)
            .await
    }

    /// Runs lives with a first invocation and then batches.
    async fn batches(&self, settings: &FunctionSettings) -> Lives {
        let batch = |_| self.testbed.batch(BATCH, self.next_number());
        let events = || (0..1).map(|_| self.event()).chain((0..BATCHES).map(batch));
        let records = 1 + BATCHES * BATCH as u64;
        self.lives("batches", settings, 1 + BATCHES, records, events)
            .await
    }

    /// Runs lives, and checks that each does the work of so many invocations with so many records. The events are made when they
    /// are due: item-sync skips an event that is older than the item's last fetch.
    async fn lives<I: Iterator<Item = Vec<u8>>>(
        &self,
        life: &str,
        settings: &FunctionSettings,
        invocations: u64,
        records: u64,
        events: impl Fn() -> I,
    ) -> Lives {
        let before = self.testbed.handshakes();
        let mut counts = Vec::with_capacity(LIVES);
        for number in 0..LIVES {
            let folder = self.folder.join(format!("{life}-{number}"));
            self.testbed.renew_hints().await;
            let requests = self.testbed.requests();
            let life = self
                .callgrind
                .live(settings.clone(), events(), &folder)
                .await;
            let life = life.unwrap_or_else(|error| panic!("{}: {error:?}", self.name));
            for answer in &life.answers {
                assert_success(self.name, answer);
            }
            let made = self.testbed.requests() - requests;
            assert_work(self.name, invocations, records, made);
            counts.push(life.instructions);
        }
        counts.sort_unstable();
        Lives {
            instructions: counts[LIVES / 2],
            spread: (counts[LIVES - 1] - counts[0]) * 1_000_000 / counts[LIVES / 2],
            handshakes: (self.testbed.handshakes() - before) / LIVES as u64,
        }
    }

    fn event(&self) -> Vec<u8> {
        self.testbed.event(self.name, self.next_number())
    }

    fn next_number(&self) -> u64 {
        let number = self.next_event.get();
        self.next_event.set(number + 1);
        number
    }
}

impl Lives {
    fn beyond(&self, shorter: &Self) -> u64 {
        self.instructions.saturating_sub(shorter.instructions)
    }
}
