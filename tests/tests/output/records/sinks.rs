//! Sinks that are slow, fail or panic.

use std::io::Write;
use std::sync::mpsc::channel;
use std::time::Duration;

use gatehouse::prelude::*;
use gatehouse::records::{JsonLines, Recorder};
use gatehouse_tests::PATIENCE;
use serde_json::{Value, json};

use super::*;

#[test]
fn a_slow_sink_delays_nobody_and_dropped_records_are_counted() {
    let ((called, calls), (free, go_on), (sender, events)) = (channel(), channel(), channel());
    let sink = Slow { called, go_on, collecting: CollectingSink { failures: vec![], sender } };
    let recorder = Recorder::with_capacity(sink, 4).unwrap();
    let session = session().with_recorder(&recorder);
    assert_eq!(check_all(&session, 7, &[7]).len(), 1);
    calls.recv().unwrap();
    // The sink has one record and blocks. Three more fit in the queue.
    assert!(check_all(&session, 7, &[7, 1]).iter().all(Decision::is_allow));
    assert!(check_all(&session, 7, &[1, 2, 3, 4, 5]).iter().all(Decision::is_allow));
    assert!(check_all(&session, 7, &[9, 9]).iter().all(Decision::is_deny));
    assert_eq!(recorder.dropped(), 6);
    assert!(recorder.flush(Duration::ZERO).is_err());
    drop(free);
    recorder.flush(PATIENCE).unwrap();
    let records = records(&events);
    let summary: Vec<_> =
        records.iter().map(|it| (it.resource.as_str(), it.dropped_before)).collect();
    assert_eq!(summary, [(Some("7"), 0), (Some("7"), 6), (Some("1"), 0), (Some("1"), 0)]);
    // There is room again.
    assert_eq!(check_all(&session, 7, &[1, 2, 3, 4]).len(), 4);
    recorder.flush(PATIENCE).unwrap();
    assert_eq!(recorder.dropped(), 6);
}

#[test]
fn a_sink_that_fails_or_panics_changes_no_decision_and_is_tried_again() {
    for failure in [SinkFailure::Fail, SinkFailure::Panic] {
        let (recorder, events) = collecting(vec![failure; 2]);
        let session = session().with_recorder(&recorder);
        for docs in [&[7, 9][..], &[1], &[2]] {
            let plain = check_all(&self::session(), 7, docs);
            let with = check_all(&session, 7, docs);
            let names = |all: &[Decision]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
            assert_eq!(names(&with), names(&plain));
            recorder.flush(PATIENCE).unwrap();
        }
        assert_eq!(recorder.dropped(), 3, "{failure:?}");
        let records = records(&events);
        assert_eq!(records.len(), 1);
        assert_eq!((records[0].resource.as_str(), records[0].dropped_before), (Some("2"), 3));
    }
}

#[test]
fn a_domain_that_panics_loses_its_records_and_no_decision() {
    let (recorder, events) = collecting(vec![]);
    let session = session().with_recorder(&recorder);
    let decisions = check_all(&session, 7, &[1, UNSPEAKABLE, 2]);
    assert!(decisions[0].is_allow() && decisions[1].is_deny() && decisions[2].is_allow());
    let _ = check_all(&session, 7, &[3]);
    recorder.flush(PATIENCE).unwrap();
    let records = records(&events);
    let summary: Vec<_> = records.iter().map(|it| it.resource.as_str()).collect();
    assert_eq!(summary, [Some("1"), Some("3")]);
    assert_eq!(recorder.dropped(), 2);
    assert_eq!(records.iter().map(|it| it.dropped_before).sum::<u64>(), 2);
}

#[test]
fn the_last_handle_closes_the_sink_after_the_remaining_records() {
    let (recorder, events) = collecting(vec![SinkFailure::Fail]);
    let session = session().with_recorder(&recorder);
    let _ = check_all(&session, 7, &[1, 2, 3]);
    drop(recorder);
    drop(session);
    match events.recv_timeout(PATIENCE).unwrap() {
        SinkEvent::Closed(dropped) => assert_eq!(dropped, 3),
        SinkEvent::Record(record) => panic!("{record:?} got through a sink that fails"),
    }
    assert!(events.recv_timeout(PATIENCE).is_err(), "nothing comes after the end");
}

/// A disk that is full after this number of bytes, once.
struct Full(usize, Page);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0 == 0 {
            self.0 = usize::MAX;
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        self.1.write(&bytes[..taken])
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn json_lines_go_on_after_a_torn_line() {
    let page = Page::default();
    let recorder = Recorder::new(JsonLines::new(Full(100, page.clone()))).unwrap();
    let session = session().with_recorder(&recorder);
    for doc in [1, 2] {
        let _ = check_all(&session, 7, &[doc]);
        recorder.flush(PATIENCE).unwrap();
    }
    let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(serde_json::from_str::<Value>(lines[0]).is_err());
    let second: Value = serde_json::from_str(lines[1]).unwrap();
    assert_eq!((&second["resource"], &second["dropped_before"]), (&json!("2"), &json!(1)));
}

#[test]
fn each_record_of_many_threads_is_written_or_counted() {
    let (sender, events) = channel();
    let failures = [SinkFailure::Fail, SinkFailure::Panic].repeat(3);
    let recorder = Recorder::with_capacity(CollectingSink { failures, sender }, 64).unwrap();
    std::thread::scope(|threads| {
        for user in 0..4_u64 {
            let recorder = &recorder;
            threads.spawn(move || {
                let session = session().with_recorder(recorder);
                for page in 1..=100 {
                    let docs: Vec<_> = (0..page % 7).collect();
                    let _ = check_all(&session, user, &docs);
                }
            });
        }
    });
    recorder.flush(PATIENCE).unwrap();
    // The last of these is written, with the number of dropped records before it.
    for _ in 0..7 {
        let _ = check_all(&session().with_recorder(&recorder), 7, &[7]);
        recorder.flush(PATIENCE).unwrap();
    }
    let asked = 7 + 4 * (1..=100_u64).map(|page| page % 7).sum::<u64>();
    let records = records(&events);
    assert_eq!(records.len() as u64 + recorder.dropped(), asked);
    assert_eq!(records.iter().map(|it| it.dropped_before).sum::<u64>(), recorder.dropped());
}
