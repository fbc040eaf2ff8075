//! The posts of one invocation that are not on the bus yet, and which of them go next.

use std::collections::HashSet;

use crate::bus::{Code, MAX_ENTRIES, Verdict};
use crate::entry::{Entry, MAX_BYTES};
use crate::post::Post;

/// An entry that the bus refuses so often, while it takes others, is given up.
const MAX_TRIES: u32 = 4;
/// The code of a post that has no entry.
const UNREADABLE: &str = "Unreadable";
/// The code where the bus says nothing of an entry.
const NO_VERDICT: &str = "NoVerdict";

/// The posts, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Outbox {
    pending: Vec<Pending>,
    published: usize,
}

#[derive(Clone, Debug)]
struct Pending {
    post: Post,
    tries: u32,
    /// Whether it goes in a request of its own, since one with others was rejected.
    is_alone: bool,
    refusal: Option<Refusal>,
}

/// What the bus said of it last.
#[derive(Clone, Debug)]
struct Refusal {
    code: Code,
    is_final: bool,
}

/// The posts of one request, by their places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request(Vec<usize>);

impl Outbox {
    pub(crate) fn new(posts: Vec<Post>) -> Self {
        Self {
            pending: posts.into_iter().map(Pending::new).collect(),
            published: 0,
        }
    }

    /// How many are on the bus.
    pub(crate) fn published(&self) -> usize {
        self.published
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// What is left, in its order.
    pub(crate) fn into_posts(self) -> Vec<Post> {
        self.pending
            .into_iter()
            .map(|pending| pending.post)
            .collect()
    }

    /// The first post of each partition, as many as a request holds; none if the bus has refused
    /// each of them too often. What comes later in a partition waits, so that it cannot overtake.
    pub(crate) fn next_request(&self) -> Option<Request> {
        let (mut request, mut size, mut partitions) = (Vec::new(), 0, HashSet::new());
        for (index, pending) in self.pending.iter().enumerate() {
            let is_first = partitions.insert(pending.post.partition());
            let Some(entry) = pending.post.entry.as_ref().filter(|_| is_first) else {
                continue;
            };
            if pending.tries >= MAX_TRIES {
                continue;
            }
            if pending.is_alone {
                if request.is_empty() {
                    return Some(Request(vec![index]));
                }
                continue;
            }
            if size + entry.size() > MAX_BYTES {
                continue;
            }
            size += entry.size();
            request.push(index);
            if request.len() == MAX_ENTRIES {
                break;
            }
        }
        (!request.is_empty()).then_some(Request(request))
    }

    pub(crate) fn entries(&self, request: &Request) -> Vec<&Entry> {
        let places = request.0.iter();
        places
            .filter_map(|index| self.pending.get(*index)?.post.entry.as_ref())
            .collect()
    }

    /// Takes in what the bus said of each entry of a request.
    pub(crate) fn answered(&mut self, request: &Request, verdicts: Vec<Verdict>) {
        let silence = std::iter::repeat_with(|| Verdict::Refused(NO_VERDICT.to_owned()));
        let verdicts = verdicts.into_iter().chain(silence);
        let mut accepted = HashSet::new();
        for (index, verdict) in request.0.iter().zip(verdicts) {
            match verdict {
                Verdict::Accepted => {
                    accepted.insert(*index);
                }
                Verdict::Refused(code) => self.refused(*index, code, false),
                Verdict::RefusedForGood(code) => self.refused(*index, code, true),
            }
        }
        self.published += accepted.len();
        let mut index = 0..;
        self.pending
            .retain(|_| index.next().is_none_or(|index| !accepted.contains(&index)));
    }

    /// The bus rejects a request without saying which of its entries is at fault: each goes alone
    /// then, and one that was alone is.
    pub(crate) fn rejected(&mut self, request: &Request, code: Code) {
        if let [index] = request.0.as_slice() {
            self.refused(*index, code, true);
            return;
        }
        for index in &request.0 {
            if let Some(pending) = self.pending.get_mut(*index) {
                pending.is_alone = true;
            }
        }
    }

    fn refused(&mut self, index: usize, code: Code, is_final: bool) {
        if let Some(pending) = self.pending.get_mut(index) {
            pending.tries += 1;
            pending.refusal = Some(Refusal { code, is_final });
        }
    }

    /// The first post that is not to be tried again, and why: it cannot be read, the bus never
    /// takes it, or it refuses it again and again while it takes others.
    pub(crate) fn given_up(&self) -> Option<(&Post, &str)> {
        self.place_given_up()
            .and_then(|place| self.pending.get(place))
            .map(|pending| (&pending.post, pending.code()))
    }

    /// That post is kept elsewhere now.
    pub(crate) fn remove_given_up(&mut self) {
        if let Some(place) = self.place_given_up() {
            self.pending.remove(place);
        }
    }

    fn place_given_up(&self) -> Option<usize> {
        let has_published = self.published > 0;
        self.pending
            .iter()
            .position(|pending| pending.is_given_up(has_published))
    }

    /// What the bus said of the first post last.
    pub(crate) fn refusal(&self) -> &str {
        self.pending.first().map_or(NO_VERDICT, Pending::code)
    }
}

impl Pending {
    fn new(post: Post) -> Self {
        Self {
            post,
            tries: 0,
            is_alone: false,
            refusal: None,
        }
    }

    fn is_given_up(&self, has_published: bool) -> bool {
        let is_final = self
            .refusal
            .as_ref()
            .is_some_and(|refusal| refusal.is_final);
        self.post.entry.is_none() || is_final || (has_published && self.tries >= MAX_TRIES)
    }

    fn code(&self) -> &str {
        match &self.refusal {
            Some(refusal) => &refusal.code,
            None if self.post.entry.is_none() => UNREADABLE,
            None => NO_VERDICT,
        }
    }
}

#[cfg(test)]
mod tests;
