//! Settings: built-in defaults, overlaid by a file, overlaid by the environment. Unknown names and
//! invalid values are refused.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use serde::Deserialize;
use toml::{Table, Value};
use validator::Validate;
use xqr_blocklist::Host;
use xqr_plans::PlanTable;
use xqr_store::Store;

mod address;
mod asset_storage;
mod check;
mod parsing;
mod settings_error;

pub use address::{Address, AddressError};
pub use asset_storage::{Assets, Bio, Hidden, StoreKind};
pub use settings_error::SettingsError;

/// `config/xqr.toml`: every setting with its default and a comment.
pub const DEFAULTS: &str = include_str!("../xqr.toml");

/// All settings; `config/xqr.toml` explains each.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Settings {
    pub bind: SocketAddr,
    pub public_url: Address,
    pub data_dir: PathBuf,
    pub database_url: String,
    pub secret: String,
    pub plans_file: String,
    pub maintenance_until: String,
    pub log: String,
    pub log_format: LogFormat,
    #[validate(nested)]
    pub database: Database,
    #[validate(nested)]
    pub edge: Edge,
    pub cors: Cors,
    pub cache: Cache,
    #[validate(nested)]
    pub journal: Journal,
    pub scans: Scans,
    pub redirect: Redirect,
    #[validate(nested)]
    pub blocklist: Blocklist,
    pub outbox: Outbox,
    pub webhooks: Webhooks,
    pub render: Render,
    pub limits: Limits,
    pub fetch: Fetch,
    #[validate(nested)]
    pub accounts: Accounts,
    #[validate(nested)]
    pub assets: Assets,
    pub bio: Bio,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Readable lines.
    Pretty,
    /// One JSON object per line.
    Json,
}

/// Settings of the database.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Database {
    #[validate(custom(function = "check::positive"))]
    pub readers: u32,
    #[validate(custom(function = "check::positive"))]
    pub writers: usize,
    pub queue: usize,
}

/// Settings of the HTTP edge.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Edge {
    pub workers: usize,
    pub max_connections: usize,
    #[validate(custom(function = "check::positive"))]
    pub first_head_ms: u64,
    #[validate(custom(function = "check::positive"))]
    pub later_head_ms: u64,
    #[validate(custom(function = "check::positive"))]
    pub body_ms: u64,
    #[validate(custom(function = "check::positive"))]
    pub unread_ms: u64,
    pub idle_ms: u64,
    pub max_target_bytes: usize,
    pub max_head_fields: usize,
    pub max_head_bytes: usize,
    #[validate(custom(function = "check::positive"))]
    pub max_body_bytes: usize,
    pub max_upload_bytes: usize,
    pub drain_seconds: u64,
    pub require_https: bool,
    #[serde(deserialize_with = "parsing::networks")]
    pub trusted_proxies: Vec<IpNet>,
}

/// Settings of calls from web pages of other origins.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Cors {
    #[serde(deserialize_with = "parsing::origins")]
    pub origins: Vec<String>,
    pub max_age: u64,
}

/// Settings of what is fetched for users.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Fetch {
    #[serde(deserialize_with = "parsing::networks")]
    pub allow_nets: Vec<IpNet>,
    #[serde(deserialize_with = "parsing::port_list")]
    pub ports: Vec<u16>,
    pub deadline_ms: u64,
    pub show_addresses: bool,
}

/// Settings of the redirect cache.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Cache {
    pub links: u64,
    pub seconds: u64,
    pub miss_seconds: u64,
}

/// Settings of the scan journal.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Journal {
    #[validate(custom(function = "check::positive"))]
    pub segment_bytes: u64,
    pub limit_bytes: u64,
    pub sync_ms: u64,
    pub linger_ms: u64,
    #[validate(custom(function = "check::positive"))]
    pub batch: usize,
}

/// Settings of what is recorded of a scan.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Scans {
    pub country_header: String,
    pub geoip_file: String,
    pub count_head: bool,
}

