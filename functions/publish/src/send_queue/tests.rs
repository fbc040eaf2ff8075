use jiff::Timestamp;

use super::*;
use crate::reference::{Reference, RowKey};

/// Returns an entry about `partition` with a detail of this length in bytes.
fn sized(partition: &str, number: usize, length: usize) -> PendingEntry {
    PendingEntry {
        entry: Some(Entry {
            id: number.to_string(),
            detail_type: "item.ready".to_owned(),
            time: Timestamp::UNIX_EPOCH,
            detail: "x".repeat(length),
        }),
        ..unreadable(partition, number)
    }
}

fn entry(partition: &str, number: usize) -> PendingEntry {
    sized(partition, number, 2)
}

fn unreadable(partition: &str, number: usize) -> PendingEntry {
    PendingEntry {
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

fn numbers(send_queue: &SendQueue) -> Vec<&str> {
    let request = send_queue.next_request();
    request.map_or_else(Vec::new, |request| {
        let entries = send_queue.entries(&request);
        entries.iter().map(|entry| entry.id.as_str()).collect()
    })
}

fn accepted() -> EntryResult {
    EntryResult::Accepted
}

fn refused() -> EntryResult {
    EntryResult::Refused("InternalFailure".to_owned())
}

fn answer(send_queue: &mut SendQueue, results: Vec<EntryResult>) {
    let request = send_queue.next_request().unwrap();
    send_queue.answered(&request, results);
}

#[test]
fn a_request_has_one_post_of_a_partition_and_ten_in_all() {
    let entries = (0..30).map(|number| entry(&format!("p{}", number / 2), number));

    let send_queue = SendQueue::new(entries.collect());

    let expected = ["0", "2", "4", "6", "8", "10", "12", "14", "16", "18"];
    assert_eq!(numbers(&send_queue), expected);
}

#[test]
fn a_request_is_no_larger_than_the_bus_takes() {
    let large = MAX_BYTES - 100;
    let send_queue = SendQueue::new(vec![
        sized("a", 1, large),
        sized("b", 2, large),
        entry("c", 3),
    ]);

    assert_eq!(numbers(&send_queue), ["1", "3"]);
}

#[test]
fn a_post_waits_for_the_one_before_it_in_its_partition() {
    let mut send_queue = SendQueue::new(vec![entry("a", 1), entry("a", 2), entry("b", 3)]);

    answer(&mut send_queue, vec![refused(), accepted()]);
    assert_eq!(numbers(&send_queue), ["1"]);

    answer(&mut send_queue, vec![accepted()]);
    assert_eq!(numbers(&send_queue), ["2"]);
    assert_eq!(send_queue.published(), 2);
}

#[test]
fn what_is_refused_for_good_is_given_up_at_once() {
    let mut send_queue = SendQueue::new(vec![entry("a", 1), entry("a", 2)]);

    let entry_result = EntryResult::RefusedForGood("MalformedDetail".to_owned());
    answer(&mut send_queue, vec![entry_result]);

    let (given_up, code) = send_queue.given_up().unwrap();
    assert_eq!((given_up, code), (&entry("a", 1), "MalformedDetail"));
    send_queue.remove_first();
    assert_eq!(send_queue.given_up(), None);
    assert_eq!(numbers(&send_queue), ["2"]);
}

#[test]
fn what_cannot_be_read_is_given_up_and_the_rest_goes_on() {
    let mut send_queue = SendQueue::new(vec![entry("a", 1), unreadable("b", 2), entry("b", 3)]);

    assert_eq!(
        send_queue.given_up(),
        None,
        "the stream would repeat it with the first"
    );
    answer(&mut send_queue, vec![accepted()]);
    assert_eq!(
        send_queue.given_up(),
        Some((&unreadable("b", 2), "Unreadable"))
    );
    send_queue.remove_first();
    assert_eq!(numbers(&send_queue), ["3"]);
}

#[test]
fn what_is_refused_again_and_again_is_given_up_only_if_the_bus_takes_others() {
    let mut send_queue = SendQueue::new(vec![entry("a", 1), entry("b", 2)]);
    for _ in 0..MAX_TRIES {
        assert_eq!(send_queue.given_up(), None);
        answer(&mut send_queue, vec![refused(), refused()]);
    }
    assert_eq!(send_queue.given_up(), None);
    assert_eq!(send_queue.next_request(), None, "the bus takes nothing");
    assert_eq!(send_queue.refusal(), "InternalFailure");
    assert_eq!(send_queue.into_pending(), [entry("a", 1), entry("b", 2)]);

    let mut send_queue = SendQueue::new(vec![entry("a", 1), entry("b", 2)]);
    for _ in 0..MAX_TRIES {
        assert_eq!(send_queue.given_up(), None);
        answer(&mut send_queue, vec![refused(), accepted()]);
    }
    assert_eq!(
        send_queue.given_up(),
        Some((&entry("a", 1), "InternalFailure"))
    );
}

#[test]
fn a_bus_that_ceases_to_take_anything_is_no_reason_to_give_up() {
    let entries = (0..20).map(|number| entry(&number.to_string(), number));
    let mut send_queue = SendQueue::new(entries.collect());
    answer(&mut send_queue, vec![accepted(); 10]);

    while let Some(request) = send_queue.next_request() {
        send_queue.answered(&request, vec![refused(); 10]);
        assert_eq!(send_queue.given_up(), None);
    }

    assert_eq!(send_queue.into_pending().len(), 10);
}

#[test]
fn an_entry_that_is_too_large_by_itself_is_for_the_bus_to_reject() {
    let mut send_queue = SendQueue::new(vec![sized("a", 1, MAX_BYTES), entry("b", 2)]);

    assert_eq!(numbers(&send_queue), ["1"]);
    let request = send_queue.next_request().unwrap();
    send_queue.rejected(&request, "ValidationException".to_owned());

    assert_eq!(send_queue.given_up().unwrap().1, "ValidationException");
}

#[test]
fn only_what_may_be_taken_another_time_is_waited_for() {
    let mut send_queue = SendQueue::new(vec![entry("a", 1), entry("b", 2)]);
    let request = send_queue.next_request().unwrap();
    let for_good = EntryResult::RefusedForGood("MalformedDetail".to_owned());

    assert!(
        !send_queue
            .clone()
            .answered(&request, vec![accepted(), for_good.clone()])
    );
    assert!(send_queue.answered(&request, vec![refused(), for_good]));
}

#[test]
fn a_rejected_request_is_taken_apart_to_find_the_post_at_fault() {
    let mut send_queue = SendQueue::new(vec![entry("a", 1), entry("b", 2)]);

    let request = send_queue.next_request().unwrap();
    send_queue.rejected(&request, "ValidationException".to_owned());
    assert_eq!(numbers(&send_queue), ["1"]);

    let request = send_queue.next_request().unwrap();
    send_queue.rejected(&request, "ValidationException".to_owned());
    assert_eq!(
        send_queue.given_up(),
        Some((&entry("a", 1), "ValidationException"))
    );
    send_queue.remove_first();
    assert_eq!(numbers(&send_queue), ["2"]);
}

#[test]
fn an_entry_of_which_the_bus_says_nothing_is_not_published() {
    let mut send_queue = SendQueue::new(vec![entry("a", 1), entry("b", 2)]);

    answer(&mut send_queue, vec![accepted()]);

    assert_eq!(send_queue.published(), 1);
    assert_eq!(numbers(&send_queue), ["2"]);
}
