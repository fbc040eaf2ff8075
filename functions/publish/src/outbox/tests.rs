use jiff::Timestamp;

use super::*;
use crate::reference::{Reference, RowKey};

/// A post about `partition` with a detail of so many bytes.
fn sized(partition: &str, number: usize, length: usize) -> Post {
    Post {
        entry: Some(Entry {
            id: number.to_string(),
            detail_type: "item.ready".to_owned(),
            time: Timestamp::UNIX_EPOCH,
            detail: "x".repeat(length),
        }),
        ..unreadable(partition, number)
    }
}

fn post(partition: &str, number: usize) -> Post {
    sized(partition, number, 2)
}

fn unreadable(partition: &str, number: usize) -> Post {
    Post {
        entry: None,
        reference: Reference {
            key: RowKey {
                pk: partition.to_owned(),
                sk: None,
            },
            id: None,
            detail_type: None,
            since: Timestamp::UNIX_EPOCH,
        },
        sequence_number: Some(number.to_string()),
    }
}

fn numbers(outbox: &Outbox) -> Vec<&str> {
    let request = outbox.next_request();
    request.map_or_else(Vec::new, |request| {
        let entries = outbox.entries(&request);
        entries.iter().map(|entry| entry.id.as_str()).collect()
    })
}

fn accepted() -> Verdict {
    Verdict::Accepted
}

fn refused() -> Verdict {
    Verdict::Refused("InternalFailure".to_owned())
}

fn answer(outbox: &mut Outbox, verdicts: Vec<Verdict>) {
    let request = outbox.next_request().unwrap();
    outbox.answered(&request, verdicts);
}

#[test]
fn a_request_has_one_post_of_a_partition_and_ten_in_all() {
    let posts = (0..30).map(|number| post(&format!("p{}", number / 2), number));

    let outbox = Outbox::new(posts.collect());

    let expected = ["0", "2", "4", "6", "8", "10", "12", "14", "16", "18"];
    assert_eq!(numbers(&outbox), expected);
}

#[test]
fn a_request_is_no_larger_than_the_bus_takes() {
    let large = MAX_BYTES - 100;
    let outbox = Outbox::new(vec![
        sized("a", 1, large),
        sized("b", 2, large),
        post("c", 3),
    ]);

    assert_eq!(numbers(&outbox), ["1", "3"]);
}

#[test]
fn a_post_waits_for_the_one_before_it_in_its_partition() {
    let mut outbox = Outbox::new(vec![post("a", 1), post("a", 2), post("b", 3)]);

    answer(&mut outbox, vec![refused(), accepted()]);
    assert_eq!(numbers(&outbox), ["1"]);

    answer(&mut outbox, vec![accepted()]);
    assert_eq!(numbers(&outbox), ["2"]);
    assert_eq!(outbox.published(), 2);
}

#[test]
fn what_is_refused_for_good_is_given_up_at_once() {
    let mut outbox = Outbox::new(vec![post("a", 1), post("a", 2)]);

    let verdict = Verdict::RefusedForGood("MalformedDetail".to_owned());
    answer(&mut outbox, vec![verdict]);

    let (given_up, code) = outbox.given_up().unwrap();
    assert_eq!((given_up, code), (&post("a", 1), "MalformedDetail"));
    outbox.remove_first();
    assert_eq!(outbox.given_up(), None);
    assert_eq!(numbers(&outbox), ["2"]);
}

#[test]
fn what_cannot_be_read_is_given_up_and_the_rest_goes_on() {
    let mut outbox = Outbox::new(vec![post("a", 1), unreadable("b", 2), post("b", 3)]);

    assert_eq!(
        outbox.given_up(),
        None,
        "the stream would repeat it with the first"
    );
    answer(&mut outbox, vec![accepted()]);
    assert_eq!(outbox.given_up(), Some((&unreadable("b", 2), "Unreadable")));
    outbox.remove_first();
    assert_eq!(numbers(&outbox), ["3"]);
}

#[test]
fn what_is_refused_again_and_again_is_given_up_only_if_the_bus_takes_others() {
    let mut outbox = Outbox::new(vec![post("a", 1), post("b", 2)]);
    for _ in 0..MAX_TRIES {
        assert_eq!(outbox.given_up(), None);
        answer(&mut outbox, vec![refused(), refused()]);
    }
    assert_eq!(outbox.given_up(), None);
    assert_eq!(outbox.next_request(), None, "the bus takes nothing");
    assert_eq!(outbox.refusal(), "InternalFailure");
    assert_eq!(outbox.into_posts(), [post("a", 1), post("b", 2)]);

    let mut outbox = Outbox::new(vec![post("a", 1), post("b", 2)]);
    for _ in 0..MAX_TRIES {
        assert_eq!(outbox.given_up(), None);
        answer(&mut outbox, vec![refused(), accepted()]);
    }
    assert_eq!(outbox.given_up(), Some((&post("a", 1), "InternalFailure")));
}

#[test]
fn a_bus_that_ceases_to_take_anything_is_no_reason_to_give_up() {
    let posts = (0..20).map(|number| post(&number.to_string(), number));
    let mut outbox = Outbox::new(posts.collect());
    answer(&mut outbox, vec![accepted(); 10]);

    while let Some(request) = outbox.next_request() {
        outbox.answered(&request, vec![refused(); 10]);
        assert_eq!(outbox.given_up(), None);
    }

    assert_eq!(outbox.into_posts().len(), 10);
}

#[test]
fn an_entry_that_is_too_large_by_itself_is_for_the_bus_to_reject() {
    let mut outbox = Outbox::new(vec![sized("a", 1, MAX_BYTES), post("b", 2)]);

    assert_eq!(numbers(&outbox), ["1"]);
    let request = outbox.next_request().unwrap();
    outbox.rejected(&request, "ValidationException".to_owned());

    assert_eq!(outbox.given_up().unwrap().1, "ValidationException");
}

#[test]
fn only_what_may_be_taken_another_time_is_waited_for() {
    let mut outbox = Outbox::new(vec![post("a", 1), post("b", 2)]);
    let request = outbox.next_request().unwrap();
    let for_good = Verdict::RefusedForGood("MalformedDetail".to_owned());

    assert!(
        !outbox
            .clone()
            .answered(&request, vec![accepted(), for_good.clone()])
    );
    assert!(outbox.answered(&request, vec![refused(), for_good]));
}

#[test]
fn a_rejected_request_is_taken_apart_to_find_the_post_at_fault() {
    let mut outbox = Outbox::new(vec![post("a", 1), post("b", 2)]);

    let request = outbox.next_request().unwrap();
    outbox.rejected(&request, "ValidationException".to_owned());
    assert_eq!(numbers(&outbox), ["1"]);

    let request = outbox.next_request().unwrap();
    outbox.rejected(&request, "ValidationException".to_owned());
    assert_eq!(
        outbox.given_up(),
        Some((&post("a", 1), "ValidationException"))
    );
    outbox.remove_first();
    assert_eq!(numbers(&outbox), ["2"]);
}

#[test]
fn an_entry_of_which_the_bus_says_nothing_is_not_published() {
    let mut outbox = Outbox::new(vec![post("a", 1), post("b", 2)]);

    answer(&mut outbox, vec![accepted()]);

    assert_eq!(outbox.published(), 1);
    assert_eq!(numbers(&outbox), ["2"]);
}
