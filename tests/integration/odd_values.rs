//! Bodies with odd values. One odd value makes that value absent, and changes nothing else. It makes a body useless only
//! where the body is nothing without it, such as an item without its id.

mod responses;
mod webhooks;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use pluggy::{ItemPage, LegacyConnectEvent, ListedItem, TransactionPage};
use proptest::prelude::*;
use serde_json::{Value, json};
use tests::odd::{self, Odd, Place};
use tests::wire_types;

use crate::corpus;
use crate::wire_types::without_nulls;

/// Fields without which their object is useless, in any object.
const ALWAYS_REQUIRED: [&str; 3] = ["id", "apiKey", "accessToken"];
/// A choice cannot be offered without these.
const REQUIRED_IN_OPTIONS: [&str; 2] = ["label", "value"];

/// Samples of fields that no official source has: they are in the documentation, or were seen.
fn further_samples() -> Vec<(&'static str, Value)> {
    vec![
        (
            "Item",
            json!({"id": ID, "oauthRedirectUri": "https://app.example.com"}),
        ),
        (
            "Event",
            json!({
                "event": "item/error", "eventId": "1", "itemId": ID, "clientId": ID, "clientUserId": "usr_1",
                "triggeredBy": "USER", "status": "COMPLETED", "data": {"status": "COMPLETED"},
                "error": {"code": "X", "message": "m", "parameter": "token", "description": "d", "detail": "e"},
                "connectorId": "201", "accountId": ID, "transactionIds": [ID, ID], "transactionsCount": 2,
                "transactionsMinDate": "2026-11-23", "transactionsCreatedAtFrom": "2026-11-23T12:00:00.000Z",
                "createdTransactionsLink": "https://example.com/1", "id": ID,
                "createdTransactionsLinkV2": "https://example.com/2", "paymentRequestId": ID,
                "paymentIntentId": ID, "bulkPaymentId": ID, "referenceId": "r", "scheduledPaymentId": ID,
                "schedulePaymentId": ID, "automaticPixPaymentId": ID, "endToEndId": "e",
                "smartTransferPaymentId": ID, "smartTransferPreauthorizationId": ID, "boletoId": ID,
            }),
        ),
        (
            "EventError",
            json!({"code": "X", "message": "m", "parameter": "token", "description": "d", "detail": "e"}),
        ),
        (
            "ErrorBody",
            json!({"codeDescription": "ITEM_USER_ALREADY_EXISTS", "items": [ID, ID]}),
        ),
    ]
}

const ID: &str = "9a7b6c5d-0000-4000-8000-000000000001";

/// Returns the full instances of each type.
fn samples() -> BTreeMap<&'static str, Vec<Value>> {
    let full = |name| {
        let instances = corpus::instances(name).into_iter();
        instances
            .filter(|(case, _)| case.starts_with("full "))
            .map(|(_, instance)| instance)
            .collect()
    };
    let mut samples: BTreeMap<_, Vec<Value>> = corpus::types()
        .into_keys()
        .map(|name| (name, full(name)))
        .collect();
    for (name, sample) in further_samples() {
        samples.get_mut(name).unwrap().push(sample);
    }
    samples
}

/// Returns whether the body, or the object in it, is nothing without the value at this place.
fn is_required(place: &Place) -> bool {
    let is_choice = || place.parent().0.len() > 1 && place.parent().parent().field() == "options";
    ALWAYS_REQUIRED.contains(&place.field())
        || (REQUIRED_IN_OPTIONS.contains(&place.field()) && is_choice())
}

/// A sample as it is parsed and serialized again, without the value at one place.
struct Expected {
    place: Place,
    /// Without nulls.
    body: Value,
    /// The length of the list that the place is in.
    length: Option<usize>,
}

impl Expected {
    fn without(place: &Place, sample: &Value) -> Self {
        let mut body = sample.clone();
        place.remove_from(&mut body);
        Self {
            place: place.clone(),
            body: comparable(body),
            length: length(place, sample),
        }
    }

