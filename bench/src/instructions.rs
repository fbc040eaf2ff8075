//! How many instructions each part of a function's life takes, as callgrind counts them.

use std::cell::Cell;
use std::iter::once;
use std::path::{Path, PathBuf};

use harness::{Callgrind, FunctionSettings};

use tests::scene::{BATCH, Scene, assert_success};

/// How often each life is lived. The one in the middle counts.
const LIVES: usize = 3;
/// The invocations over which a warm one is averaged.
const WARM: u64 = 20;
/// The batches over which one is averaged.
const BATCHES: u64 = 4;
/// Where the numbers of the events begin, so that none has come before in the same scene.
const FIRST_EVENT: u64 = 1 << 32;

/// How many instructions each part of a function's life takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instructions {
    /// From spawn to the first question for an event, with connections in the clear.
    pub init: u64,
    /// What that takes more with TLS.
    pub connections: u64,
    /// The first invocation.
    pub first: u64,
    /// Each later one.
    pub warm: u64,
    /// Of a batch, for each record; only of item-sync.
    pub record: Option<u64>,
    /// How many TLS connections were opened before the first invocation.
    pub connected_in_init: u64,
    /// How many were opened in it.
    pub connected_in_first: u64,
    /// How far apart were, at most, the lives that should have been alike.
    pub spread: u64,
}

/// Counts them for one function.
struct Counter<'a> {
    scene: &'a Scene,
    callgrind: &'a Callgrind,
    name: &'a str,
    folder: PathBuf,
    next_event: Cell<u64>,
}

/// Lives that should have been alike.
struct Lives {
    instructions: u64,
    spread: u64,
    handshakes: u64,
}

impl Instructions {
    /// Counts those of a function. What callgrind writes stays under `folder`.
    pub async fn count(scene: &Scene, callgrind: &Callgrind, name: &str, folder: &Path) -> Self {
        let counter = Counter {
            scene,
            callgrind,
            name,
            folder: folder.join(name),
            next_event: Cell::new(FIRST_EVENT),
        };
        let in_the_clear = scene.settings_in_the_clear(name);
        let connected = scene.settings(name);
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
    /// A life with so many invocations.
    async fn live(&self, life: &str, settings: &FunctionSettings, invocations: u64) -> Lives {
        let events = || (0..invocations).map(|_| self.event()).collect();
        self.lives(life, settings, events).await
    }

    /// One with a first invocation, and then batches.
    async fn batches(&self, settings: &FunctionSettings) -> Lives {
        let batch = |_| self.scene.batch(self.next_number());
        let events = || once(self.event()).chain((0..BATCHES).map(batch)).collect();
        self.lives("batches", settings, events).await
    }

    async fn lives(
        &self,
        life: &str,
        settings: &FunctionSettings,
        events: impl Fn() -> Vec<Vec<u8>>,
    ) -> Lives {
        let before = self.scene.handshakes();
        let mut counts = Vec::with_capacity(LIVES);
        for number in 0..LIVES {
            let folder = self.folder.join(format!("{life}-{number}"));
            let events = events().into_iter();
            let life = self.callgrind.live(settings.clone(), events, &folder).await;
            let life = life.unwrap_or_else(|error| panic!("{}: {error:?}", self.name));
            for answer in &life.answers {
                assert_success(self.name, answer);
            }
            counts.push(life.instructions);
        }
        counts.sort_unstable();
        Lives {
            instructions: counts[LIVES / 2],
            spread: counts[LIVES - 1] - counts[0],
            handshakes: (self.scene.handshakes() - before) / LIVES as u64,
        }
    }

    fn event(&self) -> Vec<u8> {
        self.scene.event(self.name, self.next_number())
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
