//! Lists as they are published: a host or URL per line, hosts files, PhishTank's CSV. Their content
//! is not trusted.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, BufRead, Read as _};
use std::net::IpAddr;
use std::str::FromStr;

use url::Url;

use crate::host::Host;

/// The longest line in bytes; a longer one is skipped like an invalid one.
const MAX_LINE: usize = 16 << 10;
/// The column of the URL in PhishTank's CSV without a header.
const PHISHTANK_URL: usize = 1;

/// The format of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// A host or URL per line. `*.` and `.` before a name change nothing, but a name of one label
    /// needs them.
    Plain,
    /// `0.0.0.0 host …` as in `/etc/hosts`. Only lines with a loopback or unspecified address list
    /// hosts.
    Hosts,
    /// PhishTank's CSV with a column `url`.
    PhishTank,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::Plain, Self::Hosts, Self::PhishTank];

    /// Returns the name: `plain`, `hosts` or `phishtank`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Hosts => "hosts",
            Self::PhishTank => "phishtank",
        }
    }

    /// Returns the format that the first line with content looks like.
    fn detect(line: &str) -> Self {
        let mut words = line.split_whitespace();
        if line.split(',').any(|column| column.trim_matches('"') == "url") {
            return Self::PhishTank;
        }
        let begins_with_address = words.next().is_some_and(|word| address(word).is_some());
        if begins_with_address && words.next().is_some_and(|word| !is_comment(word)) {
            Self::Hosts
        } else {
            Self::Plain
        }
    }
}

/// The text is not the name of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown format: use plain, hosts or phishtank")]
pub struct UnknownFormat;

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.into_iter().find(|format| format.name() == name).ok_or(UnknownFormat)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why a whole list is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The list could not be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// The list has no hosts.
    #[error("lists nothing")]
    Empty,
    /// The list has NUL bytes: it is not text, or text in UTF-16.
    #[error("is no text in UTF-8: it has NUL bytes")]
    Binary,
    /// The list is HTML or XML, such as an error page.
    #[error("is a page in HTML or XML, not a list")]
    Markup,
    /// The list has more entries than the caller allows.
    #[error("has more than {0} entries")]
    TooLong(u64),
    /// More lines are invalid than valid.
    #[error("is no list: {bad} lines make no sense, {good} do; the first is line {first}")]
    Nonsense {
        /// Valid lines.
        good: u64,
        /// Invalid lines.
        bad: u64,
        /// The first invalid line, counted from 1.
        first: u64,
    },
}

/// The hosts of a list, read line by line in bounded memory. A problem of the whole list is known
/// at its end at the latest, so the caller must not use the entries before the end.
///
/// ```
/// use xqr_blocklist::{Entries, Format, Refusal};
///
/// let list = "0.0.0.0 evil.example\n0.0.0.0 worse.example # since May\n";
/// let hosts: Result<Vec<_>, Refusal> =
///     Entries::new(list.as_bytes(), Some(Format::Hosts), 1_000).collect();
/// assert_eq!(hosts?[1].as_str(), "worse.example");
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Debug)]
pub struct Entries<R> {
    input: R,
    format: Option<Format>,
    url_column: usize,
    max: u64,
    line: Vec<u8>,
    waiting: VecDeque<Host>,
    read: u64,
    good: u64,
    bad: u64,
    first_bad: u64,
    given: u64,
    ended: bool,
}

impl<R: BufRead> Entries<R> {
    /// Reads `input`, with at most `max` entries, in `format` or in the format that its first line
    /// looks like.
    pub fn new(input: R, format: Option<Format>, max: u64) -> Self {
        Self {
            input,
            format,
            url_column: PHISHTANK_URL,
            max,
            line: Vec::new(),
            waiting: VecDeque::new(),
            read: 0,
            good: 0,
            bad: 0,
            first_bad: 0,
            given: 0,
            ended: false,
        }
    }

    /// Returns how many invalid lines were skipped so far, and the first of them, counted from 1.
    pub fn passed_over(&self) -> (u64, u64) {
        (self.bad, self.first_bad)
    }

    /// Reads a line into `self.line`, without its end, and returns whether it is whole; `None` at
    /// the end of the input.
    fn next_line(&mut self) -> Result<Option<bool>, Refusal> {
        self.line.clear();
        let mut whole = true;
        let n = self.input.by_ref().take(MAX_LINE as u64).read_until(b'\n', &mut self.line)?;
        if n == 0 {
            return Ok(None);
        }
        let mut binary = self.line.contains(&0);
        while n == MAX_LINE && self.line.last() != Some(&b'\n') {
            whole = false;
            self.line.clear();
            let more =
                self.input.by_ref().take(MAX_LINE as u64).read_until(b'\n', &mut self.line)?;
            binary |= self.line.contains(&0);
            if more < MAX_LINE {
                break;
            }
        }
        if binary {
            return Err(Refusal::Binary);
        }
        self.read += 1;
        if self.read == 1 && self.line.starts_with(b"\xef\xbb\xbf") {
            self.line.drain(..3);
        }
        Ok(Some(whole))
    }

