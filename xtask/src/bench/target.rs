//! A server under load: a child process, its address, its first key, its processor time.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

pub(crate) struct Target {
    child: Child,
    /// `host:port`
    pub(crate) address: String,
    /// The key of a first start.
    pub(crate) key: String,
}

impl Target {
    /// Starts `command` and reads its greeting.
    pub(crate) fn start(command: &mut Command, wants_key: bool) -> anyhow::Result<Self> {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let (mut address, mut key) = (String::new(), String::new());
        for line in lines.by_ref() {
            let line = line?;
            if let Some((_, found)) = line.split_once("listens on http://") {
                found.clone_into(&mut address);
            }
            if let Some((_, rest)) = line.split_once("The file ")
                && let Some((file, _)) = rest.rsplit_once(" has a key")
            {
                std::fs::read_to_string(file)?.trim().clone_into(&mut key);
            }
            if !address.is_empty() && (!wants_key || !key.is_empty()) {
                break;
            }
        }
        // Whatever it prints later must not block it.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self { child, address, key })
    }

    /// Returns the processor seconds that the server has used.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        let stat =
            std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let fields: Vec<&str> =
            stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks =
            |i: usize| fields.get(i).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
        (ticks(11) + ticks(12)) / 100.0
    }

    /// Returns the resident memory of the server in bytes.
    pub(crate) fn memory_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0)
            * 1024
    }

    /// Returns how many descriptors the server has open.
    pub(crate) fn descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).map_or(0, Iterator::count)
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
