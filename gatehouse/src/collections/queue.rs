//! A queue whose entries can leave from anywhere.

/// Entries in the order in which they came. Each has a ticket, by which it is found without a search.
///
/// An entry that left is marked, and the marked ones are removed when they are the majority: each
/// operation costs a constant amortized, or the logarithm where a ticket is looked up. Tickets may wrap around.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    /// The entry that was added to the empty queue, until it leaves: a queue of one allocates nothing.
    first: Option<(usize, T)>,
    entries: Vec<(usize, Option<T>)>,
    /// The index of an entry before which all have left.
    front: usize,
    next: usize,
    len: usize,
}

impl<T> Default for Queue<T> {
    #[inline]
    fn default() -> Self {
        Self { first: None, entries: Vec::new(), front: 0, next: 0, len: 0 }
    }
}

impl<T> Queue<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The ticket of the entry that comes next.
    pub(crate) fn next(&self) -> usize {
        self.next
    }

    /// Adds an entry behind all others; gives its ticket.
    pub(crate) fn push(&mut self, entry: T) -> usize {
        let ticket = self.next;
        self.next = ticket.wrapping_add(1);
        self.make_dense();
        if self.len == 0 {
            self.first = Some((ticket, entry));
        } else {
            self.entries.push((ticket, Some(entry)));
        }
        self.len += 1;
        ticket
    }

    /// Removes the entry that has this ticket, unless it left before.
    pub(crate) fn remove(&mut self, ticket: usize) -> Option<T> {
        if matches!(self.first, Some((first, _)) if first == ticket) {
            return self.take_first();
        }
        let (first, _) = self.entries.first()?;
        let wanted = ticket.wrapping_sub(*first);
        let at = self.entries.partition_point(|(of, _)| of.wrapping_sub(*first) < wanted);
        let (found, entry) = self.entries.get_mut(at)?;
        if *found != ticket {
            return None;
        }
        let entry = entry.take()?;
        self.len -= 1;
        Some(entry)
    }

    fn take_first(&mut self) -> Option<T> {
        let (_, first) = self.first.take()?;
        self.len -= 1;
        Some(first)
    }

    /// The oldest entry.
    pub(crate) fn pop_front(&mut self) -> Option<T> {
        self.pop_front_before(self.next)
    }

    /// The oldest entry, if its ticket is older than this one.
    pub(crate) fn pop_front_before(&mut self, ticket: usize) -> Option<T> {
        if !self.is_any_before(ticket) {
            return None;
        }
        if self.first.is_some() {
            return self.take_first();
        }
        let (_, entry) = self.entries.get_mut(self.front)?;
        self.front += 1;
        self.len -= 1;
        entry.take()
    }

    /// Whether the oldest entry has an older ticket than this one.
    pub(crate) fn is_any_before(&mut self, ticket: usize) -> bool {
        while self.entries.get(self.front).is_some_and(|(_, entry)| entry.is_none()) {
            self.front += 1;
        }
        let oldest = match self.first {
            Some((oldest, _)) => Some(oldest),
            None => self.entries.get(self.front).map(|(oldest, _)| *oldest),
        };
        // Tickets wrap around: an older one is less than half of all tickets away.
        oldest.is_some_and(|oldest| ticket.wrapping_sub(oldest).wrapping_sub(1) <= usize::MAX / 2)
    }

    /// The newest entry.
    pub(crate) fn pop_back(&mut self) -> Option<T> {
        while self.entries.len() > self.front {
            if let Some((_, Some(entry))) = self.entries.pop() {
                self.len -= 1;
                return Some(entry);
            }
        }
        self.take_first()
    }

    /// Those that did not leave, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        let others = self.entries.iter().filter_map(|(_, entry)| entry.as_ref());
        self.first.iter().map(|(_, first)| first).chain(others)
    }

    /// Takes all entries, oldest first.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = T> + use<T> {
        (self.len, self.front) = (0, 0);
        let others = std::mem::take(&mut self.entries).into_iter().filter_map(|(_, entry)| entry);
        self.first.take().map(|(_, first)| first).into_iter().chain(others)
    }

    /// Removes those that are marked, if they are the majority.
    fn make_dense(&mut self) {
        if self.entries.len() > 2 * self.len {
            self.entries.retain(|(_, entry)| entry.is_some());
            self.front = 0;
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::Queue;

    /// The operations, against a map by ticket.
    fn compare(start: usize, steps: &[(u8, usize)]) {
        let mut queue = Queue { next: start, ..Queue::default() };
        let (mut model, mut count) = (BTreeMap::new(), 0_usize);
        let ticket = |number: usize| start.wrapping_add(number);
        for (kind, at) in steps {
            match kind % 5 {
                0 | 1 => {
                    assert_eq!(queue.push(count), ticket(count));
                    assert!(queue.entries.len() <= 2 * queue.len);
                    model.insert(count, count);
                    count += 1;
                    assert!(queue.entries.len() <= 2 * model.len(), "those that left are removed");
                }
                2 => {
                    let number = at % (count + 1);
                    assert_eq!(queue.remove(ticket(number)), model.remove(&number));
                }
                3 => {
                    let bound = at % (count + 1);
                    let first = model.keys().next().copied().filter(|first| *first < bound);
                    let expected = first.and_then(|first| model.remove(&first));
                    assert_eq!(queue.pop_front_before(ticket(bound)), expected);
                }
                _ => assert_eq!(queue.pop_back(), model.pop_last().map(|(_, entry)| entry)),
            }
            assert_eq!((queue.len, queue.is_empty()), (model.len(), model.is_empty()));
            assert_eq!(
                queue.iter().copied().collect::<Vec<_>>(),
                model.values().copied().collect::<Vec<_>>()
            );
        }
        let all: Vec<_> = queue.drain().collect();
        assert_eq!(all, model.into_values().collect::<Vec<_>>());
        assert!(queue.is_empty() && queue.pop_front().is_none());
    }

    proptest! {
        #[test]
        fn a_queue_is_a_map_by_ticket(
            wraps: bool,
            steps in prop::collection::vec((any::<u8>(), any::<usize>()), 0..200),
        ) {
            compare(if wraps { usize::MAX - 20 } else { 0 }, &steps);
        }
    }
}
