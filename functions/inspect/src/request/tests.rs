use super::*;
use serde_json::json;

const RUN: &str = "2f1e0d9c-0000-4000-8000-000000000020";
const ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000001";

fn of_command(event: Value) -> Result<Subject, InvalidCommand> {
    match Request::parse(event) {
        Request::Command(command) => command.map(|(subject, _)| subject),
        other => panic!("{other:?}"),
    }
}

fn of_widget(mut parameters: Value, query: &str) -> WidgetRequest {
    parameters["widgetContext"] =
        json!({"theme": "dark", "width": 588, "forms": {"all": {"query": query}}});
    match Request::parse(parameters) {
        Request::Widget(request) => request,
        other => panic!("{other:?}"),
    }
}

fn wanted(parameters: Value, query: &str) -> Wanted {
    of_widget(parameters, query).wanted.unwrap()
}

fn item() -> Subject {
    Subject::Item(ITEM.parse().unwrap())
}

fn user(id: &str) -> Subject {
    Subject::User {
        client_user_id: id.parse().unwrap(),
        cursor: None,
    }
}

#[test]
fn a_command_names_an_item_or_a_user_and_perhaps_its_caller() {
    let caller = "arn:aws:iam::123456789012:user/maria";
    let audit = json!({"run": RUN, "caller": caller});

    let of_item = Request::parse(json!({"action": "inspect", "itemId": ITEM, "audit": audit}));
    let of_user = of_command(json!({"action": "inspect", "clientUserId": "usr_1"}));

    let Request::Command(Ok((subject, Some(stated)))) = of_item else {
        panic!("{of_item:?}")
    };
    assert_eq!(
        (subject, stated.caller.as_str()),
        (item(), caller),
        "of the item"
    );
    assert_eq!(of_user, Ok(user("usr_1")));
}

#[test]
fn what_is_no_command_is_refused_by_its_field() {
    let cursor = "001795435200000";
    for (command, field) in [
        (json!(null), ""),
        (json!({"itemId": ITEM}), ""),
        (json!({"action": "import", "itemId": ITEM}), ""),
        (
            json!({"action": "inspect", "itemId": ITEM, "force": true}),
            "",
        ),
        (
            json!({"action": "inspect", "itemId": ITEM, "audit": {"run": RUN}}),
            "",
        ),
        (
            json!({"action": "inspect", "itemId": ITEM, "audit": {"run": RUN, "caller": "maria"}}),
            "",
        ),
        (json!({"action": "inspect"}), "itemId"),
        (
            json!({"action": "inspect", "itemId": ITEM, "clientUserId": "usr_1"}),
            "itemId",
        ),
        (json!({"action": "inspect", "itemId": "x"}), "itemId"),
        (
            json!({"action": "inspect", "itemId": ITEM, "cursor": cursor}),
            "cursor",
        ),
        (
            json!({"action": "inspect", "clientUserId": ""}),
            "clientUserId",
        ),
        (
            json!({"action": "inspect", "clientUserId": "usr_1", "cursor": "x"}),
            "cursor",
        ),
    ] {
        let refusal = of_command(command.clone()).unwrap_err();

        assert_eq!(refusal.field, field, "{command}");
    }
}

#[test]
fn the_widget_shows_what_its_parameters_or_a_button_name() {
    assert_eq!(wanted(json!({}), ""), Wanted::Nothing);
    assert_eq!(
        wanted(json!({"itemId": ITEM}), "usr_2"),
        Wanted::Subject(item())
    );
    assert_eq!(
        wanted(json!({"clientUserId": "usr_1"}), ""),
        Wanted::Subject(user("usr_1"))
    );
}

#[test]
fn a_search_takes_the_id_of_the_form_whichever_it_is() {
    let search = || json!({"search": true});

    assert_eq!(wanted(search(), "  "), Wanted::Nothing);
    assert_eq!(
        wanted(search(), " usr_1\t"),
        Wanted::Subject(user("usr_1")),
        "as it was pasted"
    );
    assert_eq!(
        wanted(search(), ITEM),
        Wanted::ItemOrUser(ITEM.parse().unwrap(), ITEM.parse().unwrap())
    );
    assert!(
        of_widget(search(), &"x".repeat(256)).wanted.is_err(),
        "too long"
    );
}

#[test]
fn what_was_typed_is_kept_as_far_as_the_field_holds_it() {
    let (typed, long) = (
        of_widget(json!({"search": true}), " usr 1\t"),
        of_widget(json!({"itemId": "x"}), &"ã".repeat(256)),
    );

    assert_eq!(typed.query, "usr 1");
    assert_eq!(long.query, "ã".repeat(255));
}

#[test]
fn wrong_parameters_of_the_widget_are_refused() {
    for parameters in [
        json!({"itemID": ITEM}),
        json!({"itemId": 7}),
        json!({"itemId": "x"}),
        json!({"itemId": ITEM, "clientUserId": "usr_1"}),
        json!({"clientUserId": "usr_1", "cursor": "x"}),
    ] {
        assert!(
            of_widget(parameters.clone(), "").wanted.is_err(),
            "{parameters}"
        );
    }
}

#[test]
fn an_odd_context_reads_as_a_light_page_without_a_form() {
    for context in [
        json!(null),
        json!([]),
        json!({"theme": 7, "forms": null}),
        json!({"forms": {"all": {"query": ["usr_1"]}}}),
    ] {
        let Request::Widget(request) =
            Request::parse(json!({"search": true, "widgetContext": context}))
        else {
            panic!("{context}")
        };

        assert_eq!(
            (request.theme, request.wanted),
            (Theme::Light, Ok(Wanted::Nothing)),
            "{context}"
        );
    }
    assert_eq!(of_widget(json!({}), "").theme, Theme::Dark);
}

#[test]
fn the_console_gets_the_documentation_whatever_else_it_sends() {
    for event in [
        json!({"describe": true}),
        json!({"describe": true, "widgetContext": {}}),
    ] {
        assert!(matches!(Request::parse(event), Request::Describe));
    }
    assert!(of_command(json!({"describe": false})).is_err());
}
