//! The least that a function behind HTTP can be: it answers a constant, and knows no table, no log and no setting.
//!
//! Nobody deploys it. What a function costs beyond it is what our own code and its dependencies cost.

use lambda_http::{Error, Request, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |_: Request| Ok::<_, Error>("{}"))).await
}