    /// Returns whether a body is equal but for the value at the place, which it may have or not.
    fn is(&self, mut read: Value) -> bool {
        // An element that was left out has no place any more.
        let is_left_out = self.length > length(&self.place, &read);
        if !is_left_out {
            self.place.remove_from(&mut read);
        }
        self.body == comparable(read)
    }
}

fn length(place: &Place, body: &Value) -> Option<usize> {
    let list = place.parent();
    list.of(body).and_then(Value::as_array).map(Vec::len)
}

/// Checks bodies with an odd value, in the order of their places.
fn check_all(name: &str, again: corpus::Again, sample: &Value, odd: impl Iterator<Item = Odd>) {
    let mut expected: Option<Expected> = None;
    for odd in odd {
        let expected = match &mut expected {
            Some(expected) if expected.place == odd.place => expected,
            other => other.insert(Expected::without(&odd.place, sample)),
        };
        check(name, again, sample, expected, &odd);
    }
}

/// Checks that a body with an odd value differs from the sample in nothing but that value. `sample` is parsed and
/// serialized again; `name` is the type's.
fn check(name: &str, again: corpus::Again, sample: &Value, expected: &Expected, odd: &Odd) {
    let Odd { place, value, body } = odd;
    let what = || format!("{name}{place} as {value:.40?}");
    let is_required = is_required(place) || name == "CredentialOption";
    let read = match again(body) {
        Ok(read) => read,
        Err(error) => {
            assert!(is_required && place.0.len() == 1, "{}: {error}", what());
            return;
        }
    };
    let may_lose_its_object = is_required && place.0.len() > 1;
    let same = if may_lose_its_object {
        expected.is(read.clone()) || Expected::without(&place.parent(), sample).is(read)
    } else {
        expected.is(read)
    };
    assert!(same, "{} of {body}: not as {sample}", what());
}

/// Returns the body without nulls. For a page, an empty list is equal to none.
fn comparable(body: Value) -> Value {
    let mut body = without_nulls(body);
    if body["results"] == json!([]) {
        body.as_object_mut().unwrap().remove("results");
    }
    body
}

#[test]
fn the_samples_have_every_field_of_every_type() {
    let fields = wire_types::received();
    for (name, samples) in samples() {
        let covered: BTreeSet<&str> = samples
            .iter()
            .flat_map(|sample| sample.as_object().unwrap().keys())
            .map(String::as_str)
            .collect();

        let missing: Vec<_> = fields[name].difference(&covered).collect();

        assert!(missing.is_empty(), "{name}: {missing:?}");
    }
}

#[test]
fn one_odd_value_makes_that_value_absent_and_nothing_else() {
    let types = corpus::types();
    for (name, samples) in samples() {
        for sample in &samples {
            let expected = types[name](&sample.to_string()).unwrap();
            check_all(name, types[name], &expected, odd::bodies(sample));
        }
    }
}

#[test]
fn what_is_useless_without_its_id_is_refused() {
    let types = corpus::types();
    let mut refusing = BTreeSet::new();
    for (name, samples) in samples() {
        for sample in &samples {
            for place in odd::places(sample) {
                let is_refused = |value: Option<&str>| {
                    let odd = (place.clone(), value.map(str::to_owned));
                    types[name](&odd::with(sample, &[odd])).is_err()
                };
                if is_refused(None) || is_refused(Some("null")) {
                    refusing.insert(format!("{name}{place}"));
                }
            }
        }
    }

    let expected = [
        "Account/id",
        "AuthResponse/apiKey",
        "ConnectTokenResponse/accessToken",
        "Connector/id",
        "Consent/id",
        "CredentialOption/label",
        "CredentialOption/value",
        "Incident/id",
        "Item/id",
        "Transaction/id",
        "Webhook/id",
    ];
    assert_eq!(refusing, expected.map(str::to_owned).into());
}

