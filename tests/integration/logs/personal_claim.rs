//! Claims that name a person: refused by every function, with a line that names the setting and not the value.

use runtime::clock::now;
use serde_json::{Value, json};
use tests::{Deployment, sample};

use super::Log;
use crate::callers::{SAMPLES, answer};
use crate::observed::Observed;

const EMAIL: &str = "maria@example.com";
/// A CPF that no person has, without and with punctuation.
const CPF: [&str; 2] = ["11144477735", "111.444.777-35"];

#[tokio::test]
async fn a_claim_that_names_a_person_is_refused_and_only_its_setting_is_logged() {
    let mut deployment = Deployment::start().await;
    let observed = Observed::new();
    deployment.tables.client = observed.client(&deployment.tables);

    for event in SAMPLES.map(sample::json) {
        for user in [EMAIL, CPF[0], CPF[1]] {
            let log = Log::start();

            let answer = answer(&deployment, &sample::as_user(event.clone(), user)).await;

            let what = &event["routeKey"];
            assert_eq!(answer.status(), 403, "{what}");
            let problem: Value = serde_json::from_slice(answer.body()).unwrap();
            let forbidden = json!({"type": "about:blank", "title": "Forbidden", "status": 403});
            assert_eq!(problem, forbidden, "{what}");
            let errors = log.text().matches(r#""level":"ERROR""#).count();
            assert_eq!(errors, 1, "{what}: {}", log.text());
            assert!(
                log.text().contains(r#""setting":"OwnerClaim""#),
                "{}",
                log.text()
            );
            log.assert_lacks(&[user, "maria", "11144477735"]);
        }
    }
    assert_eq!(observed.take(), Vec::<String>::new());
    assert!(deployment.pluggy.requests().is_empty());
}

#[tokio::test]
async fn a_deployment_may_allow_claims_that_name_a_person() {
    let deployment = Deployment::start().await;
    let mut app = deployment.item_status();
    app.callers.allows_personal_claim = true;

    for user in [EMAIL, CPF[0], CPF[1]] {
        let answer = item_status::handle(&app, sample::get_items(user, &[]), now()).await;

        assert_eq!(answer.status(), 200, "{user}");
    }
}
