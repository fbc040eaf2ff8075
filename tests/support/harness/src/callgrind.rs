//! How many instructions a function executes in user space, as callgrind counts them: a figure that hardly varies.
//!
//! Under callgrind everything takes some fifty times as long, so the function's clock is slowed down as much: its time
//! limits are for functions that run as fast as they can. Callgrind writes what it counted when the process ends. So what a part of a process's life costs is the difference between
//! two processes, one of which ends before that part.

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

/// As patient as everything is slow.
const TIMEOUT: Duration = Duration::from_mins(1);
const SLOW_CLOCK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/callgrind/slow_clock.c");

/// The program that counts.
#[derive(Clone, Debug)]
pub struct Callgrind {
    valgrind: String,
    library: Option<String>,
}

/// The whole life of a process.
#[derive(Clone, Debug)]
pub struct Life {
    /// How many instructions it executed, those of the loader and of its children included.
    pub instructions: u64,
    /// What it answered to each event.
    pub answers: Vec<Answer>,
    /// What it wrote.
    pub lines: Vec<String>,
}

/// Why nothing was counted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallgrindError {
    /// The function cannot be run, or valgrind is not there.
    #[error("cannot run the function under valgrind")]
    Start(#[from] StartError),
    /// The process ended before it asked for an event.
    #[error("the function did not start: {}", lines.join("\n"))]
    Init {
        /// What it wrote.
        lines: Vec<String>,
    },
    /// What slows the clock down does not compile.
    #[error("cc failed: {errors}")]
    Compile {
        /// What the compiler wrote.
        errors: String,
    },
    /// A file of the folder cannot be read or written.
    #[error("cannot use {}", path.display())]
    Folder {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// What callgrind wrote is not understood.
    #[error("callgrind wrote what is not understood")]
    Profile(#[from] ProfileError),
}

impl Callgrind {
    /// The one that the variable `VALGRIND` names, with its parts in `VALGRIND_LIB`, else the machine's.
    pub fn of_environment(environment: &Environment) -> Self {
        let valgrind = environment.optional("VALGRIND");
        Self {
            valgrind: valgrind.unwrap_or_else(|| "valgrind".to_owned()),
            library: environment.optional("VALGRIND_LIB"),
        }
    }

    /// Runs a process that gets the events one after the other, each made when it is due, and ends it when it asks for
    /// one more. What callgrind writes stays in `folder`, which is emptied first.
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

/// The sum over all processes that left a profile.
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

/// Where the library is that comes of it.
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
