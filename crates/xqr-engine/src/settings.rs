//! Settings: built-in defaults, overlaid by a file, overlaid by the environment. Wrong names and
//! values are refused.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use serde::Deserialize;
use toml::{Table, Value};
use xqr_blocklist::Host;
use xqr_plans::PlanTable;

mod assets;

pub use assets::{Assets, Bio, Hidden, StoreKind};

/// `config/xqr.toml`: every setting with its default and a comment.
pub const DEFAULTS: &str = include_str!("../xqr.toml");

/// All settings; `config/xqr.toml` explains each.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Settings {
    pub bind: SocketAddr,
    pub public_url: String,
    pub data_dir: PathBuf,
    pub database_url: String,
    pub secret: String,
    pub plans_file: String,
    pub maintenance_until: String,
    pub log: String,
    pub log_format: LogFormat,
    pub database: Database,
    pub edge: Edge,
    pub cors: Cors,
    pub cache: Cache,
    pub journal: Journal,
    pub scans: Scans,
    pub redirect: Redirect,
    pub blocklist: Blocklist,
    pub outbox: Outbox,
    pub webhooks: Webhooks,
    pub render: Render,
    pub limits: Limits,
    pub fetch: Fetch,
    pub accounts: Accounts,
    pub assets: Assets,
    pub bio: Bio,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object per line.
    Json,
}

/// Settings of the database.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Database {
    pub readers: u32,
    pub writers: usize,
    pub queue: usize,
}

/// Settings of the HTTP edge.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Edge {
    pub workers: usize,
    pub max_connections: usize,
    pub first_head_ms: u64,
    pub later_head_ms: u64,
    pub body_ms: u64,
    pub unread_ms: u64,
    pub idle_ms: u64,
    pub max_target_bytes: usize,
    pub max_head_fields: usize,
    pub max_head_bytes: usize,
    pub max_body_bytes: usize,
    pub max_upload_bytes: usize,
    pub drain_seconds: u64,
    pub require_https: bool,
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
}

/// Settings of calls from web pages of other origins.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Cors {
    #[serde(deserialize_with = "origins")]
    pub origins: Vec<String>,
    pub max_age: u64,
}

/// Settings of what is fetched for users.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Fetch {
    #[serde(deserialize_with = "fetched_networks")]
    pub allow_nets: Vec<IpNet>,
    #[serde(deserialize_with = "port_list")]
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
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Journal {
    pub segment_bytes: u64,
    pub limit_bytes: u64,
    pub sync_ms: u64,
    pub linger_ms: u64,
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
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Blocklist {
    pub files: Vec<PathBuf>,
    #[serde(deserialize_with = "hosts")]
    pub except: Vec<Host>,
    pub check_seconds: u64,
    pub max_entries: u64,
    pub max_shrink_percent: u64,
    pub at_redirect: bool,
}

/// Settings of the outbox.
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
    #[serde(deserialize_with = "webhook_networks")]
    pub allow_nets: Vec<IpNet>,
    #[serde(deserialize_with = "port_list")]
    pub ports: Vec<u16>,
}

/// Settings of what strangers may do.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Limits {
    pub bad_keys_per_minute: u64,
    pub misses_per_minute: u64,
    pub lookups_per_minute: u64,
}

