//! The messages in a queue.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use runtime::clock;
use uuid::Uuid;

use super::Message;

#[derive(Debug)]
pub(super) struct Stock {
    random: StdRng,
    repeated: f64,
    visible: Vec<Message>,
    /// Messages in flight, by receipt.
    in_flight: BTreeMap<String, Message>,
}

impl Stock {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            random: StdRng::seed_from_u64(seed),
            repeated: 0.0,
            visible: Vec::new(),
            in_flight: BTreeMap::new(),
        }
    }

    pub(super) fn set_repeated(&mut self, probability: f64) {
        self.repeated = probability;
    }

    pub(super) fn add(&mut self, body: String) -> Message {
        let message = Message {
            id: Uuid::new_v4().to_string(),
            receipt: String::new(),
            body,
            sent_at: clock::now().as_millisecond(),
            receives: 0,
        };
        self.visible.push(message.clone());
        message
    }

    /// Takes at most `limit` messages in random order. Messages with `max_receives` receives are dead, and their bodies
    /// are returned separately.
    pub(super) fn receive(
        &mut self,
        limit: usize,
        max_receives: Option<u32>,
    ) -> (Vec<Message>, Vec<String>) {
        let (mut alive, mut dead) = (Vec::new(), Vec::new());
        while alive.len() < limit && !self.visible.is_empty() {
            let index = self.random.random_range(0..self.visible.len());
            let mut message = self.visible.swap_remove(index);
            if max_receives.is_some_and(|max| message.receives >= max) {
                dead.push(message.body);
                continue;
            }
            if self.random.random::<f64>() < self.repeated {
                self.visible.push(message.clone());
            }
            message.receives += 1;
            message.receipt = Uuid::new_v4().to_string();
            self.in_flight
                .insert(message.receipt.clone(), message.clone());
            alive.push(message);
        }
        (alive, dead)
    }

    pub(super) fn delete(&mut self, receipts: &[String]) {
        for receipt in receipts {
            self.in_flight.remove(receipt);
        }
    }

    pub(super) fn release(&mut self, receipts: &[String]) {
        let messages = receipts
            .iter()
            .filter_map(|receipt| self.in_flight.remove(receipt));
        self.visible.extend(messages);
    }

    pub(super) fn bodies(&self) -> Vec<String> {
        let messages = self.visible.iter().chain(self.in_flight.values());
        messages.map(|message| message.body.clone()).collect()
    }

    /// Takes all messages that are not in flight.
    pub(super) fn take_all(&mut self) -> Vec<String> {
        let messages = std::mem::take(&mut self.visible);
        messages.into_iter().map(|message| message.body).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.visible.is_empty() && self.in_flight.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stock(bodies: usize) -> Stock {
        let mut stock = Stock::new(1);
        for number in 0..bodies {
            stock.add(number.to_string());
        }
        stock
    }

    fn receipts(messages: &[Message]) -> Vec<String> {
        let receipts = messages.iter().map(|message| message.receipt.clone());
        receipts.collect()
    }

    #[test]
    fn a_message_is_there_until_it_is_deleted() {
        let mut stock = stock(3);

        let (first, _) = stock.receive(10, None);
        assert_eq!(stock.receive(10, None).0.len(), 0, "somebody works on it");
        stock.release(&receipts(&first));
        let (second, _) = stock.receive(10, None);
        stock.delete(&receipts(&first));
        assert_eq!(stock.bodies().len(), 3, "an old receipt deletes nothing");
        stock.delete(&receipts(&second));

        assert!(stock.is_empty());
        assert!(second.iter().all(|message| message.receives == 2));
    }

    #[test]
    fn messages_come_in_any_order() {
        let (messages, _) = stock(20).receive(20, None);

        let bodies: Vec<_> = messages.iter().map(|message| &message.body).collect();
        assert_eq!(bodies.len(), 20);
        assert!(!bodies.is_sorted_by_key(|body| body.parse::<u32>().unwrap()));
    }

    #[test]
    fn a_message_that_is_received_too_often_is_dead() {
        let mut stock = stock(1);

        for _ in 0..5 {
            let (messages, dead) = stock.receive(1, Some(5));
            assert!(dead.is_empty());
            stock.release(&receipts(&messages));
        }

        let (messages, dead) = stock.receive(1, Some(5));
        assert!(messages.is_empty());
        assert_eq!(dead, ["0"]);
        assert!(stock.is_empty());
    }

    #[test]
    fn a_repeated_message_comes_once_more_although_it_is_deleted() {
        let mut stock = stock(1);
        stock.set_repeated(1.0);

        let (first, _) = stock.receive(1, None);
        stock.delete(&receipts(&first));
        stock.set_repeated(0.0);

        assert_eq!(stock.receive(1, None).0[0].id, first[0].id);
    }
}
