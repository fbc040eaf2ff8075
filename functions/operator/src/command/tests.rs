use super::*;
use serde_json::json;

const RUN: &str = "2f1e0d9c-0000-4000-8000-000000000020";
const OTHER_RUN: &str = "2f1e0d9c-0000-4000-8000-000000000021";
const ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000001";

fn stated(run: &str) -> Value {
    json!({"run": run, "caller": "arn:aws:iam::123456789012:user/on-call"})
}

fn refused(command: Value) -> String {
    let refusal = Command::parse(command).unwrap_err();
    format!("{} {}", refusal.field, refusal.reason)
}

#[test]
fn an_export_needs_a_user_and_nothing_else() {
    for (fields, refusal) in [
        (json!({}), "clientUserId must be"),
        (json!({"clientUserId": ""}), "clientUserId must be"),
        (
            json!({"clientUserId": "usr_1", "cursor": "users."}),
            "cursor must be",
        ),
        (
            json!({"clientUserId": "usr_1", "itemId": ITEM}),
            "itemId is not a field",
        ),
    ] {
        let mut command = json!({"action": "export"});
        let fields = fields.as_object().unwrap().clone();
        command.as_object_mut().unwrap().extend(fields);

        let refused = refused(command);

        assert!(refused.contains(refusal), "{refused}");
    }
}

#[test]
fn a_command_that_says_too_little_or_too_much_is_refused_by_field() {
    let cases = [
        (json!([]), "must be an object"),
        (json!({}), "action must be"),
        (json!({"action": "delete"}), "action must be"),
        (json!({"action": "inspect"}), "action must be"),
        (
            json!({"action": "replay", "run": RUN}),
            "itemId must be given",
        ),
        (
            json!({"action": "replay", "run": RUN, "itemId": ITEM, "clientUserId": "usr_1"}),
            "only one of them",
        ),
        (
            json!({"action": "replay", "run": RUN, "itemId": "x"}),
            "itemId must be a UUID",
        ),
        (
            json!({"action": "replay", "itemId": ITEM}),
            "run must be a UUID",
        ),
        (
            json!({"action": "replay", "run": RUN, "since": "yesterday"}),
            "since must be a time",
        ),
        (
            json!({"action": "replay", "run": RUN, "itemId": ITEM, "cursor": "x"}),
            "cursor is not a field",
        ),
        (
            json!({"action": "replay", "run": RUN, "clientUserId": "usr_1", "cursor": "users."}),
            "cursor must be",
        ),
        (
            json!({"action": "replay", "run": RUN, "itemId": ITEM, "limit": 0}),
            "limit must be a number from 1 to 10000",
        ),
        (
            json!({"action": "replay", "run": RUN, "itemId": ITEM, "limit": 10_001}),
            "limit must be a number",
        ),
        (
            json!({"action": "replay", "run": RUN, "itemId": ITEM, "limit": "25"}),
            "limit must be a number",
        ),
        (
            json!({"action": "export", "clientUserId": "usr_1", "limit": 25}),
            "limit is not a field",
        ),
        (
            json!({"action": "import", "run": RUN}),
            "items must be a list of 1 to 25 items",
        ),
        (
            json!({"action": "import", "run": RUN, "items": vec![json!({"itemId": ITEM}); 26]}),
            "items must be a list",
        ),
        (
            json!({"action": "import", "run": RUN, "items": [{"itemId": ITEM}, {"itemId": 7}]}),
            "items[1].itemId must be a UUID",
        ),
        (
            json!({"action": "import", "run": RUN, "items": [{"itemId": ITEM, "owner": "usr_1"}]}),
            "items[0].owner is not a field",
        ),
        (
            json!({"action": "import", "run": RUN, "items": ["x"]}),
            "items[0] must be an object",
        ),
        (
            json!({"action": "export", "clientUserId": "usr_1", "audit": {"run": RUN, "caller": "maria"}}),
            "audit must be an object",
        ),
        (
            json!({"action": "export", "clientUserId": "usr_1", "audit": {"run": RUN}}),
            "audit must be an object",
        ),
        (
            json!({"action": "replay", "run": RUN, "itemId": ITEM, "audit": stated(OTHER_RUN)}),
            "audit must have the run of the command",
        ),
        (
            json!({"action": "import", "run": RUN, "items": [{"itemId": ITEM}], "audit": stated(OTHER_RUN)}),
            "audit must have the run of the command",
        ),
    ];
    for (command, expected) in cases {
        let refused = refused(command.clone());

        assert!(refused.contains(expected), "{command}: {refused}");
    }
}

#[test]
fn a_refusal_does_not_repeat_what_was_sent() {
    for value in [
        json!("maria@example.com\u{7}"),
        json!(12_345_678_909_i64),
        json!({"cpf": "12345678909"}),
    ] {
        let refused = refused(json!({"action": "export", "clientUserId": value}));

        assert!(
            !refused.contains("maria") && !refused.contains("123456789"),
            "{refused}"
        );
    }
}
