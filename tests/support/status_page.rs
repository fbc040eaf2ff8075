//! docs/reference/status.md: the API's response for each state, generated from the code that decides it.

mod circumstances;
mod states;

use std::fmt::Write as _;

use connection::{Assessment, Language, Reason, TokenUse, message};
use jiff::Timestamp;
use pluggy::Item;
use serde_json::{Map, Value, json};

/// The time for which the page is generated. Any other time gives the same page.
const NOW: Timestamp = Timestamp::constant(1_795_435_200, 0);

const INTRODUCTION: &str = "\
# States of a connection

For frontend developers and operators. After this page you know what `GET /items/{itemId}` answers for each state of an item
at Pluggy, and what to show. `make status-page` makes this page from the code that decides (`shared/connection`), and a test
compares the two.

`phase` and `nextAction.kind` are closed vocabularies: switch on them. `nextAction.reason` says why, with a stable code; [the
reasons](#reasons) are an open vocabulary, so ignore a code that you do not know. `status`, `executionStatus` and `error.code`
are Pluggy's and may get new values at any time; show them to no user.

- The item's `status` decides first, then its `executionStatus`, or `error.code` where that one only says that something
  failed. A value that this version does not know gives `unknown` only where no other field decides, and never an
  error. An `executionStatus` that ends in `_IN_PROGRESS` is running, whatever its prefix.
- `connectToken` says what to post to `/connect-token` for the next step: the item to update, `{}` for a new connection, or
  null where the next step is not in the widget.
- An item that Pluggy has not answered about yet is `connecting` with `wait` and the reason `not_fetched`. Once an
  event reports its deletion, it is not found (404).
- Pluggy refuses to update items of MeuPluggy (connector 200). For them, `nextAction` is `connect_again` with `{}` wherever
  these tables have `{\"itemId\": …}`, and `/connect-token` refuses their `itemId` with 409.
- An Open Finance login is `WAITING_USER_INPUT` at Pluggy, like an MFA prompt: with a `parameter` of type `oauth`, or without a
  `parameter` at a connector with `oauth` or `isOpenFinance`. Its link is `nextAction.link` until it expires.
- The API computes the answer at each request, so it changes with time alone. Data is `data_stale` as soon as it is more than
  seven days old. The event on the bus follows with the next fetch of the item, which is at most a day later.
- Where the widget is to update an item whose stored credentials cannot work, `/connect-token` answers with
  `forceAskForCredentials`, so that a bank does not lock the account over the old ones.
";

/// Returns the page.
pub fn status_page() -> String {
    let mut page = INTRODUCTION.to_owned();
    states::write(&mut page);
    circumstances::write(&mut page);
    write_reasons(&mut page);
    page
}

fn write_reasons(page: &mut String) {
    page.push_str(
        "\n## Reasons\n\nEach `nextAction.reason`, its meaning, and `nextAction.message` by `Accept-Language`: Portuguese unless English \
         is preferred.\n\n| `nextAction.reason` | Meaning | Portuguese | English |\n|---|---|---|---|\n",
    );
    for reason in Reason::ALL {
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} |",
            reason.code(),
            reason.meaning(),
            message(*reason, Language::Portuguese),
            message(*reason, Language::English)
        );
    }
}

/// Returns the cells of the response: phase, next action, connect token, and reason.
fn answer(assessment: Assessment) -> String {
    let token = match assessment.token_use() {
        Some(TokenUse::Update) => "`{\"itemId\": …}`",
        Some(TokenUse::NewConnection) => "`{}`",
        None => "null",
    };
    format!(
        "`{}` | `{}` | {token} | `{}`",
        word(assessment.phase()),
        word(assessment.action()),
        assessment.reason.code()
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
