//! Time and randomness are parameters. Clippy refuses the functions that read them behind the
//! caller's back; the files that implement the parameters are named here.

use super::super::tree::{Tree, Violation};

/// What `.clippy.toml` must refuse.
const REFUSED: [&str; 8] = [
    "std::time::SystemTime::now",
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
    "getrandom::fill",
    "uuid::Uuid::new_v4",
    "ulid::Ulid::generate",
    "rand::random",
    "rand::rng",
];

/// The files that may call them: the clock, the operating system's entropy, and ids of requests.
const ALLOWED: [&str; 3] = [
    "crates/xqr-engine/src/runtime/clock.rs",
    "crates/xqr-engine/src/runtime/random.rs",
    "crates/xqr-http/src/request/request_id.rs",
];

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let clippy = tree.find(".clippy.toml").map_or("", |file| file.text.as_str());
    let missing = REFUSED.iter().filter(|path| !clippy.contains(&format!("path = \"{path}\"")));
    let mut violations: Vec<_> = missing
        .map(|path| Violation {
            path: ".clippy.toml".to_owned(),
            line: 0,
            message: format!("`{path}` must be among the disallowed methods"),
        })
        .collect();
    for file in tree.rust().filter(|file| !ALLOWED.contains(&file.path.as_str())) {
        let code = file.code();
        for (at, lint) in code.match_indices("clippy::disallowed_methods") {
            violations.push(file.violation(at, format!("`{lint}` may not be expected here")));
        }
    }
    // The crate has more such functions than the list, so no manifest names it.
    for file in tree.files.iter().filter(|file| file.path.ends_with("Cargo.toml")) {
        let named = |line: &str| line.split(['.', ' ', '=']).next() == Some("rand");
        if file.text.lines().any(named) {
            let message = "`rand` draws behind the caller's back".to_owned();
            violations.push(Violation { path: file.path.clone(), line: 0, message });
        }
    }
    violations
}
