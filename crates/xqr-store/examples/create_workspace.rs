//! Creates a workspace in a SQLite database in a temporary folder, and reads it back:
//! `cargo run -p xqr-store --example create_workspace`.

use std::sync::mpsc::channel;

use xqr_store::workspaces::{self, NewWorkspace};
use xqr_store::{Conn, Store, StoreOptions};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let url = folder.path().join("xqr.db").display().to_string();
    let store = Store::open(&url, StoreOptions { readers: 2, writers: 1 })?;
    let migrations = store.migrate()?;
    println!("{} migrations on {}", migrations.len(), store.backend());

    let new = NewWorkspace {
        uid: "ws_1".to_owned(),
        name: "Bakery".to_owned(),
        plan: "free".to_owned(),
        created_at: 1_774_103_400_000,
    };
    let (sender, receiver) = channel();
    let insert = move |conn: &mut Conn| workspaces::insert(conn, &new);
    store.write(false, insert, move |result| sender.send(result).expect("the receiver waits"));
    let id = receiver.recv()??;

    for workspace in store.read(workspaces::list)? {
        assert_eq!(workspace.id, id);
        println!("{}: {} on the plan {}", workspace.uid, workspace.name, workspace.plan);
    }
    Ok(())
}
