//! A race: contenders do the same work in turns; medians, bytes and memory are held against what is
//! required.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

/// Does a work once and returns how many bytes it wrote.
type Run = Box<dyn Fn() -> Result<usize>>;

/// A work, how we do it, and how others do.
pub(super) struct Work {
    pub(super) name: String,
    ours: Run,
    peers: Vec<Peer>,
    /// The peak of the resident memory, in MB, below which a process that does only this must stay.
    memory: Option<f64>,
    /// What else must be so.
    fact: Option<(&'static str, bool)>,
}

struct Peer {
    name: &'static str,
    run: Run,
    /// How many times faster than the peer we must be; 0 where that does not matter.
    faster: f64,
    /// Whether we must write fewer bytes.
    smaller: bool,
}

/// A line of the table.
pub(super) struct Row {
    cells: [String; 8],
    /// `None` where nothing is required.
    pub(super) passed: Option<bool>,
}

/// How long a contender takes and how much it writes.
struct Score {
    seconds: f64,
    bytes: usize,
}

const OURS: &str = "ours";

impl Work {
    pub(super) fn new(name: impl Into<String>, ours: impl Fn() -> Result<usize> + 'static) -> Self {
        Self {
            name: name.into(),
            ours: Box::new(ours),
            peers: Vec::new(),
            memory: None,
            fact: None,
        }
    }

    /// Adds a peer than which we must be so many times faster.
    pub(super) fn against(
        mut self,
        name: &'static str,
        faster: f64,
        run: impl Fn() -> Result<usize> + 'static,
    ) -> Self {
        self.peers.push(Peer { name, run: Box::new(run), faster, smaller: false });
        self
    }

    /// Adds a peer that is only shown.
    pub(super) fn beside(
        self,
        name: &'static str,
        run: impl Fn() -> Result<usize> + 'static,
    ) -> Self {
        self.against(name, 0.0, run)
    }

    /// Demands fewer bytes than each of the peers so far.
    pub(super) fn smaller(mut self) -> Self {
        self.peers.iter_mut().for_each(|peer| peer.smaller = true);
        self
    }

    /// Demands a peak of the memory below so many MB.
    pub(super) fn below_mb(mut self, memory: f64) -> Self {
        self.memory = Some(memory);
        self
    }

    /// Demands that `fact` holds.
    pub(super) fn given(mut self, fact: &'static str, holds: bool) -> Self {
        self.fact = Some((fact, holds));
        self
    }

    /// Measures all contenders.
    pub(super) fn measure(&self, rounds: usize) -> Result<Vec<Row>> {
        let runs: Vec<&Run> =
            std::iter::once(&self.ours).chain(self.peers.iter().map(|peer| &peer.run)).collect();
        let scores = race(&runs, rounds)?;
        let ours = &scores[0];
        let mut rows: Vec<Row> = self
            .peers
            .iter()
            .zip(&scores[1..])
            .map(|(peer, theirs)| self.row(peer, ours, theirs))
            .collect();
        if let Some(most) = self.memory {
            let used = self.peak(OURS)?;
            let peer = self.peers.first().context("a work without peers")?;
            let theirs = self.peak(peer.name)?;
            let [used_mb, theirs_mb] = [used, theirs].map(|mb| format!("{mb:.1} MB"));
            let ratio = format!("{:.1}x", theirs / used);
            let required = format!("below {most} MB");
            let cells = [&self.name, &used_mb, "", peer.name, &theirs_mb, "", &ratio, &required]
                .map(str::to_owned);
            rows.push(Row { cells, passed: Some(used < most) });
        }
        if let Some((fact, holds)) = self.fact {
            let cells = [&self.name, "", "", "", "", "", "", fact].map(str::to_owned);
            rows.push(Row { cells, passed: Some(holds) });
        }
        Ok(rows)
    }

    fn row(&self, peer: &Peer, ours: &Score, theirs: &Score) -> Row {
        let ratio = theirs.seconds / ours.seconds;
        let mut required = Vec::new();
        if peer.faster > 0.0 {
            required.push(format!("{}x faster", peer.faster));
        }
        if peer.smaller {
            required.push("smaller".to_owned());
        }
        let met = ratio >= peer.faster && (!peer.smaller || ours.bytes < theirs.bytes);
        let passed = (!required.is_empty()).then_some(met);
        let cells = [
            self.name.clone(),
            time(ours.seconds),
            bytes(ours.bytes),
            peer.name.to_owned(),
            time(theirs.seconds),
            bytes(theirs.bytes),
            format!("{ratio:.1}x"),
            required.join(", "),
        ];
        Row { cells, passed }
    }

