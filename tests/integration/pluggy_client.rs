//! What the client makes of Pluggy's answers.

use std::time::Duration;

use sandbox::{Effect, Fault};
use shared::clock::now;
use shared::pluggy::{Error, ItemId};
use tests::Deployment;

fn unknown_item() -> ItemId {
    "9a7b6c5d-0000-4000-8000-00000000ffff".parse().unwrap()
}

async fn answer_to(effect: Effect) -> (Error, usize) {
    let deployment = Deployment::start().await;
    let client = deployment.pluggy_client();
    client.item(unknown_item(), now()).await.unwrap();
    deployment.pluggy.add_fault(Fault {
        method: Some("GET".to_owned()),
        path_prefix: "/items/".to_owned(),
        times: None,
        effect,
    });

    let error = client.item(unknown_item(), now()).await.unwrap_err();

    (error, deployment.requests_for("POST", "/auth"))
}

fn status(status: u16, code_description: Option<&str>) -> Effect {
    Effect::Status {
        status,
        code_description: code_description.map(str::to_owned),
    }
}

#[tokio::test]
async fn a_denial_with_a_code_is_no_reason_to_renew_the_key() {
    let (error, authentications) = answer_to(status(403, Some("CLIENT_IP_NOT_ALLOWED"))).await;

    let Error::Rejected { status: 403, code } = error else {
        panic!("{error:?}");
    };
    assert_eq!(code.as_deref(), Some("CLIENT_IP_NOT_ALLOWED"));
    assert_eq!(authentications, 1);
}

#[tokio::test]
async fn a_rate_limit_says_how_long_to_wait() {
    let (error, _) = answer_to(Effect::RateLimited { reset_seconds: 17 }).await;

    assert_eq!(error.retry_after(), Some(Duration::from_secs(17)));
}

#[tokio::test]
async fn a_server_error_and_a_lost_connection_are_unavailability() {
    let (error, _) = answer_to(status(503, None)).await;
    assert!(
        matches!(
            error,
            Error::Unavailable {
                status: Some(503),
                ..
            }
        ),
        "{error:?}"
    );

    let (error, _) = answer_to(Effect::Disconnect).await;
    assert!(
        matches!(error, Error::Unavailable { status: None, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn no_answer_in_time_is_unavailability() {
    let (error, _) = answer_to(Effect::Hang).await;

    assert!(
        matches!(error, Error::Unavailable { status: None, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn garbage_is_an_unreadable_answer_that_is_not_quoted() {
    let (error, _) = answer_to(Effect::Garbage).await;

    assert!(matches!(error, Error::Unreadable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_404_of_something_else_does_not_mean_that_the_item_is_gone() {
    let (error, _) = answer_to(status(404, None)).await;

    assert!(
        matches!(
            error,
            Error::Rejected {
                status: 404,
                code: None
            }
        ),
        "{error:?}"
    );
}
