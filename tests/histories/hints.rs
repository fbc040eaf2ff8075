//! What must hold of the row after a look that frontends alone asked for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use store::StoredItem;

use crate::checks::{Verdict, ensure};
use crate::step::Hinter;
use crate::world::{Given, USER, World};

/// Nobody names this user but the user's own frontend.
const STRANGER: &str = "usr_3";

/// Who signed in at the frontend.
pub(crate) fn user(hinter: Hinter) -> &'static str {
    match hinter {
        Hinter::User => USER,
        Hinter::Stranger => STRANGER,
    }
}

/// Whose item it is for whoever looks now: the row's owner stays, else Pluggy's answer says it.
pub(crate) fn owner(world: &World, before: Option<&StoredItem>) -> Option<String> {
    let of_row = before.and_then(|before| before.owner.as_ref());
    let of_answer = world.answers_name_the_owner.then(|| USER.to_owned());
    of_row.map(|owner| owner.as_str().to_owned()).or(of_answer)
}

/// Whether the records are hints alone, and none of them the owner's.
pub(crate) fn are_strangers(records: &[Value], owner: Option<&str>) -> bool {
    records.iter().all(|image| {
        image["origin"]["S"] == "hint" && owner.is_none_or(|owner| hinting_user(image) != owner)
    })
}

fn hinting_user(image: &Value) -> String {
    let body = STANDARD.decode(image["body"]["B"].as_str().unwrap());
    let body: Value = serde_json::from_slice(&body.unwrap()).unwrap();
    body["clientUserId"].as_str().unwrap().to_owned()
}

/// What somebody owns stays as it is, to the last attribute, without a question at Pluggy. Elsewhere
/// the next look may come at another time, which nobody sees.
pub(crate) fn change_nothing(
    before: Option<&StoredItem>,
    row: &StoredItem,
    given: Option<Given>,
) -> Verdict {
    if let Some(before) = before.filter(|before| before.owner.is_some()) {
        ensure(given.is_none(), "a stranger's hint is not worth a read")?;
        return ensure(row == before, "a stranger's hint leaves the row as it is");
    }
    let snapshot = before.and_then(|before| before.snapshot.as_ref());
    let missing_since = before.and_then(|before| before.schedule.missing_since);
    let was_gone = before.is_some_and(|before| before.deleted_at.is_some());
    ensure(
        row.owner.is_none()
            && row.snapshot.as_ref() == snapshot
            && row.schedule.missing_since == missing_since
            && row.deleted_at.is_some() == was_gone,
        "a stranger's hint brings no state, no owner and no suspicion",
    )
}
