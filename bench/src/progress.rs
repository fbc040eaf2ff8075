//! Progress messages for the person who waits.

use std::fmt;
use std::time::Instant;

/// A reporter of progress on standard error.
pub struct Progress(Instant);

impl Progress {
    /// Begins.
    pub fn begin() -> Self {
        eprintln!("measuring; the rest of the machine should be idle");
        Self(Instant::now())
    }

    /// Reports a finished step, for about every tenth step.
    pub fn report(&self, what: fmt::Arguments<'_>, step: usize, steps: usize) {
        if step == steps || step.is_multiple_of((steps / 10).max(1)) {
            eprintln!("{:>4} s  {what}", self.0.elapsed().as_secs());
        }
    }
}
