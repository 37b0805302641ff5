//! The bounds of a recorder's queue.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use gatehouse::prelude::*;
use gatehouse::records::{DecisionRecord, DecisionSink, Recorder, SinkError};
use gatehouse_tests::PATIENCE;

use super::long::*;
use super::*;

/// A recorder with these bounds, whose sink takes nothing until the second part is dropped.
fn stopped(count: usize, bytes: usize) -> (Recorder, Sender<()>, Receiver<SinkEvent>) {
    let ((called, calls), (free, go_on), (sender, events)) = (channel(), channel(), channel());
    let sink = Slow { called, go_on, collecting: CollectingSink { failures: vec![], sender } };
    drop(calls);
    (Recorder::with_bounds(sink, count, bytes).unwrap(), free, events)
}

/// The bytes that `run` leaves allocated: records in a queue, which another thread empties.
fn left_by(run: impl FnOnce()) -> usize {
    usize::try_from(allocation_counter::measure(run).bytes_current).unwrap()
}

/// A page whose records share one long value takes no more than the records without it, and one text.
#[test]
fn a_page_takes_its_records_and_one_text() {
    for items in [1000, 4000] {
        let (recorder, _free, _events) = stopped(Recorder::CAPACITY, Recorder::BYTES);
        let session = long_session(&recorder.clone().with_facts());
        let docs = documents(items);
        let access = GROUPED.bind(&session, &7, &"read");
        drop(block_on(access.check(&0)));
        let bytes = left_by(|| drop(block_on(access.check_all(&docs))));
        let each = bytes / docs.len();
        assert!(each < 700, "{each} bytes for each of {items} records");
        assert_eq!(recorder.dropped(), 0);
    }
}

/// Records with a text of their own, with a shared one, with a long key, and with an error: dropped records
/// are counted, and the queue has room again once the sink takes some.
#[test]
fn the_queue_holds_no_more_bytes_than_it_may() {
    let docs = documents(3000);
    let known = Session::new(LongFacts { source: LongTexts });
    // The bytes of a record of each gate, rounded up.
    for (gate, each) in [("tagged", 2500), ("grouped", 4000), ("noted", 2500), ("down", 60_000)] {
        ask(&known, gate, &docs);
        for most in [100_000, 1_000_000] {
            let (recorder, free, events) = stopped(Recorder::CAPACITY, most);
            let session = known.clone().with_recorder(&recorder.clone().with_facts());
            written::since();
            let bytes = left_by(|| (0..3).for_each(|_| ask(&session, gate, &docs)));
            let (times, _) = written::since();
            assert!(bytes <= most, "{gate}: {bytes} bytes are held of {most}");
            let dropped = recorder.dropped();
            drop(free);
            recorder.flush(PATIENCE).unwrap();
            let written = records(&events).len();
            assert_eq!(written as u64 + dropped, 3 * 3000, "{gate}");
            assert!((written + 1) * each >= most, "{gate}: {written} records in {most} bytes");
            // A page in two parts, each with one record that does not fit.
            assert!(times <= written + 3 * 2, "{gate}: {times} texts for {written} records");
            ask(&session, gate, &docs);
            recorder.flush(PATIENCE).unwrap();
            assert!(!records(&events).is_empty(), "{gate}");
        }
    }
}

#[test]
fn a_queue_without_bytes_drops_all_and_decides() {
    let (recorder, _free, _events) = stopped(Recorder::CAPACITY, 0);
    let session = session().with_recorder(&recorder);
    let decisions = check_all(&session, 7, &[1, 9]);
    assert!(decisions[0].is_allow() && decisions[1].is_deny());
    assert!(LOCAL.bind(&session, &7, &"read").check_local(&7).is_allow());
    assert_eq!(recorder.dropped(), 3);
    recorder.flush(PATIENCE).unwrap();
}

/// A batch of long records has fewer of them: the memory of a sink is bounded too.
#[test]
fn a_slice_of_long_records_is_no_larger_than_one_of_short_ones() {
    struct Lengths(Sender<(usize, usize)>);
    impl DecisionSink for Lengths {
        fn write(&mut self, records: &[DecisionRecord]) -> Result<(), SinkError> {
            let lines = serde_json::to_string(records)?;
            Ok(self.0.send((records.len(), lines.len()))?)
        }
    }
    let (events, slices) = channel();
    let recorder = Recorder::new(Lengths(events)).unwrap();
    let session = long_session(&recorder.clone().with_facts());
    ask(&session, "grouped", &documents(3000));
    recorder.flush(PATIENCE).unwrap();
    let slices: Vec<_> = slices.try_iter().collect();
    assert_eq!(slices.iter().map(|(records, _)| records).sum::<usize>(), 3000);
    let longest = slices.iter().map(|(_, bytes)| *bytes).max().unwrap();
    assert!(longest < 1_250_000, "{longest} bytes at once");
}

/// Blocks while a test has the lock.
struct Locked(Arc<Mutex<()>>, CollectingSink);

impl DecisionSink for Locked {
    fn write(&mut self, records: &[DecisionRecord]) -> Result<(), SinkError> {
        let lock = Arc::clone(&self.0);
        let _guard = lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.1.write(records)
    }
}

/// The bytes of every record are returned, whatever the sink does and however threads meet.
#[test]
fn no_bytes_are_lost_to_the_queue() {
    let (lock, (sender, events)) = (Arc::new(Mutex::new(())), channel());
    let sink = Locked(Arc::clone(&lock), CollectingSink { failures: Vec::new(), sender });
    let recorder = Recorder::with_bounds(sink, Recorder::CAPACITY, 50_000).unwrap();
    let fitting = || {
        let guard = lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let before = recorder.dropped();
        ask(&long_session(&recorder.clone().with_facts()), "tagged", &documents(100));
        drop(guard);
        recorder.flush(PATIENCE).unwrap();
        100 - (recorder.dropped() - before)
    };
    let first = fitting();
    assert!((1..100).contains(&first), "{first}");
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                let session = long_session(&recorder.clone().with_facts());
                for page in 0..60 {
                    ask(&session, ["tagged", "grouped", "noted"][page % 3], &documents(9));
                }
            });
        }
    });
    recorder.flush(PATIENCE).unwrap();
    assert_eq!(fitting(), first);
    let asked = 2 * 100 + 4 * 60 * 9;
    assert_eq!(records(&events).len() as u64 + recorder.dropped(), asked);
}
