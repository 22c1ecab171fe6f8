//! Appends a few records and processes them in batches: `cargo run --example queue`.

use std::time::Duration;

use xqr_journal::{Folder, Journal, Options, Position};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::temp_dir().join(format!("xqr-journal-queue-{}", std::process::id()));
    let folder = Folder::lock(&path, || "node-1".to_owned())?;
    let options =
        Options { segment_bytes: 4096, limit_bytes: 1 << 20, sync: Duration::from_millis(5) };
    let journal = Journal::open(folder, Position::default(), options)?;
    for n in 0..1000_i64 {
        journal.append(format!("record {n}").as_bytes(), n);
    }
    let (mut position, mut count) = (Position::default(), 0);
    loop {
        let batch = journal.read(position, 64)?;
        if batch.is_empty() {
            break;
        }
        count += batch.len();
        position = batch.to;
        journal.acknowledge(&batch);
    }
    println!("{count} records, next position {position:?}");
    std::fs::remove_dir_all(path)?;
    Ok(())
}
