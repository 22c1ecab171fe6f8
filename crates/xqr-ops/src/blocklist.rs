//! The tasks `blocklist …`.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use serde_json::{Value, json};
use xqr_engine::destinations::blocklist::{self, Entries, Entry, Format, Host, HostSet};
use xqr_engine::dialect::Dialects;
use xqr_engine::runtime::time_format::rfc3339;

use crate::database::open;
use crate::output::{Output, table};

#[derive(Subcommand, Debug)]
pub(crate) enum Blocklist {
    /// Add the hosts of a file to the list in the database; existing entries stay unchanged
    Import {
        file: PathBuf,
        /// plain, hosts or phishtank; by default detected from the first line
        #[arg(long, value_parser = format)]
        format: Option<Format>,
        /// The reason, for operators; by default the file's name
        #[arg(long)]
        reason: Option<String>,
        /// Refuse a file with more entries
        #[arg(long, default_value_t = 5_000_000)]
        max: u64,
        #[command(flatten)]
        output: Output,
    },
    /// Add a host and its subdomains to the list in the database
    Add {
        /// A host name, an IP address, or a URL that contains it
        #[arg(value_parser = host)]
        host: Host,
        /// The reason, for operators
        #[arg(long, default_value = "")]
        reason: String,
        #[command(flatten)]
        output: Output,
    },
    /// Remove a host from the list in the database
    Remove {
        #[arg(value_parser = host)]
        host: Host,
        #[command(flatten)]
        output: Output,
    },
    /// Show whether a destination is blocked, and by which entry of the database or of the files
    Check {
        #[arg(value_parser = host)]
        url: Host,
        #[command(flatten)]
        output: Output,
    },
    /// List the hosts in the database in alphabetical order, and the state of the files
    List {
        /// Start after this host
        #[arg(long, default_value = "")]
        after: String,
        #[arg(long, default_value_t = 100)]
        limit: i64,
        #[command(flatten)]
        output: Output,
    },
}

fn format(name: &str) -> anyhow::Result<Format> {
    name.parse::<Format>().ok().context("must be plain, hosts or phishtank")
}

fn host(text: &str) -> anyhow::Result<Host> {
    blocklist::host(text).context("is not a host")
}

fn view(entry: &Entry) -> Value {
    json!({ "host": entry.host, "reason": entry.reason, "created_at": rfc3339(entry.created_at) })
}

impl Blocklist {
    pub(crate) fn run(self, dialects: Dialects) -> anyhow::Result<()> {
        let data = open(dialects)?;
        match self {
            Self::Import { file, format, reason, max, output } => {
                let name = file.display().to_string();
                let input = File::open(&file).with_context(|| name.clone())?;
                let mut entries = Entries::new(BufReader::new(input), format, max);
                let hosts = HostSet::read_from(&mut entries).with_context(|| name.clone())?;
                let new =
                    blocklist::import(&data, &hosts, &reason.unwrap_or_else(|| name.clone()))?;
                let read = hosts.len();
                let (skipped, first) = entries.passed_over();
                let summary = json!({ "file": name, "hosts": read, "new": new, "lines_passed_over": skipped, "first_of_them": first });
                output.print(&summary, || match skipped {
                    0 => format!("{read} hosts, {new} of them new"),
                    _ => format!("{read} hosts, {new} of them new; {skipped} lines make no sense, the first is line {first}"),
                });
            }
            Self::Add { host, reason, output } => {
                let text = host.as_str().to_owned();
                let new = data.write_here(move |tx| blocklist::add(tx, &host, &reason))?;
                let outcome = if new { "is listed" } else { "was listed already" };
                output.print(&json!({ "host": text, "new": new }), || format!("{text} {outcome}"));
            }
            Self::Remove { host, output } => {
                let text = host.as_str().to_owned();
                let removed = data.write_here(move |tx| blocklist::remove(tx, &host))?;
                anyhow::ensure!(removed, "{text} is not listed in the database");
                output.print(&json!({ "host": text }), || format!("{text} is not listed any more"));
            }
            Self::Check { url, output } => {
                let files = data.files();
                files.open();
                files.refresh();
                let found = data.read_here(|conn| blocklist::find(conn, &*files, &url))?;
                let (host, blocked) = (url.as_str(), found.is_some());
                let (entry, source) = found.map(|listing| (listing.entry, listing.source)).unzip();
                output.print(
                    &json!({ "host": host, "blocked": blocked, "entry": entry, "source": source }),
                    || match (&entry, &source) {
                        (Some(entry), Some(source)) => {
                            format!("{host} is blocked by {entry} ({source})")
                        }
                        _ => format!("{host} is not blocked"),
                    },
                );
            }
            Self::List { after, limit, output } => {
                let files = data.files();
                files.open();
                let (entries, count) = data.read_here(|conn| {
                    Ok((blocklist::list(conn, &after, limit)?, blocklist::count(conn)?))
                })?;
                let state = files.state();
                let files: Vec<_> = state
                    .iter()
                    .map(|file| json!({ "path": file.path, "hosts": file.hosts }))
                    .collect();
                output.print(
                    &json!({ "count": count, "entries": entries.iter().map(view).collect::<Vec<_>>(), "files": files }),
                    || {
                        let row = |e: &Entry| vec![e.host.clone(), rfc3339(e.created_at), e.reason.clone()];
                        let mut lines = vec![table(&entries.iter().map(row).collect::<Vec<_>>())];
                        lines.push(format!("{} of {count} hosts", entries.len()));
                        lines.extend(state.iter().map(|file| format!("{}: {} hosts", file.path.display(), file.hosts)));
                        lines.join("\n").trim_start().to_owned()
                    },
                );
            }
        }
        Ok(())
    }
}