/// Settings of people's accounts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/xqr.toml documents every setting")]
pub struct Accounts {
    pub signup: Signup,
    pub tries_per_account: u64,
    pub tries_per_address: u64,
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

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signup {
    /// The first person, and nobody after.
    Auto,
    /// Everybody.
    Open,
    /// Nobody but the operator.
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
    /// A text for the operator that names the setting and where it was set.
    pub fn load() -> Result<Self, String> {
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
    /// A text for the operator that names the file, the plan and the limit.
    pub fn plan_table(&self) -> Result<PlanTable, String> {
        if self.plans_file.is_empty() {
            return Ok(PlanTable::builtin());
        }
        let name = &self.plans_file;
        let text = std::fs::read_to_string(name)
            .map_err(|error| format!("cannot read {name}: {error}"))?;
        PlanTable::overlaid(&text).map_err(|error| format!("{name}: {error}"))
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
    ) -> Result<Self, String> {
        let mut table: Table =
            DEFAULTS.parse().map_err(|e| format!("the built-in settings are broken: {e}"))?;
        let place = file.map_or("the settings file".to_owned(), |path| path.display().to_string());
        let own: Table = text.parse().map_err(|e| format!("{place}: {e}"))?;
        overlay(&mut table, own, "", &place)?;
        let mut known = Vec::new();
        from_env(&mut table, "", &env, &mut known)?;
        for name in env_names {
            if !known.contains(&name) {
                return Err(format!(
                    "the environment variable {name} is not the name of a setting"
                ));
            }
        }
        let mut settings: Self =
            table.try_into().map_err(|e: toml::de::Error| format!("settings: {}", e.message()))?;
        settings.check()?;
        for url in [
            &mut settings.public_url,
            &mut settings.assets.public_url,
            &mut settings.bio.public_url,
        ] {
            *url = url.trim_end_matches('/').to_owned();
        }
        if settings.database_url.is_empty() {
            settings.database_url =
                format!("sqlite://{}", settings.data_dir.join("xqr.db").display());
        }
        Ok(settings)
    }

    fn check(&self) -> Result<(), String> {
        let addresses = [
            ("public_url", &self.public_url),
            ("assets.public_url", &self.assets.public_url),
            ("assets.endpoint", &self.assets.endpoint),
            ("bio.public_url", &self.bio.public_url),
        ];
        for (name, text) in addresses.into_iter().filter(|(_, text)| !text.is_empty()) {
            let url = url::Url::parse(text).map_err(|e| format!("{name}: {e}"))?;
            if !matches!(url.scheme(), "http" | "https")
                || url.query().is_some()
                || url.fragment().is_some()
            {
                return Err(format!(
                    "{name}: must be an http:// or https:// address without query"
                ));
            }
        }
        if self.assets.store == StoreKind::S3 {
            let Assets { bucket, access_key, secret_key, .. } = &self.assets;
            let needed = [
                ("bucket", bucket.as_str()),
                ("access_key", access_key.expose()),
                ("secret_key", secret_key.expose()),
            ];
            if let Some((name, _)) = needed.iter().find(|(_, text)| text.is_empty()) {
                return Err(format!("assets.{name}: must be set where assets.store is s3"));
            }
        }
        if !self.maintenance_until.is_empty() && self.maintenance_until().is_none() {
            return Err(format!(
                "maintenance_until: '{}' is no moment such as 2026-12-31T06:00:00Z",
                self.maintenance_until
            ));
        }
        let positive: [(&str, u64); 14] = [
            ("database.readers", self.database.readers.into()),
            ("database.writers", self.database.writers as u64),
            ("edge.first_head_ms", self.edge.first_head_ms),
            ("edge.later_head_ms", self.edge.later_head_ms),
            ("edge.body_ms", self.edge.body_ms),
            ("edge.unread_ms", self.edge.unread_ms),
            ("edge.max_body_bytes", self.edge.max_body_bytes as u64),
            ("journal.segment_bytes", self.journal.segment_bytes),
            ("journal.batch", self.journal.batch as u64),
            ("blocklist.check_seconds", self.blocklist.check_seconds),
            ("blocklist.max_entries", self.blocklist.max_entries),
            ("assets.upload_seconds", self.assets.upload_seconds.into()),
            ("assets.pending_hours", self.assets.pending_hours.into()),
            ("accounts.hash_parallel", self.accounts.hash_parallel as u64),
        ];
        match positive.iter().find(|(_, value)| *value == 0) {
            Some((name, _)) => Err(format!("{name}: must be at least 1")),
            None => Ok(()),
        }
    }
}

fn networks<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    networks_of("edge.trusted_proxies", deserializer)
}

fn fetched_networks<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<IpNet>, D::Error> {
    networks_of("fetch.allow_nets", deserializer)
}

fn webhook_networks<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<IpNet>, D::Error> {
    networks_of("webhooks.allow_nets", deserializer)
}

fn networks_of<'de, D: serde::Deserializer<'de>>(
    name: &str,
    deserializer: D,
) -> Result<Vec<IpNet>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let parse = |text: &String| {
        text.parse::<IpNet>().or_else(|_| text.parse().map(|ip: std::net::IpAddr| IpNet::from(ip)))
    };
    texts
        .iter()
        .map(|text| {
            parse(text).map_err(|_| {
                serde::de::Error::custom(format!("{name}: '{text}' is no address or network"))
            })
        })
        .collect()
}

fn hosts<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Host>, D::Error> {
    let parse = |text: &String| {
        text.parse::<Host>().map_err(|_| format!("blocklist.except: '{text}' is no host"))
    };
    Vec::<String>::deserialize(deserializer)?
        .iter()
        .map(parse)
        .collect::<Result<_, _>>()
        .map_err(serde::de::Error::custom)
}

/// Reads origins as browsers write them, because they are compared letter by letter.
fn origins<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let is_origin = |text: &str| {
        url::Url::parse(text).is_ok_and(|url| url.origin().ascii_serialization() == text)
    };
    match texts.iter().find(|text| *text != "*" && !is_origin(text)) {
        Some(text) => Err(serde::de::Error::custom(format!(
            "cors.origins: '{text}' is no origin such as https://app.example.com"
        ))),
        None => Ok(texts),
    }
}

/// Reads port numbers, which the environment writes as texts.
fn port_list<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<u16>, D::Error> {
    let port = |value: &Value| match value {
        Value::Integer(port) => u16::try_from(*port).ok(),
        Value::String(port) => port.parse().ok(),
        _ => None,
    };
    let read = |value: &Value| {
        port(value).ok_or_else(|| serde::de::Error::custom(format!("{value} is no port")))
    };
    Vec::<Value>::deserialize(deserializer)?.iter().map(read).collect()
}

fn overlay(base: &mut Table, own: Table, path: &str, place: &str) -> Result<(), String> {
    for (key, value) in own {
        let name = format!("{path}{key}");
        match (base.get_mut(&key), value) {
            (None, _) => return Err(format!("{place}: there is no setting '{name}'")),
            (Some(Value::Table(inner)), Value::Table(value)) => {
                overlay(inner, value, &format!("{name}."), place)?
            }
            (Some(slot), value) if slot.same_type(&value) => *slot = value,
            (Some(slot), _) => return Err(format!("{place}: {name}: must be {}", kind(slot))),
        }
    }
    Ok(())
}

/// Every leaf of the defaults has one variable: `XQR_`, its section and its name. `database_url` is
/// `DATABASE_URL`.
fn from_env(
    table: &mut Table,
    path: &str,
    env: &impl Fn(&str) -> Option<String>,
    known: &mut Vec<String>,
) -> Result<(), String> {
    for (key, slot) in table.iter_mut() {
        let name = if key == "database_url" {
            "DATABASE_URL".into()
        } else {
            format!("XQR_{path}{}", key.to_uppercase())
        };
        if let Value::Table(inner) = slot {
            from_env(inner, &format!("{path}{}_", key.to_uppercase()), env, known)?;
            continue;
        }
        if let Some(text) = env(&name) {
            let wrong = || format!("{name}: must be {}", kind(slot));
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
        _ => "a text",
    }
}

#[cfg(test)]
mod tests;
