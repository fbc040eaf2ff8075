use jiff::Timestamp;

use super::*;
use crate::dead_letters::MAX_REFUSALS;
use crate::erased::About;
use crate::reference::{Reference, RowKey};

/// Returns an entry about `partition` with a detail of this length in bytes.
pub(crate) fn sized(partition: &str, number: usize, length: usize) -> PendingEntry {
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
        about: About::default(),
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

/// Returns the ids of the entries that would be sent next.
fn numbers(send_queue: &SendQueue) -> Vec<String> {
    send(&mut send_queue.clone())
}

/// Sends the next request, and returns the ids of its entries.
fn send(send_queue: &mut SendQueue) -> Vec<String> {
    let request = send_queue.next_request();
    request.map_or_else(Vec::new, |request| {
        let entries = send_queue.entries(&request);
        entries.iter().map(|entry| entry.id.clone()).collect()
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
fn a_request_has_one_entry_of_a_partition_and_ten_in_all() {
    let entries = (0..30).map(|number| entry(&format!("p{}", number / 2), number));

    let send_queue = SendQueue::new(entries.collect());

    let expected = ["0", "2", "4", "6", "8", "10", "12", "14", "16", "18"];
    assert_eq!(numbers(&send_queue), expected);
}

#[test]
fn requests_on_their_way_have_one_entry_of_a_partition_together_and_are_full() {
    let entries = (0..24).map(|number| entry(&format!("p{}", number % 12), number));
    let mut send_queue = SendQueue::new(entries.collect());

    let first = send_queue.next_request().unwrap();
    assert_eq!(
        send(&mut send_queue),
        [""; 0],
        "it would have 10 and 11 alone"
    );

    send_queue.answered(&first, vec![accepted(); 10]);
    let next: Vec<String> = (10..20).map(|id: u8| id.to_string()).collect();
    assert_eq!(send(&mut send_queue), next);
}

#[test]
fn a_request_that_nothing_can_fill_is_sent_beside_others() {
    let entries = (0..12).map(|number| entry(&number.to_string(), number));
    let mut send_queue = SendQueue::new(entries.collect());

    assert_eq!(send(&mut send_queue).len(), 10);
    assert_eq!(send(&mut send_queue), ["10", "11"]);
    assert_eq!(send(&mut send_queue), [""; 0]);
}

#[test]
fn an_entry_stays_before_the_next_one_of_its_partition_whatever_is_answered_first() {
    let mut entries: Vec<_> = (0..20).map(|it| entry(&it.to_string(), it)).collect();
    entries.push(entry("0", 20));
    let mut send_queue = SendQueue::new(entries);
    let first = send_queue.next_request().unwrap();
    let second = send_queue.next_request().unwrap();
    let mut results = vec![accepted(); 10];
    results[0] = refused();

    send_queue.answered(&second, vec![accepted(); 10]);
    assert_eq!(numbers(&send_queue), [""; 0]);
    send_queue.answered(&first, results);
    assert_eq!(numbers(&send_queue), ["0"]);
    answer(&mut send_queue, vec![accepted()]);
    assert_eq!(numbers(&send_queue), ["20"]);
}

#[test]
fn a_request_is_no_larger_than_the_bus_accepts() {
    let large = MAX_BYTES - 100;
    let send_queue = SendQueue::new(vec![
        sized("a", 1, large),
        sized("b", 2, large),
        entry("c", 3),
    ]);

    assert_eq!(numbers(&send_queue), ["1", "3"]);
}

#[test]
fn an_entry_waits_for_the_one_before_it_in_its_partition() {
    let mut send_queue = SendQueue::new(vec![entry("a", 1), entry("a", 2), entry("b", 3)]);

    answer(&mut send_queue, vec![refused(), accepted()]);
    assert_eq!(numbers(&send_queue), ["1"]);

    answer(&mut send_queue, vec![accepted()]);
    assert_eq!(numbers(&send_queue), ["2"]);
    assert_eq!(send_queue.published(), 2);
}

#[test]
fn an_entry_that_is_refused_for_good_is_dead_lettered_at_once() {
    let mut send_queue = SendQueue::new(vec![entry("a", 1), entry("a", 2)]);

    let entry_result = EntryResult::RefusedForGood("MalformedDetail".to_owned());
    answer(&mut send_queue, vec![entry_result]);

    assert_eq!(
        send_queue.dead_letter(),
        Some((&entry("a", 1), "MalformedDetail"))
    );
    send_queue.remove_first();
    assert_eq!(send_queue.dead_letter(), None);
    assert_eq!(numbers(&send_queue), ["2"]);
}

#[test]
fn an_unreadable_row_is_dead_lettered_and_the_rest_is_sent() {
    let mut send_queue = SendQueue::new(vec![entry("a", 1), unreadable("b", 2), entry("b", 3)]);

    assert_eq!(
        send_queue.dead_letter(),
        None,
        "the stream would repeat it with the first"
    );
    answer(&mut send_queue, vec![accepted()]);
    assert_eq!(
        send_queue.dead_letter(),
        Some((&unreadable("b", 2), "Unreadable"))
    );
    send_queue.remove_first();
    assert_eq!(numbers(&send_queue), ["3"]);
}

#[test]
fn an_entry_that_is_refused_repeatedly_is_dead_lettered_only_if_the_bus_accepts_others() {
    let mut send_queue = SendQueue::new(vec![entry("a", 1), entry("b", 2)]);
    for _ in 0..MAX_REFUSALS {
        assert_eq!(send_queue.dead_letter(), None);
        answer(&mut send_queue, vec![refused(), refused()]);
    }
    assert_eq!(send_queue.dead_letter(), None);
    assert_eq!(send_queue.next_request(), None, "the bus accepts nothing");
    assert_eq!(send_queue.refusal(), "InternalFailure");
    assert_eq!(send_queue.into_pending(), [entry("a", 1), entry("b", 2)]);

    let mut send_queue = SendQueue::new(vec![entry("a", 1), entry("b", 2)]);
    for _ in 0..MAX_REFUSALS {
        assert_eq!(send_queue.dead_letter(), None);
        answer(&mut send_queue, vec![refused(), accepted()]);
    }
    assert_eq!(
        send_queue.dead_letter(),
        Some((&entry("a", 1), "InternalFailure"))
    );
}

#[test]
fn no_entry_is_dead_lettered_if_the_bus_stops_accepting() {
    let entries = (0..20).map(|number| entry(&number.to_string(), number));
    let mut send_queue = SendQueue::new(entries.collect());
    answer(&mut send_queue, vec![accepted(); 10]);

    while let Some(request) = send_queue.next_request() {
        send_queue.answered(&request, vec![refused(); 10]);
        assert_eq!(send_queue.dead_letter(), None);
    }

    assert_eq!(send_queue.into_pending().len(), 10);
}

#[test]
fn an_entry_that_is_refused_beside_accepted_ones_is_dead_lettered_although_another_answer_came_first()
 {
    let entries = (0..20).map(|number| entry(&number.to_string(), number));
    let mut send_queue = SendQueue::new(entries.collect());
    let first = send_queue.next_request().unwrap();
    let second = send_queue.next_request().unwrap();
    send_queue.answered(&second, vec![accepted(); 10]);
    let mut results = vec![accepted(); 10];
    results[0] = refused();

    send_queue.answered(&first, results);
    while let Some(request) = send_queue.next_request() {
        send_queue.answered(&request, vec![refused()]);
    }

    assert_eq!(
        send_queue.dead_letter(),
        Some((&entry("0", 0), "InternalFailure"))
    );
}

#[test]
fn an_answer_that_was_late_does_not_show_that_the_bus_still_accepts() {
    let entries = (0..20).map(|number| entry(&number.to_string(), number));
    let mut send_queue = SendQueue::new(entries.collect());
    let first = send_queue.next_request().unwrap();
    let second = send_queue.next_request().unwrap();
    send_queue.answered(&first, vec![refused(); 10]);
    send_queue.answered(&second, vec![accepted(); 10]);

    while let Some(request) = send_queue.next_request() {
        send_queue.answered(&request, vec![refused(); 10]);
    }

    assert_eq!(send_queue.dead_letter(), None);
}

#[test]
fn an_entry_that_is_too_large_by_itself_is_rejected_by_the_bus() {
    let mut send_queue = SendQueue::new(vec![sized("a", 1, MAX_BYTES), entry("b", 2)]);

    assert_eq!(numbers(&send_queue), ["1"]);
    let request = send_queue.next_request().unwrap();
    send_queue.rejected(&request, "ValidationException".to_owned());

    assert_eq!(send_queue.dead_letter().unwrap().1, "ValidationException");
}

#[test]
fn only_a_refusal_for_now_needs_a_pause() {
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
fn each_entry_of_a_rejected_request_is_sent_alone() {
    let mut send_queue = SendQueue::new(vec![entry("a", 1), entry("b", 2)]);

    let request = send_queue.next_request().unwrap();
    send_queue.rejected(&request, "ValidationException".to_owned());
    assert_eq!(numbers(&send_queue), ["1"]);

    let request = send_queue.next_request().unwrap();
    send_queue.rejected(&request, "ValidationException".to_owned());
    assert_eq!(
        send_queue.dead_letter(),
        Some((&entry("a", 1), "ValidationException"))
    );
    send_queue.remove_first();
    assert_eq!(numbers(&send_queue), ["2"]);
}

#[test]
fn an_entry_without_a_result_is_not_published() {
    let mut send_queue = SendQueue::new(vec![entry("a", 1), entry("b", 2)]);

    answer(&mut send_queue, vec![accepted()]);

    assert_eq!(send_queue.published(), 1);
    assert_eq!(numbers(&send_queue), ["2"]);
}
