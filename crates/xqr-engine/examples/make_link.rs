//! Uses the engine without any HTTP: a workspace, a key, a link, on a SQLite file in a temporary
//! folder.

use std::sync::Arc;

use xqr_engine::callers::{api_keys, workspaces};
use xqr_engine::destinations::destination::Destination;
use xqr_engine::dialect::Dialects;
use xqr_engine::{Data, OsRandom, Settings, SystemClock, links};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let mut settings = Settings::defaults();
    settings.data_dir = folder.path().to_owned();
    settings.database_url = folder.path().join("xqr.db").display().to_string();
    let data =
        Data::open(&settings, Arc::new(SystemClock), Arc::new(OsRandom), Dialects::default())?;
    data.migrate()?;
    let secret = data.write_here(workspaces::bootstrap)?.ok_or("the folder is not empty")?;
    let now = data.now();
    let caller = data.read_here(|conn| api_keys::authenticate(conn, data.plans(), &secret, now))?;
    let destination = "https://example.com/menu".parse::<Destination>()?;
    let draft =
        links::NewLink { labels: vec!["menu".to_owned()], ..links::NewLink::new(destination) };
    let link = data.write_here(move |tx| links::create(tx, &caller, draft))?;
    let labels = links::labels(&link).join(", ");
    println!("/{} leads to {} ({labels})", link.code, link.destination.unwrap_or_default());
    Ok(())
}