/// Settings of the hosts that no destination may have.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Blocklist {
    pub files: Vec<PathBuf>,
    #[serde(deserialize_with = "parsing::hosts")]
    pub except: Vec<Host>,
    #[validate(custom(function = "check::positive"))]
    pub check_seconds: u64,
    #[validate(custom(function = "check::positive"))]
    pub max_entries: u64,
    pub max_shrink_percent: u64,
    pub at_redirect: bool,
}

/// How long finished webhook deliveries are kept; the section keeps its old name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Outbox {
    pub retention_hours: u64,
}

/// Settings of where webhooks may lead.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Webhooks {
    pub allow_http: bool,
    #[serde(deserialize_with = "parsing::networks")]
    pub allow_nets: Vec<IpNet>,
    #[serde(deserialize_with = "parsing::port_list")]
    pub ports: Vec<u16>,
}

/// Limits of requests without a valid key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Limits {
    pub bad_keys_per_minute: u64,
    pub misses_per_minute: u64,
    pub lookups_per_minute: u64,
}

/// Settings of user accounts.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Accounts {
    pub signup: Signup,
    pub tries_per_account: u64,
    pub tries_per_address: u64,
    #[validate(custom(function = "check::positive"))]
    pub hash_parallel: usize,
    pub hash_queue: usize,
}

/// Settings of short links.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Redirect {
    pub refusals: String,
}

/// Whether clients may sign up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Signup {
    /// The first user only, who becomes the owner of the initial workspace.
    Auto,
    /// Any client may.
    Open,
    /// No client may; operators create users.
    Closed,
}

/// Settings of the render engine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Render {
    pub parallel: usize,
    pub queue: usize,
    pub shelf_bytes: u64,
}

impl Settings {
    /// Reads the settings of this process: the file that `XQR_CONFIG` names, or `./xqr.toml` if
    /// there is one, and the environment.
    ///
    /// # Errors
    ///
    /// [`SettingsError`].
    pub fn load() -> Result<Self, SettingsError> {
        let env = |name: &str| std::env::var(name).ok();
        let file = match env("XQR_CONFIG") {
            Some(path) => Some(PathBuf::from(path)),
            None => Some(PathBuf::from("xqr.toml")).filter(|path| path.exists()),
        };
        let text = match &file {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|e| format!("cannot read {}: {e}", path.display()))?,
            None => String::new(),
        };
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let unknown = names.filter(|name| {
            name.starts_with("XQR_") && !name.starts_with("XQR_TEST_") && name != "XQR_CONFIG"
        });
        Self::read(&text, file.as_deref(), env, unknown)
    }

    /// Returns the SQLite file; `None` with PostgreSQL.
    pub fn database_file(&self) -> Option<PathBuf> {
        Store::files(&self.database_url).into_iter().next()
    }

    /// Returns the folder of uploaded files.
    pub fn assets_folder(&self) -> PathBuf {
        let own = &self.assets.folder;
        if own.as_os_str().is_empty() { self.data_dir.join("assets") } else { own.clone() }
    }

    /// Returns when the maintenance of the settings ends, Unix milliseconds.
    pub fn maintenance_until(&self) -> Option<i64> {
        self.maintenance_until.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
    }

    /// Reads the table of plans: the built-in one, overlaid by the file that `plans_file` names.
    ///
    /// # Errors
    ///
    /// [`SettingsError`], which names the file, the plan and the limit.
    pub fn plan_table(&self) -> Result<PlanTable, SettingsError> {
        if self.plans_file.is_empty() {
            return Ok(PlanTable::builtin());
        }
        let name = &self.plans_file;
        let text = std::fs::read_to_string(name)
            .map_err(|error| format!("cannot read {name}: {error}"))?;
        PlanTable::overlaid(&text).map_err(|error| format!("{name}: {error}").into())
    }

    /// Returns the defaults alone, untouched by files and environment.
    pub fn defaults() -> Self {
        Self::read("", None, |_| None, std::iter::empty())
            .expect("the built-in settings are whole, as a test shows")
    }

    /// Overlays the defaults by `text`, then by `env`. Each of `env_names` must be the name of a
    /// setting.
    fn read(
        text: &str,
        file: Option<&Path>,
        env: impl Fn(&str) -> Option<String>,
        env_names: impl Iterator<Item = String>,
    ) -> Result<Self, SettingsError> {
        let mut table: Table =
            DEFAULTS.parse().map_err(|e| format!("the built-in settings are broken: {e}"))?;
        let place = file.map_or("the settings file".to_owned(), |path| path.display().to_string());
        let own: Table = text.parse().map_err(|e| format!("{place}: {e}"))?;
        overlay(&mut table, own, "", &place)?;
        let mut known = Vec::new();
        from_env(&mut table, "", &env, &mut known)?;
        for name in env_names {
            if !known.contains(&name) {
                let wrong = format!("the environment variable {name} is not the name of a setting");
                return Err(wrong.into());
            }
        }
        // The variable that set a setting; else its path in the file.
        let name = |path: &str| {
            let variable = variable(path);
            if env(&variable).is_some() { variable } else { path.to_owned() }
        };
        let mut settings: Self = serde_path_to_error::deserialize(table).map_err(|error| {
            // A path within a list ends in an index.
            let path = error.path().to_string();
            format!(
                "{}: {}",
                name(path.split('[').next().unwrap_or_default()),
                error.inner().message()
            )
        })?;
        settings.check().map_err(|(path, message)| format!("{}: {message}", name(&path)))?;
        if settings.database_url.is_empty() {
            settings.database_url =
                format!("sqlite://{}", settings.data_dir.join("xqr.db").display());
        }
        Ok(settings)
    }
}

