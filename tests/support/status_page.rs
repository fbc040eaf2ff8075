//! docs/status.md: the API's response for each state, generated from the code that decides it.

mod circumstances;
mod states;

use std::fmt::Write as _;

use connection::{Language, Reason, TokenUse, message};
use jiff::Timestamp;
use pluggy::Item;
use serde_json::{Map, Value, json};

/// The time for which the page is generated. Any other time gives the same page.
const NOW: Timestamp = Timestamp::constant(1_795_435_200, 0);

const INTRODUCTION: &str = "\
# States of a connection

What `GET /items/{itemId}` answers for each state of an item at Pluggy. `make status-page` makes this page from the code
that decides (`shared/connection`), and a test compares the two.

`phase` and `nextAction.kind` are closed vocabularies: switch on them. `status`, `executionStatus` and `error.code` are
Pluggy's and may get new values at any time; show them to no user.

- The item's `status` decides first, then its `executionStatus`, or `error.code` where that one only says that something
  failed. A value that this version does not know gives `unknown` only where nothing else tells what to do, and never an
  error. An `executionStatus` that ends in `_IN_PROGRESS` is running, whatever stands before.
- `connectToken` says what to post to `/connect-token` for the next step: the item to update, `{}` for a new connection, or
  null where the next step is not in the widget.
- An item that Pluggy has not answered about yet is `connecting` with `wait`.
- Where the widget is to update an item whose stored credentials cannot work, `/connect-token` answers with
  `forceAskForCredentials`, so that a bank does not lock the account over the old ones.
";

/// Returns the page.
pub fn status_page() -> String {
    let mut page = INTRODUCTION.to_owned();
    states::write(&mut page);
    circumstances::write(&mut page);
    write_messages(&mut page);
    page
}

fn write_messages(page: &mut String) {
    page.push_str(
        "\n## Messages for the user\n\n`nextAction.message`, by `Accept-Language`: Portuguese unless English is preferred.\n\n\
         | Why | Portuguese | English |\n|---|---|---|\n",
    );
    for reason in Reason::ALL {
        let _ = writeln!(
            page,
            "| {} | {} | {} |",
            reason.as_str(),
            message(*reason, Language::Portuguese),
            message(*reason, Language::English)
        );
    }
}

/// Returns the cells of the response: phase, next action, connect token, and reason.
fn answer(reason: Reason) -> String {
    let token = match reason.token_use() {
        Some(TokenUse::Update) => "`{\"itemId\": …}`",
        Some(TokenUse::NewConnection) => "`{}`",
        None => "null",
    };
    format!(
        "`{}` | `{}` | {token} | {}",
        word(reason.phase()),
        word(reason.action()),
        reason.as_str()
    )
}

fn word(value: impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap();
    value.as_str().unwrap().to_owned()
}

/// Returns an item that changed half an hour ago, with additional fields.
fn item(status: &str, execution_status: &str, fields: Value) -> Item {
    let mut item = json!({
        "id": "9a7b6c5d-0000-4000-8000-000000000001",
        "status": status,
        "executionStatus": execution_status,
        "updatedAt": NOW - jiff::SignedDuration::from_mins(30),
    });
    let fields: Map<String, Value> = serde_json::from_value(fields).unwrap();
    item.as_object_mut().unwrap().extend(fields);
    serde_json::from_value(item).unwrap()
}
