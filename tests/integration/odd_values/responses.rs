//! Responses with odd values, through the client.

use client::{Client, Error};
use pluggy::{
    ConnectTokenOptions, ConnectTokenRequest, ItemId, TransactionFilter, UpdateItemRequest,
};
use pluggy::{CreateWebhookRequest, EventKind, UpdateWebhookRequest};
use runtime::clock::now;
use sandbox::{Effect, Fault};
use tests::Deployment;
use tests::deployment::WEBHOOK_URL;

const USER: &str = "usr_01J9X";
/// Bodies of a success without anything that can be read. `None` is an empty one.
const USELESS: [Option<&str>; 6] = [
    None,
    Some("null"),
    Some("[]"),
    Some("{}"),
    Some(r#"{"id":"half \ud83d"}"#),
    Some("OK"),
];

/// Makes the next response to `method` have this value.
fn spoil(deployment: &Deployment, method: &str, field: &str, json: Option<&str>) {
    deployment.pluggy.add_fault(Fault {
        method: Some(method.to_owned()),
        path_prefix: String::new(),
        times: Some(1),
        effect: Effect::Odd {
            field: field.to_owned(),
            json: json.map(str::to_owned),
        },
    });
}

/// Returns a deployment with a connected item, and a client that has its key.
async fn connected() -> (Deployment, Client, ItemId) {
    let deployment = Deployment::start().await;
    let id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(id, "UPDATED").await;
    let client = deployment.pluggy_client();
    client.item(id, now()).await.unwrap().unwrap();
    (deployment, client, id)
}

#[tokio::test]
async fn a_changed_item_has_only_its_id_if_the_response_has_no_usable_body() {
    for useless in USELESS {
        let (deployment, client, id) = connected().await;
        spoil(&deployment, "PATCH", "", useless);

        let update = UpdateItemRequest::default();
        let item = client.update_item(id, &update, now()).await.unwrap();

        let item = item.unwrap();
        assert_eq!((item.id, item.status.present()), (id, None), "{useless:?}");
        assert!(deployment.requests_for("PATCH", &format!("/items/{id}")) == 1);
    }
}

#[tokio::test]
async fn an_item_is_deleted_whatever_the_body_of_the_response() {
    for useless in USELESS {
        let (deployment, client, id) = connected().await;
        spoil(&deployment, "DELETE", "", useless);

        let deleted = client.delete_item(id, now()).await.unwrap();

        assert_eq!(deleted.unwrap().count, None, "{useless:?}");
        assert_eq!(client.delete_item(id, now()).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_webhook_is_changed_and_deleted_whatever_the_body_of_the_response() {
    let deployment = Deployment::start().await;
    let client = deployment.pluggy_client();
    let headers = [("x-webhook-secret".to_owned(), "s".to_owned())].into();
    let request = CreateWebhookRequest {
        url: WEBHOOK_URL,
        event: EventKind::ItemError,
        headers: &headers,
    };
    // From here on, the client has a key.
    client.webhooks(now()).await.unwrap();
    for useless in USELESS {
        spoil(&deployment, "POST", "/event", Some(r#""half \ud83d""#));
        let id = client.create_webhook(&request, now()).await.unwrap().id;
        spoil(&deployment, "PATCH", "", useless);
        spoil(&deployment, "DELETE", "", useless);

        let change = UpdateWebhookRequest {
            event: Some(EventKind::All),
            ..UpdateWebhookRequest::default()
        };
        let changed = client.update_webhook(id, &change, now()).await.unwrap();
        let deleted = client.delete_webhook(id, now()).await.unwrap();

        assert_eq!(changed.unwrap().id, id, "{useless:?}");
        assert_eq!(deleted.unwrap().count, None, "{useless:?}");
        assert!(client.webhooks(now()).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn an_item_without_its_id_or_a_token_without_its_text_is_unreadable() {
    let (deployment, client, id) = connected().await;
    let request = ConnectTokenRequest {
        item_id: None,
        options: ConnectTokenOptions::default(),
    };
    for odd in [None, Some("null"), Some("7"), Some(r#""half \ud83d""#)] {
        spoil(&deployment, "GET", "/id", odd);
        spoil(&deployment, "POST", "/accessToken", odd);

        let item = client.item(id, now()).await.map(|_| ());
        let token = client
            .create_connect_token(&request, now())
            .await
            .map(|_| ());

        for answer in [item, token] {
            assert!(
                matches!(answer, Err(Error::Unreadable { .. })),
                "{odd:?} {answer:?}"
            );
        }
    }
}

#[tokio::test]
async fn an_odd_entry_of_a_list_is_left_out_and_the_others_are_there() {
    let (deployment, client, id) = connected().await;
    let accounts = client.accounts(id, now()).await.unwrap().results;
    let account = accounts[0].id;
    let all = TransactionFilter::default();
    let transactions = client.transactions(account, &all, None, now()).await;
    let transactions = transactions.unwrap().unwrap().results;
    for odd in ["null", "7", "[]", r#"{"id":"half \ud83d"}"#, r#""odd""#] {
        spoil(&deployment, "GET", "/results/0", Some(odd));
        let read = client.accounts(id, now()).await.unwrap();
        assert_eq!(
            (&read.results[..], read.unreadable),
            (&accounts[1..], 1),
            "{odd}"
        );

        spoil(&deployment, "GET", "/results/0", Some(odd));
        let read = client.transactions(account, &all, None, now()).await;
        let read = read.unwrap().unwrap();
        assert_eq!(
            (&read.results[..], read.unreadable),
            (&transactions[1..], 1),
            "{odd}"
        );
    }
}

#[tokio::test]
async fn an_error_with_odd_fields_keeps_its_meaning_and_a_404_without_its_code_proves_nothing() {
    let (deployment, client, id) = connected().await;
    client.delete_item(id, now()).await.unwrap();

    for (field, json) in [
        ("/message", r#""half \ud83d""#),
        ("/code", "[]"),
        ("/details", "7"),
    ] {
        spoil(&deployment, "GET", field, Some(json));
        assert_eq!(client.item(id, now()).await.unwrap(), None, "{field}");
    }
    for odd in [
        None,
        Some("null"),
        Some("[]"),
        Some(r#""ITEM_NOT_FOUND\ud83d""#),
    ] {
        spoil(&deployment, "GET", "/codeDescription", odd);
        let answer = client.item(id, now()).await;
        assert!(
            matches!(answer, Err(Error::Rejected { status: 404, .. })),
            "{answer:?}"
        );
    }
}