    /// Reads lines until one lists a host, or the input ends.
    fn fill(&mut self) -> Result<(), Refusal> {
        while self.waiting.is_empty() {
            let Some(whole) = self.next_line()? else {
                self.ended = true;
                return self.judge();
            };
            let line = std::mem::take(&mut self.line);
            let sense = match std::str::from_utf8(&line) {
                Ok(text) if whole => self.take(text.trim())?,
                _ => false,
            };
            self.line = line;
            if !sense {
                self.bad += 1;
                self.first_bad = if self.first_bad == 0 { self.read } else { self.first_bad };
            }
        }
        Ok(())
    }

    /// Takes the hosts of a line, and returns whether the line is valid.
    fn take(&mut self, line: &str) -> Result<bool, Refusal> {
        if line.is_empty() || is_comment(line) {
            return Ok(true);
        }
        if self.good + self.bad == 0 && line.starts_with('<') {
            return Err(Refusal::Markup);
        }
        let format = *self.format.get_or_insert_with(|| Format::detect(line));
        let sense = match format {
            // Lists are pasted together: a line of a hosts file is one in a plain list, too.
            Format::Plain => match one_name(line).and_then(plain) {
                Some(host) => {
                    self.waiting.push_back(host);
                    Some(())
                }
                None => sinkhole(line, &mut self.waiting),
            },
            Format::Hosts => sinkhole(line, &mut self.waiting),
            Format::PhishTank => self.row(line),
        };
        self.good += u64::from(sense.is_some());
        Ok(sense.is_some())
    }

    fn row(&mut self, line: &str) -> Option<()> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .buffer_capacity(line.len().max(64))
            .from_reader(line.as_bytes());
        let mut record = csv::StringRecord::new();
        if !reader.read_record(&mut record).ok()? {
            return None;
        }
        if self.good == 0
            && let Some(column) = record.iter().position(|name| name == "url")
        {
            self.url_column = column;
            return Some(());
        }
        self.waiting.push_back(host_of_url(record.get(self.url_column)?.trim())?);
        Some(())
    }

    fn judge(&self) -> Result<(), Refusal> {
        if self.bad > self.good {
            return Err(Refusal::Nonsense {
                good: self.good,
                bad: self.bad,
                first: self.first_bad,
            });
        }
        if self.given == 0 { Err(Refusal::Empty) } else { Ok(()) }
    }

    fn step(&mut self) -> Result<Option<Host>, Refusal> {
        if !self.ended {
            self.fill()?;
        }
        let Some(host) = self.waiting.pop_front() else { return Ok(None) };
        self.given += 1;
        if self.given > self.max { Err(Refusal::TooLong(self.max)) } else { Ok(Some(host)) }
    }
}

impl<R: BufRead> Iterator for Entries<R> {
    type Item = Result<Host, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended && self.waiting.is_empty() {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.ended = true;
            self.waiting.clear();
        }
        step.transpose()
    }
}

fn is_comment(text: &str) -> bool {
    text.starts_with(['#', ';', '!'])
}

/// Returns the only word of a line, besides a comment.
fn one_name(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    let name = words.next()?;
    words.next().is_none_or(is_comment).then_some(name)
}

/// Reads a host or URL.
fn plain(name: &str) -> Option<Host> {
    if name.contains("://") {
        return host_of_url(name);
    }
    let name = name.split_once('#').map_or(name, |(name, _)| name);
    let bare = name.strip_prefix("*.").or_else(|| name.strip_prefix('.'));
    let host = bare.unwrap_or(name).parse::<Host>().ok()?;
    // One word may be anything, such as the rest of a broken list. A top-level domain needs a dot.
    (bare.is_some() || host.is_address() || host.as_str().contains('.')).then_some(host)
}

fn host_of_url(text: &str) -> Option<Host> {
    let url = Url::parse(text).ok()?;
    Host::of(&url)?.as_str().parse().ok()
}

fn address(word: &str) -> Option<IpAddr> {
    // `fe80::1%lo0` stands in every hosts file of macOS.
    word.split('%').next()?.parse().ok()
}

/// Reads a line of a hosts file.
fn sinkhole(line: &str, hosts: &mut VecDeque<Host>) -> Option<()> {
    let mut words = line.split_whitespace();
    let leads_to = address(words.next()?)?;
    let names: Vec<&str> = words.take_while(|word| !is_comment(word)).collect();
    if names.is_empty() {
        return None;
    }
    if !(leads_to.is_loopback() || leads_to.is_unspecified()) {
        return Some(());
    }
    for name in names {
        let name = name.split_once('#').map_or(name, |(name, _)| name);
        let host = name.parse::<Host>().ok()?;
        // `localhost`, `broadcasthost` and `0.0.0.0 0.0.0.0` stand in every hosts file and list
        // nothing.
        if host.as_str().contains('.')
            && !host.is_address()
            && host.as_str() != "localhost.localdomain"
        {
            hosts.push_back(host);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests;
