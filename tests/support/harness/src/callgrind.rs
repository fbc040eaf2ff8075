//! Instruction counts of a function in user space, measured by callgrind. The counts hardly vary.
//!
//! Callgrind slows everything about fifty times. The harness slows the function's clock accordingly, because its time
//! limits assume full speed. Callgrind writes its counts when the process ends. So the cost of one part of a process's
//! life is the difference between two processes, one of which ends before that part.

mod profile;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use runtime::env::Environment;
use tokio::process::Command;

use crate::StartError;
use crate::answer::Answer;
use crate::function::Function;
use crate::settings::FunctionSettings;

pub use profile::{Profile, ProfileError};

/// A timeout that allows for the slowdown.
const TIMEOUT: Duration = Duration::from_mins(1);
const SLOW_CLOCK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/callgrind/slow_clock.c");

/// The callgrind program.
#[derive(Clone, Debug)]
pub struct Callgrind {
    valgrind: String,
    library: Option<String>,
}

/// The complete life of a process.
#[derive(Clone, Debug)]
pub struct Life {
    /// The number of executed instructions, including those of the loader and of child processes.
    pub instructions: u64,
    /// The responses to the events, in order.
    pub answers: Vec<Answer>,
    /// The lines that the process wrote.
    pub lines: Vec<String>,
}

/// An error that prevented the count.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallgrindError {
    /// The function cannot be run, or valgrind is not installed.
    #[error("cannot run the function under valgrind")]
    Start(#[from] StartError),
    /// The process ended before it requested an event.
    #[error("the function did not start: {}", lines.join("\n"))]
    Init {
        /// The lines that the process wrote.
        lines: Vec<String>,
    },
    /// The library that slows the clock does not compile.
    #[error("cc failed: {errors}")]
    Compile {
        /// The compiler's output.
        errors: String,
    },
    /// A file in the folder cannot be read or written.
    #[error("cannot use {}", path.display())]
    Folder {
        /// The file.
        path: PathBuf,
        /// The I/O error.
        #[source]
        source: io::Error,
    },
    /// The profile cannot be parsed.
    #[error("callgrind wrote what is not understood")]
    Profile(#[from] ProfileError),
}

impl Callgrind {
    /// Returns the valgrind that `VALGRIND` names, with its parts in `VALGRIND_LIB`, else the installed one.
    pub fn of_environment(environment: &Environment) -> Self {
        let valgrind = environment.optional("VALGRIND");
        Self {
            valgrind: valgrind.unwrap_or_else(|| "valgrind".to_owned()),
            library: environment.optional("VALGRIND_LIB"),
        }
    }

    /// Runs a process with these events, each made when it is due. Ends the process when it requests one more. Empties
    /// `folder` first, and leaves callgrind's output there.
    pub async fn live(
        &self,
        settings: FunctionSettings,
        events: impl IntoIterator<Item = Vec<u8>>,
        folder: &Path,
    ) -> Result<Life, CallgrindError> {
        empty(folder)?;
        let clock = compile(SLOW_CLOCK, &folder.join("slow_clock.so")).await?;
        let settings = settings.with("LD_PRELOAD", clock);
        let function = Function::start(self.wrap(settings, folder)).await?;
        if function.init().await.is_none() {
            let lines = function.stop().await;
            return Err(CallgrindError::Init { lines });
        }
        function.idle().await;
        let mut answers = Vec::new();
        for event in events {
            answers.push(function.invoke(&event, TIMEOUT).await?);
            function.idle().await;
        }
        let lines = function.terminate().await;
        Ok(Life {
            instructions: instructions(folder)?,
            answers,
            lines,
        })
    }

    fn wrap(&self, settings: FunctionSettings, folder: &Path) -> FunctionSettings {
        let folder = folder.display();
        let runner = vec![
            self.valgrind.clone(),
            "--tool=callgrind".to_owned(),
            "--trace-children=yes".to_owned(),
            "--vgdb=no".to_owned(),
            format!("--callgrind-out-file={folder}/callgrind.out.%p"),
            format!("--log-file={folder}/valgrind.log.%p"),
        ];
        let settings = settings.run_by(runner);
        match &self.library {
            Some(library) => settings.with("VALGRIND_LIB", library),
            None => settings,
        }
    }
}

/// Returns the sum over all profiles in the folder.
fn instructions(folder: &Path) -> Result<u64, CallgrindError> {
    let mut sum = 0;
    for entry in fs::read_dir(folder).map_err(|source| unusable(folder, source))? {
        let path = entry.map_err(|source| unusable(folder, source))?.path();
        let is_profile = path.file_stem().is_some_and(|name| name == "callgrind.out");
        if is_profile {
            let text = fs::read_to_string(&path).map_err(|source| unusable(&path, source))?;
            sum += text.parse::<Profile>()?.instructions;
        }
    }
    Ok(sum)
}

/// Compiles the library and returns its path.
async fn compile(source: &str, library: &Path) -> Result<String, CallgrindError> {
    let mut command = Command::new("cc");
    command.args(["-O2", "-shared", "-fPIC", "-o"]).arg(library);
    let output = command.arg(source).output().await;
    let output = output.map_err(|error| unusable(Path::new("cc"), error))?;
    if output.status.success() {
        return Ok(library.display().to_string());
    }
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(CallgrindError::Compile { errors })
}

fn empty(folder: &Path) -> Result<(), CallgrindError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(unusable(folder, error));
        }
        _ => (),
    }
    fs::create_dir_all(folder).map_err(|source| unusable(folder, source))
}

fn unusable(path: &Path, source: io::Error) -> CallgrindError {
    CallgrindError::Folder {
        path: path.to_owned(),
        source,
    }
}
