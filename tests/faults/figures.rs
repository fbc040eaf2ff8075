//! The line of figures that each proof ends with. `PROOF_FIGURES` names a folder that keeps a copy.

use std::fmt::Display;
use std::io::Write as _;
use std::path::Path;

use runtime::env::Environment;

/// The results of a proof.
pub(crate) struct Figures {
    class: String,
    figures: Vec<String>,
}

impl Figures {
    pub(crate) fn of(class: impl Into<String>) -> Self {
        Self {
            class: class.into(),
            figures: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, what: &str, figure: impl Display) -> Self {
        self.figures.push(format!("{what} {figure}"));
        self
    }

    pub(crate) fn print(self) {
        let line = format!("{} | {}\n", self.class, self.figures.join(", "));
        // The test harness captures what `print!` writes.
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        if let Some(folder) = Environment::of_process().optional("PROOF_FIGURES") {
            let file = Path::new(&folder).join(self.class.replace([' ', ','], "-"));
            std::fs::write(file, line).unwrap();
        }
    }
}
