//! The tasks `key …`.

use anyhow::Context as _;
use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::{Value, json};
use xqr_engine::auth::{KeyFormat, Scopes, SecretKey};
use xqr_engine::callers::{api_keys, workspaces};
use xqr_engine::dialect::Dialects;
use xqr_engine::rows;
use xqr_engine::runtime::time_format::rfc3339;

use crate::database::open;
use crate::output::{Output, table};

#[derive(Subcommand, Debug)]
pub(crate) enum Key {
    /// Create a key; its secret is printed only once
    Create {
        /// The workspace's id
        workspace: String,
        /// The key's name
        #[arg(long, default_value = "key")]
        name: String,
        /// The dialect whose key format it has
        #[arg(long, default_value = KeyFormat::ALL[0].name(), value_parser = look())]
        look: KeyFormat,
        /// Scopes, separated by commas
        #[arg(long, default_value = "*", value_delimiter = ',')]
        scopes: Vec<String>,
        /// When it expires, such as 2026-12-31T23:59:59Z
        #[arg(long, value_parser = moment)]
        expires_at: Option<jiff::Timestamp>,
        #[command(flatten)]
        output: Output,
    },
    /// List a workspace's keys
    List {
        /// The workspace's id
        workspace: String,
        #[command(flatten)]
        output: Output,
    },
    /// Revoke a key
    Revoke {
        /// The key's id or public prefix
        key: String,
        #[command(flatten)]
        output: Output,
    },
    /// Replace a key; the new secret is printed only once
    Rotate {
        /// The key's id or public prefix
        key: String,
        #[command(flatten)]
        output: Output,
    },
    /// Delete a key
    Delete {
        /// The key's id or public prefix
        key: String,
        #[command(flatten)]
        output: Output,
    },
}

fn look() -> impl TypedValueParser<Value = KeyFormat> {
    PossibleValuesParser::new(KeyFormat::ALL.map(KeyFormat::name))
        .map(|name| name.parse::<KeyFormat>().expect("it is one of the names"))
}

fn moment(text: &str) -> anyhow::Result<jiff::Timestamp> {
    text.parse().ok().context("must be a time such as 2026-12-31T23:59:59Z")
}

fn view(key: &rows::Key) -> Value {
    json!({
        "id": key.uid, "name": key.name, "prefix": key.prefix, "look": key.look,
        "scopes": key.scopes.split(' ').collect::<Vec<_>>(), "created_at": rfc3339(key.created_at),
        "expires_at": key.expires_at.map(rfc3339), "revoked_at": key.revoked_at.map(rfc3339),
    })
}

fn line(key: &rows::Key) -> Vec<String> {
    let state = match (key.revoked_at, key.expires_at) {
        (Some(at), _) => format!("revoked {}", rfc3339(at)),
        (None, Some(at)) => format!("expires {}", rfc3339(at)),
        (None, None) => "active".to_owned(),
    };
    vec![key.uid.clone(), key.prefix.clone(), state, key.scopes.clone(), key.name.clone()]
}

fn print_secret(output: Output, key: &rows::Key, secret: &SecretKey) {
    let mut value = view(key);
    value["key"] = json!(secret.expose());
    output.print(&value, || {
        format!("{}\nThe key is shown this once:\n{}", table(&[line(key)]), secret.expose())
    });
}

impl Key {
    pub(crate) fn run(self, dialects: Dialects) -> anyhow::Result<()> {
        let data = open(dialects)?;
        match self {
            Self::Create { workspace, name, look, scopes, expires_at, output } => {
                let scopes = Scopes::parse_list(scopes.iter().map(String::as_str))?;
                let expires_at = expires_at.map(jiff::Timestamp::as_millisecond);
                let draft = api_keys::NewKey { name, look, scopes, expires_at, plan: None };
                let (key, secret) = data.write_here(move |tx| {
                    let workspace = workspaces::get(tx.conn, &workspace)?;
                    api_keys::create(tx, &workspace, &draft)
                })?;
                print_secret(output, &key, &secret);
            }
            Self::List { workspace, output } => {
                let all = data.read_here(|conn| {
                    let workspace = workspaces::get(conn, &workspace)?;
                    api_keys::list(conn, workspace.id)
                })?;
                output.print(&all.iter().map(view).collect(), || {
                    table(&all.iter().map(line).collect::<Vec<_>>())
                });
            }
            Self::Revoke { key, output } => {
                let key = data.write_here(move |tx| {
                    let found = api_keys::get(tx.conn, &key)?;
                    api_keys::revoke(tx, &found)?;
                    api_keys::get(tx.conn, &found.uid)
                })?;
                output.print(&view(&key), || table(&[line(&key)]));
            }
            Self::Rotate { key, output } => {
                let (key, secret) = data.write_here(move |tx| {
                    let found = api_keys::get(tx.conn, &key)?;
                    api_keys::rotate(tx, &found)
                })?;
                print_secret(output, &key, &secret);
            }
            Self::Delete { key, output } => {
                let key = data.write_here(move |tx| {
                    let found = api_keys::get(tx.conn, &key)?;
                    api_keys::delete(tx, &found)?;
                    Ok(found)
                })?;
                output.print(&json!({ "id": key.uid, "deleted": true }), || {
                    format!("deleted {}", key.uid)
                });
            }
        }
        Ok(())
    }
}
