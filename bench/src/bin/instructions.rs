//! A program that counts the instructions of the given functions, for `make profile`. The first argument is the folder
//! for callgrind's profiles.

use std::env;
use std::io::{self, Write as _};
use std::path::Path;

use bench::instructions::Instructions;
use harness::Callgrind;
use runtime::env::Environment;
use tests::Testbed;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().unwrap_or_default();
    let testbed = Testbed::start().await;
    let callgrind = Callgrind::of_environment(&Environment::of_process());
    for name in arguments {
        let counted = Instructions::count(&testbed, &callgrind, &name, Path::new(&folder)).await;
        writeln!(io::stdout(), "{name}: {counted:#?}")?;
    }
    Ok(())
}
