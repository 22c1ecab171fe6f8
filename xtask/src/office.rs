//! What the operator's tasks share: the database of the settings, and output as text or JSON.

use std::sync::Arc;

use clap::Args;
use serde_json::Value;
use xqr_engine::dialect::Dialects;
use xqr_engine::errors::{Dialect, Error};
use xqr_engine::{Data, OsRandom, Settings, SystemClock};
use xqr_http::Registry;

/// How a task prints what it did.
#[derive(Args, Clone, Copy)]
pub(crate) struct Output {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Output {
    /// Prints `value` as JSON, or `text`.
    pub(crate) fn print(self, value: &Value, text: impl FnOnce() -> String) {
        if self.json {
            println!("{value:#}");
        } else {
            println!("{}", text());
        }
    }
}

/// Opens the database of the settings, brought up to date. The service may run meanwhile.
pub(crate) fn open() -> anyhow::Result<Data> {
    let data = open_as_is()?;
    data.migrate().map_err(anyhow::Error::msg)?;
    Ok(data)
}

/// Opens the database of the settings.
pub(crate) fn open_as_is() -> anyhow::Result<Data> {
    let settings = Settings::load().map_err(anyhow::Error::msg)?;
    Data::open(&settings, Arc::new(SystemClock), Arc::new(OsRandom), dialects())
        .map_err(anyhow::Error::msg)
}

/// Returns the dialects of the server.
pub(crate) fn dialects() -> Dialects {
    Registry::new(xqr_server::DIALECTS).profiles()
}

/// Returns what to tell of an error: of a refusal the sentence that a client would read.
pub(crate) fn told(error: &anyhow::Error) -> String {
    match error.chain().next().and_then(|error| error.downcast_ref::<Error>()) {
        Some(refusal) if refusal.cause().is_none() => {
            refusal.condition().reply(Dialect::Xqr).message
        }
        _ => format!("{error:#}"),
    }
}

/// Lays rows out in columns.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<_> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}
