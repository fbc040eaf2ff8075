//! A program that prints the wire format of the types in `pluggy`, for `make drift`.

use std::io;

use serde_json::json;
use tests::wire_types;

fn main() -> io::Result<()> {
    let types = json!({
        "received": wire_types::received(),
        "sent": wire_types::sent(),
        "values": wire_types::known_values(),
        "observed": wire_types::observed(),
    });
    serde_json::to_writer(io::stdout(), &types)?;
    Ok(())
}
