//! The real program as a child process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running program, killed with this value.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: String,
    pub(crate) key: Option<String>,
}

impl Program {
    /// Starts the program; a first start writes its key.
    pub(crate) fn start(folder: &std::path::Path, database: &str, first: bool) -> Self {
        Self::start_with(folder, database, first, &[])
    }

    /// Starts the program with settings of its own.
    pub(crate) fn start_with(
        folder: &std::path::Path,
        database: &str,
        first: bool,
        settings: &[(&str, &str)],
    ) -> Self {
        Self::start_logging(folder, database, first, settings, Stdio::inherit())
    }

    /// Starts the program with settings of its own, and its log in `log`.
    pub(crate) fn start_logging(
        folder: &std::path::Path,
        database: &str,
        first: bool,
        settings: &[(&str, &str)],
        log: Stdio,
    ) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_xqr-server"))
            .env("XQR_BIND", "127.0.0.1:0")
            .env("XQR_DATA_DIR", folder)
            .env("DATABASE_URL", database)
            .env("XQR_LOG", "error")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = lines
            .by_ref()
            .find_map(|line| line.strip_prefix("xqr listens on http://").map(str::to_owned))
            .unwrap();
        let key = first.then(|| {
            lines.find(|line| line.contains("first.key")).unwrap();
            std::fs::read_to_string(folder.join("first.key")).unwrap().trim().to_owned()
        });
        Self { child, address, key }
    }

    /// Returns the key of the first start.
    pub(crate) fn key(&self) -> &str {
        self.key.as_deref().unwrap()
    }

    /// Kills it in the middle of what it does.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends SIGTERM and returns the exit status.
    pub(crate) fn end(&mut self) -> Option<i32> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// One request on a connection of its own; `None` when the server died before the whole answer.
pub(crate) fn request(address: &str, head: &str, body: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let length = body.len();
    write!(
        stream,
        "{head}\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let wanted: usize = head.lines().find_map(|line| {
        line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok()
    })?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    (body.len() >= wanted).then(|| (status, body.to_owned()))
}
