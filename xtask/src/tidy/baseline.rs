//! The violations that remain, counted for each rule and file. The file has a line for each count:
//! rule, path and count, separated by blanks.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::Context as _;

use super::tree::Violation;

/// Counts by rule and path.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Baseline(BTreeMap<(String, String), usize>);

impl Baseline {
    /// Reads the text of the file.
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let count = |line: &str| {
            let mut parts = line.split(' ');
            let (rule, path) = (parts.next()?.to_owned(), parts.next()?.to_owned());
            Some(((rule, path), parts.next()?.parse().ok()?))
        };
        let counts = lines.map(|line| count(line).with_context(|| format!("baseline: {line}")));
        counts.collect::<anyhow::Result<_>>().map(Self)
    }

    /// Counts the violations of each rule.
    pub(crate) fn count(found: &[(&str, Vec<Violation>)]) -> Self {
        let mut counts = BTreeMap::new();
        for (rule, violations) in found {
            for violation in violations {
                *counts.entry(((*rule).to_owned(), violation.path.clone())).or_default() += 1;
            }
        }
        Self(counts)
    }

    /// Returns a line for each violation of `found`, of which these are the counts, in a file that
    /// has more of them than `known` grants.
    pub(crate) fn beyond(&self, known: &Self, found: &[(&str, Vec<Violation>)]) -> Vec<String> {
        let mut lines = Vec::new();
        for (rule, violations) in found {
            for Violation { path, line, message } in violations {
                let key = ((*rule).to_owned(), path.clone());
                let granted = known.0.get(&key).copied().unwrap_or(0);
                if self.0[&key] > granted {
                    lines.push(format!("{path}:{line}: {rule}: {message}"));
                }
            }
        }
        lines
    }

    /// Returns the rules that `now` has more violations of.
    pub(crate) fn grown_rules(&self, now: &Self) -> Vec<String> {
        let total = |counts: &Self, rule: &str| -> usize {
            counts.0.iter().filter(|((name, _), _)| name == rule).map(|(_, count)| count).sum()
        };
        let mut rules: Vec<_> = now.0.keys().map(|(rule, _)| rule.clone()).collect();
        rules.dedup();
        rules.retain(|rule| total(now, rule) > total(self, rule));
        rules
    }
}

impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "# Written by `cargo xtask tidy --shrink`: rule, path, violations that remain."
        )?;
        self.0.iter().try_for_each(|((rule, path), count)| writeln!(f, "{rule} {path} {count}"))
    }
}
