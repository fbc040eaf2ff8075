//! What a person who waits is told.

use std::fmt;
use std::time::Instant;

/// Tells it on standard error.
pub(crate) struct Progress(Instant);

impl Progress {
    pub(crate) fn begin() -> Self {
        eprintln!("measuring; the rest of the machine should be idle");
        Self(Instant::now())
    }

    /// Says that a step of several is done: each tenth of them is worth a line.
    pub(crate) fn tell(&self, what: fmt::Arguments<'_>, step: usize, steps: usize) {
        if step == steps || step.is_multiple_of((steps / 10).max(1)) {
            eprintln!("{:>4} s  {what}", self.0.elapsed().as_secs());
        }
    }
}