#[test]
fn an_odd_value_in_a_page_leaves_its_list_and_never_seems_to_end_it() {
    let item = json!({"id": ID, "updatedAt": "2026-11-23T12:00:00Z"});
    let sample = json!({"results": [item, item, item], "next": "?after=abc"});
    let items: corpus::Again = |body| {
        let page: ItemPage = pluggy::parse(body.as_bytes())?;
        let entry = |item: &ListedItem| json!({"id": item.id, "updatedAt": item.updated_at});
        let entries: Vec<_> = page.results.iter().map(entry).collect();
        let next = page.next.map(|next| format!("?after={}", next.as_str()));
        Ok(json!({"results": entries, "next": next}))
    };
    let transactions: corpus::Again = |body| {
        let page: TransactionPage = pluggy::parse(body.as_bytes())?;
        let next = page.next.map(|next| format!("?after={}", next.as_str()));
        Ok(json!({"results": page.results, "next": next}))
    };
    for (name, again, ends) in [
        ("ItemPage", items, ["next", "next"]),
        ("TransactionPage", transactions, ["next", "results"]),
    ] {
        let expected = again(&sample.to_string()).unwrap();
        for odd in odd::bodies(&sample) {
            let is_end = ends.iter().any(|field| odd.place.is_of_the_body(field));
            // Pluggy's own way to say that a list ends. A number that no float holds reads as null, too.
            let reads_as_null = |value: &str| matches!(value, "null" | "1e999");
            let is_said =
                odd.place.is_of_the_body("next") && odd.value.as_deref().is_none_or(reads_as_null);
            match again(&odd.body) {
                Err(_) => assert!(is_end && !is_said, "{name}{} {:?}", odd.place, odd.value),
                Ok(_) if is_end && !is_said => {
                    let is_list = odd
                        .value
                        .as_deref()
                        .is_some_and(|value| value.starts_with('['));
                    assert!(is_list, "{name}{} {:?}", odd.place, odd.value);
                }
                Ok(_) => {
                    let place = Expected::without(&odd.place, &expected);
                    check(name, again, &expected, &place, &odd);
                }
            }
        }
    }
}

#[test]
fn an_odd_value_in_the_older_pair_of_the_widget_is_absent() {
    for body in [
        "[]",
        "[null]",
        r#"[7, "odd"]"#,
        r#"["SUBMITTED_MFA"]"#,
        r#"["SUBMITTED_MFA", null]"#,
        r#"["SUBMITTED_MFA", {"timestamp": "odd"}]"#,
        r#"[["SUBMITTED_MFA"], {"timestamp": 7}]"#,
    ] {
        serde_json::from_str::<LegacyConnectEvent>(body).unwrap();
    }
}

/// The samples of all types.
static SAMPLES: LazyLock<Vec<(&str, Value)>> = LazyLock::new(|| {
    let samples = samples().into_iter();
    samples
        .flat_map(|(name, samples)| samples.into_iter().map(move |sample| (name, sample)))
        .collect()
});

proptest! {
    #[test]
    fn any_number_of_odd_values_leaves_a_body_with_its_id(
        sample in any::<prop::sample::Index>(),
        spoiled in prop::collection::vec(any::<(prop::sample::Index, prop::sample::Index)>(), 1..12),
    ) {
        let (name, sample) = sample.get(&SAMPLES);
        let (places, values) = (odd::places(sample), odd::values());
        let is_kept = |place: &Place| {
            place.0.len() == 1 && (is_required(place) || *name == "CredentialOption")
        };
        let odd: BTreeMap<_, _> = spoiled
            .iter()
            .map(|(place, value)| (place.get(&places).clone(), value.get(&values).clone()))
            .filter(|(place, _)| !is_kept(place))
            .collect();
        let body = odd::with(sample, &odd.into_iter().collect::<Vec<_>>());

        let read = corpus::types()[name](&body);

        prop_assert!(read.is_ok(), "{}: {:?} of {}", name, read, body);
    }
}
