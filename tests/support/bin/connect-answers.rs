//! A program that prints the responses of the connect-token function for each option of the widget, for `make
//! test-frontend`.

use std::io;

use tests::connect_answers;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    serde_json::to_writer(io::stdout(), &connect_answers().await)?;
    Ok(())
}
