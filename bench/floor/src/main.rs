//! The minimal function behind HTTP: it returns a constant, without tables, logs and settings.
//!
//! It is never deployed. The difference between a function and the floor is the cost of our code and its dependencies.

use lambda_http::{Error, Request, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |_: Request| Ok::<_, Error>("{}"))).await
}
