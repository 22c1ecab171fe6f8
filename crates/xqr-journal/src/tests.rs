use std::path::Path;

use super::*;

const OPTIONS: Options =
    Options { segment_bytes: 1 << 20, limit_bytes: 1 << 20, sync: std::time::Duration::ZERO };

fn lock(path: &Path) -> Folder {
    Folder::lock(path, || "node".to_owned()).unwrap()
}

fn open(path: &Path, options: Options) -> Journal {
    Journal::open(lock(path), Position::default(), options).unwrap()
}

fn record(n: i64) -> Vec<u8> {
    format!("record {n}").into_bytes()
}

fn append(journal: &Journal, n: i64) {
    journal.append(&record(n), n);
}

fn all(batch: &Batch) -> Vec<Vec<u8>> {
    batch.records().map(<[u8]>::to_vec).collect()
}

#[test]
fn records_are_read_in_order_across_segments() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path(), Options { segment_bytes: 100, ..OPTIONS });
    (0..50).for_each(|n| append(&journal, n));
    let mut position = Position::default();
    let mut read = Vec::new();
    loop {
        let batch = journal.read(position, 7).unwrap();
        if batch.is_empty() {
            break;
        }
        assert!(batch.len() <= 7);
        read.extend(all(&batch));
        position = batch.to;
        journal.acknowledge(&batch);
    }
    assert_eq!(read, (0..50).map(record).collect::<Vec<_>>());
    assert_eq!(journal.backlog_bytes(), 0);
    assert_eq!(segment::list(folder.path()).unwrap().len(), 1);
}

#[test]
fn a_torn_record_ends_its_segment_only() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path(), OPTIONS);
    (0..3).for_each(|n| append(&journal, n));
    let path = segment::path(folder.path(), 1);
    drop(journal);
    let len = std::fs::metadata(&path).unwrap().len();
    std::fs::File::options().write(true).open(&path).unwrap().set_len(len - 5).unwrap();
    let journal = open(folder.path(), OPTIONS);
    append(&journal, 9);
    let batch = journal.read(Position::default(), 100).unwrap();
    assert_eq!(all(&batch), [record(0), record(1), record(9)]);
    journal.acknowledge(&batch);
    assert_eq!(journal.backlog_bytes(), 0);
}

#[test]
fn past_its_limit_records_are_dropped_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path(), Options { limit_bytes: 60, ..OPTIONS });
    (0..10).for_each(|n| append(&journal, n));
    let batch = journal.read(Position::default(), 100).unwrap();
    assert_eq!(batch.len() as u64 + journal.dropped(), 10);
    assert!(journal.dropped() > 0);
    journal.acknowledge(&batch);
    append(&journal, 11);
    assert_eq!(all(&journal.read(batch.to, 100).unwrap()), [record(11)]);
}

#[test]
fn a_second_user_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path(), OPTIONS);
    let again = Folder::lock(folder.path(), String::new);
    assert!(matches!(again, Err(OpenError::InUse { .. })));
    journal.release();
    assert_eq!(lock(folder.path()).node(), "node");
}

#[test]
fn segments_that_are_put_aside_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    append(&open(folder.path(), OPTIONS), 1);
    let locked = lock(folder.path());
    let aside = locked.put_aside().unwrap();
    assert_eq!(aside, [segment::path(folder.path(), 1).with_extension("orphan")]);
    let journal = Journal::open(locked, Position::default(), OPTIONS).unwrap();
    assert!(journal.read(Position::default(), 100).unwrap().is_empty());
    assert!(aside[0].exists());
}

#[test]
fn lag_is_the_age_of_the_oldest_record() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path(), OPTIONS);
    assert_eq!(journal.lag(500), 0);
    append(&journal, 100);
    append(&journal, 300);
    assert_eq!(journal.lag(500), 400);
    journal.set_oldest(300);
    assert_eq!(journal.lag(500), 200);
}

#[test]
fn damaged_bytes_never_decode() {
    let mut buffer = [0; frame::MAX_FRAME];
    let bytes = frame::encode(b"some bytes", &mut buffer).to_vec();
    assert_eq!(frame::decode(&bytes), Some((&b"some bytes"[..], bytes.len())));
    for i in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[i] ^= 0x40;
        assert_eq!(frame::decode(&damaged), None, "byte {i}");
        assert_eq!(frame::decode(&bytes[..i]), None, "cut at {i}");
    }
}