    /// Returns the peak of the memory of a fresh process in which `contender` does the work once,
    /// in MB.
    fn peak(&self, contender: &str) -> Result<f64> {
        let who = format!("{}/{contender}", self.name);
        let done = Command::new(std::env::current_exe()?)
            .args(["bench", "render", "--alone", &who])
            .output()?;
        let said = String::from_utf8(done.stdout)?;
        said.trim()
            .parse()
            .with_context(|| format!("{who}: {}", String::from_utf8_lossy(&done.stderr)))
    }
}

/// Lets the contender that `who` names (`work/contender`) do its work once and prints the peak of
/// the memory in MB.
pub(super) fn alone(works: &[Work], who: &str) -> Result<()> {
    let (name, contender) = who.rsplit_once('/').context("not work/contender")?;
    let work = works.iter().find(|work| work.name == name).context("no such work")?;
    let peer = work.peers.iter().find(|peer| peer.name == contender).map(|peer| &peer.run);
    let run = if contender == OURS { &work.ours } else { peer.context("no such contender")? };
    run()?;
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    println!("{}", peak.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0);
    Ok(())
}

/// The shortest sample, in seconds: what takes less is repeated within it.
const SAMPLE: f64 = 0.02;

/// Returns the median of each contender.
fn race(runs: &[&Run], rounds: usize) -> Result<Vec<Score>> {
    let mut contenders = Vec::with_capacity(runs.len());
    for run in runs {
        // The first time warms up, the second measures how often the work fits into a sample.
        let bytes = run()?;
        let seconds = sample(run, 1)?;
        contenders.push((
            run,
            bytes,
            (SAMPLE / seconds).ceil() as usize,
            Vec::with_capacity(rounds),
        ));
    }
    for _ in 0..rounds.max(1) {
        for (run, _, times, samples) in &mut contenders {
            samples.push(sample(run, *times)?);
        }
    }
    let median = |mut samples: Vec<f64>| {
        samples.sort_by(f64::total_cmp);
        samples[samples.len() / 2]
    };
    Ok(contenders
        .into_iter()
        .map(|(_, bytes, _, samples)| Score { seconds: median(samples), bytes })
        .collect())
}

/// Returns the seconds that one of `times` runs takes.
fn sample(run: &Run, times: usize) -> Result<f64> {
    let started = Instant::now();
    for _ in 0..times {
        std::hint::black_box(run()?);
    }
    Ok(started.elapsed().as_secs_f64() / times as f64)
}

/// Runs a program and returns how many bytes it wrote to its standard output.
pub(super) fn program(name: &str, arguments: &[&str]) -> Result<usize> {
    let done = Command::new(name)
        .args(arguments)
        .output()
        .with_context(|| format!("cannot start {name}"))?;
    if !done.status.success() {
        bail!("{name}: {}", String::from_utf8_lossy(&done.stderr));
    }
    Ok(done.stdout.len())
}

/// Prints the table.
pub(super) fn print(rows: &[Row]) {
    let header =
        ["work", "ours", "bytes", "peer", "time", "bytes", "ratio", "required"].map(str::to_owned);
    let lines = || std::iter::once(&header).chain(rows.iter().map(|row| &row.cells));
    let widths: [usize; 8] =
        std::array::from_fn(|i| lines().map(|cells| cells[i].chars().count()).max().unwrap_or(0));
    let verdicts = std::iter::once("").chain(rows.iter().map(|row| match row.passed {
        Some(true) => "pass",
        Some(false) => "FAIL",
        None => "",
    }));
    for (cells, verdict) in lines().zip(verdicts) {
        for (i, (cell, width)) in cells.iter().zip(widths).enumerate() {
            let is_text = [0, 3, 7].contains(&i);
            if is_text { print!("{cell:width$}  ") } else { print!("{cell:>width$}  ") }
        }
        println!("{verdict}");
    }
}

fn time(seconds: f64) -> String {
    if seconds < 1e-3 {
        format!("{:.1} µs", seconds * 1e6)
    } else {
        format!("{:.1} ms", seconds * 1e3)
    }
}

fn bytes(count: usize) -> String {
    if count == 0 { String::new() } else { count.to_string() }
}
