use std::sync::Arc;

use super::record::Text;
use super::*;
use crate::{ManualClock, SeededEntropy};

fn settings(folder: &Path, more: &[(&str, u64)]) -> Settings {
    let mut settings = Settings::defaults();
    settings.data_dir = folder.to_owned();
    settings.database_url = folder.join("xqr.db").display().to_string();
    for (name, value) in more {
        match *name {
            "segment" => settings.journal.segment_bytes = *value,
            _ => settings.journal.limit_bytes = *value,
        }
    }
    settings
}

fn data(settings: &Settings) -> Data {
    let data = Data::open(settings, Arc::new(ManualClock::at(0)), Arc::new(SeededEntropy::new(1)))
        .unwrap();
    data.migrate().unwrap();
    data
}

fn scan(n: i64) -> Scan {
    Scan {
        at: n,
        link_id: n,
        country: Some(*b"DE"),
        user_agent: Text::cut(b"curl/8"),
        referrer: Text::cut(b"example.com"),
        variant: bytes::Bytes::from_static(if n % 2 == 0 { b"" } else { b"B" }),
        visitor: (n % 3 == 0).then_some(n.cast_unsigned()),
    }
}

#[test]
fn what_was_appended_is_read_in_order_across_segments() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path(), &[("segment", 100)]);
    let journal = Journal::open(&settings, &data(&settings)).unwrap();
    (0..50).for_each(|n| journal.append(&scan(n)));
    let mut position = Position::default();
    let mut read = Vec::new();
    loop {
        let batch = journal.read(position, 7).unwrap();
        if batch.scans.is_empty() {
            break;
        }
        assert!(batch.scans.len() <= 7);
        read.extend(batch.scans.iter().cloned());
        position = batch.to;
        journal.settle(&batch);
    }
    assert_eq!(read, (0..50).map(scan).collect::<Vec<_>>());
    assert_eq!(journal.backlog_bytes(), 0);
    assert_eq!(segment::list(&folder.path().join("journal")).unwrap().len(), 1);
}

#[test]
fn a_torn_record_ends_its_segment_only() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path(), &[]);
    let data = data(&settings);
    let journal = Journal::open(&settings, &data).unwrap();
    (0..3).for_each(|n| journal.append(&scan(n)));
    let path = segment::path(&folder.path().join("journal"), 1);
    drop(journal);
    let len = std::fs::metadata(&path).unwrap().len();
    File::options().write(true).open(&path).unwrap().set_len(len - 5).unwrap();
    let journal = Journal::open(&settings, &data).unwrap();
    journal.append(&scan(9));
    let batch = journal.read(Position::default(), 100).unwrap();
    assert_eq!(batch.scans, [scan(0), scan(1), scan(9)]);
    journal.settle(&batch);
    assert_eq!(journal.backlog_bytes(), 0);
}

#[test]
fn past_its_limit_scans_are_dropped_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path(), &[("limit", 120)]);
    let journal = Journal::open(&settings, &data(&settings)).unwrap();
    (0..10).for_each(|n| journal.append(&scan(n)));
    let batch = journal.read(Position::default(), 100).unwrap();
    assert_eq!(batch.scans.len() as u64 + journal.dropped(), 10);
    assert!(journal.dropped() > 0);
    journal.settle(&batch);
    journal.append(&scan(11));
    assert_eq!(journal.read(batch.to, 100).unwrap().scans, [scan(11)]);
}

#[test]
fn a_second_process_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path(), &[]);
    let data = data(&settings);
    let journal = Journal::open(&settings, &data).unwrap();
    assert!(Journal::open(&settings, &data).err().unwrap().contains("another xqr-server"));
    journal.release();
    Journal::open(&settings, &data).unwrap();
}

#[test]
fn scans_of_another_database_are_put_aside() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path(), &[]);
    Journal::open(&settings, &data(&settings)).unwrap().append(&scan(1));
    for file in ["xqr.db", "xqr.db-wal", "xqr.db-shm"] {
        std::fs::remove_file(folder.path().join(file)).ok();
    }
    let journal = Journal::open(&settings, &data(&settings)).unwrap();
    assert_eq!(journal.read(Position::default(), 100).unwrap().scans, []);
    assert!(segment::path(&folder.path().join("journal"), 1).with_extension("orphan").exists());
}

#[test]
fn damaged_bytes_never_decode() {
    let mut buffer = [0; record::MAX_BYTES];
    let bytes = record::encode(&scan(5), &mut buffer).to_vec();
    assert_eq!(record::decode(&bytes), Some((scan(5), bytes.len())));
    for i in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[i] ^= 0x40;
        assert_eq!(record::decode(&damaged), None, "byte {i}");
        assert_eq!(record::decode(&bytes[..i]), None, "cut at {i}");
    }
}
