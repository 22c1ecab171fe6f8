//! A private PostgreSQL cluster for tests: in a temporary folder, on a free port, as another user
//! when we are root.

use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tempfile::TempDir;

/// A running cluster; it ends, and its folder goes, with this value.
pub(crate) struct Cluster {
    server: Child,
    /// A connection URL.
    pub(crate) url: String,
    _folder: TempDir,
}

/// Finds the server programs: on the path, or where Debian and its kin put them.
pub(crate) fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut debian: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path().join("bin"))
        .collect();
    debian.sort();
    folders.extend(debian.into_iter().rev());
    folders
        .into_iter()
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}

impl Cluster {
    /// Makes and starts a cluster.
    pub(crate) fn start(programs: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("xqr-postgres-").tempdir()?;
        let user = if folder.path().metadata()?.uid() == 0 { Some(other_user()?) } else { None };
        if let Some((uid, gid)) = user {
            chown(folder.path(), Some(uid), Some(gid))?;
        }
        let command = |program: &str| {
            let mut command = Command::new(programs.join(program));
            command.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
            if let Some((uid, gid)) = user {
                command.uid(uid).gid(gid);
            }
            command
        };
        let data = folder.path().join("data");
        let made = command("initdb")
            .args(["-U", "xqr", "-A", "trust", "-E", "UTF8", "--no-sync", "-D"])
            .arg(&data)
            .status()?;
        if !made.success() {
            bail!("initdb failed");
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut server = command("postgres")
            .arg("-D")
            .arg(&data)
            .args([
                "-p",
                &port.to_string(),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
            ])
            .args(["-c", "fsync=off", "-c", "max_connections=400", "-c", "log_min_messages=fatal"])
            .stderr(Stdio::null())
            .spawn()?;
        let started = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            if started.elapsed() > Duration::from_secs(30) || server.try_wait()?.is_some() {
                bail!("postgres did not start");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(Self {
            server,
            url: format!("postgres://xqr@127.0.0.1:{port}/postgres"),
            _folder: folder,
        })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

/// PostgreSQL refuses to run as root: borrow its own user, or `nobody`.
fn other_user() -> anyhow::Result<(u32, u32)> {
    let users = std::fs::read_to_string("/etc/passwd")?;
    let find = |name: &str| {
        let fields: Vec<&str> = users
            .lines()
            .map(|line| line.split(':').collect::<Vec<_>>())
            .find(|fields| fields[0] == name)?;
        Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
    };
    find("postgres").or_else(|| find("nobody")).context("no user to run postgres as")
}