fn overlay(base: &mut Table, own: Table, path: &str, place: &str) -> Result<(), SettingsError> {
    for (key, value) in own {
        let name = format!("{path}{key}");
        match (base.get_mut(&key), value) {
            (None, _) => return Err(format!("{place}: there is no setting '{name}'").into()),
            (Some(Value::Table(inner)), Value::Table(value)) => {
                overlay(inner, value, &format!("{name}."), place)?
            }
            (Some(slot), value) if slot.same_type(&value) => *slot = value,
            (Some(slot), _) => {
                return Err(format!("{place}: {name}: must be {}", kind(slot)).into());
            }
        }
    }
    Ok(())
}

/// Returns the variable of the setting at a path such as `edge.body_ms`: `XQR_`, its section and
/// its name. `database_url` is `DATABASE_URL`.
fn variable(path: &str) -> String {
    match path {
        "database_url" => "DATABASE_URL".to_owned(),
        _ => format!("XQR_{}", path.replace('.', "_").to_uppercase()),
    }
}

/// Reads the variable of each leaf of the defaults.
fn from_env(
    table: &mut Table,
    path: &str,
    env: &impl Fn(&str) -> Option<String>,
    known: &mut Vec<String>,
) -> Result<(), SettingsError> {
    for (key, slot) in table.iter_mut() {
        let path = format!("{path}{key}");
        if let Value::Table(inner) = slot {
            from_env(inner, &format!("{path}."), env, known)?;
            continue;
        }
        let name = variable(&path);
        if let Some(text) = env(&name) {
            let wrong = || SettingsError::from(format!("{name}: must be {}", kind(slot)));
            *slot = match slot {
                Value::Integer(_) => Value::Integer(text.trim().parse().map_err(|_| wrong())?),
                Value::Boolean(_) => Value::Boolean(text.trim().parse().map_err(|_| wrong())?),
                Value::Array(_) => {
                    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                    Value::Array(items.map(|item| Value::String(item.into())).collect())
                }
                _ => Value::String(text),
            };
        }
        known.push(name);
    }
    Ok(())
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Integer(_) => "a whole number",
        Value::Boolean(_) => "true or false",
        Value::Array(_) => "a list",
        Value::Table(_) => "a section",
        _ => "a string",
    }
}

#[cfg(test)]
mod tests;
