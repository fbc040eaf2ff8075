//! Rules for the row after a fetch that only hints from frontends requested. [`change_nothing`] must catch the bug
//! `hints-of-non-owners-count` of `seeded_bugs.toml`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use store::StoredItem;

use crate::checks::{CheckResult, ensure};
use crate::model::{Given, Model, USER};
use crate::step::Hinter;

/// A user that only the user's own frontend names.
const NON_OWNER: &str = "usr_3";

/// Returns the user who signed in at the frontend.
pub(crate) fn user(hinter: Hinter) -> &'static str {
    match hinter {
        Hinter::User => USER,
        Hinter::OtherUser => NON_OWNER,
    }
}

/// Returns the item's owner: the owner in the row, else the one in Pluggy's response. A 404 names nobody.
pub(crate) fn owner(
    model: &Model,
    before: Option<&StoredItem>,
    given: Option<Given>,
) -> Option<String> {
    let of_row = before.and_then(StoredItem::user);
    let names_the_owner = model.answers_name_the_owner && given != Some(Given::Missing);
    let of_answer = names_the_owner.then(|| USER.to_owned());
    of_row.map(|owner| owner.as_str().to_owned()).or(of_answer)
}

/// Returns whether all records are hints, and none is from the owner.
pub(crate) fn are_from_others(records: &[Value], owner: Option<&str>) -> bool {
    records
        .iter()
        .all(|image| is_hint(image) && owner.is_none_or(|owner| hinting_user(image) != owner))
}

/// Returns whether this record is a hint.
pub(crate) fn is_hint(image: &Value) -> bool {
    image["origin"]["S"] == "hint"
}

fn hinting_user(image: &Value) -> String {
    let body = STANDARD.decode(image["body"]["B"].as_str().unwrap());
    let body: Value = serde_json::from_slice(&body.unwrap()).unwrap();
    body["clientUserId"].as_str().unwrap().to_owned()
}

/// Checks that hints from non-owners change nothing. A row with an owner stays identical, and Pluggy gets no request.
/// In other rows only the time of the next fetch may change, which no user sees.
pub(crate) fn change_nothing(
    before: Option<&StoredItem>,
    row: &StoredItem,
    given: Option<Given>,
) -> CheckResult {
    if let Some(before) = before.filter(|before| before.owner().is_some()) {
        ensure(given.is_none(), "a hint from a non-owner causes no fetch")?;
        return ensure(
            row == before,
            "a hint from a non-owner leaves the row as it is",
        );
    }
    let snapshot = before.and_then(StoredItem::snapshot);
    let missing_since = before.and_then(|before| before.schedule.missing_since);
    let was_gone = before.is_some_and(StoredItem::is_tombstone);
    ensure(
        row.owner().is_none()
            && row.snapshot() == snapshot
            && row.schedule.missing_since == missing_since
            && row.is_tombstone() == was_gone,
        "a hint from a non-owner adds no state, no owner and no suspicion",
    )
}
