//! The rules of the code base that a test can check: which crate depends on which, floors of
//! dependencies, generated documents that must be fresh.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The names under `[dependencies]` of a manifest.
fn dependencies(manifest: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(manifest).unwrap();
    let section = text.split("[dependencies]").nth(1).unwrap_or_default();
    let lines = section.lines().skip(1).take_while(|line| !line.starts_with('['));
    lines
        .filter_map(|line| Some(line.split(['.', '=', ' ']).next()?.trim().to_owned()))
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn the_arrows_are_the_only_arrows() {
    let arrows: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("crates/xqr-errors", &[] as &[&str]),
        ("crates/xqr-checks", &["xqr-errors"]),
        ("crates/xqr-payload", &["xqr-checks", "xqr-errors"]),
        ("crates/xqr-render", &["xqr-payload"]),
        ("crates/xqr-plans", &["xqr-errors"]),
        ("crates/xqr-auth", &["xqr-checks", "xqr-errors"]),
        ("crates/xqr-blocklist", &[]),
        ("crates/xqr-fetch", &[]),
        ("crates/xqr-journal", &[]),
        ("crates/xqr-routing", &[]),
        ("crates/xqr-store", &["xqr-errors"]),
        (
            "crates/xqr-engine",
            &[
                "xqr-auth",
                "xqr-blocklist",
                "xqr-checks",
                "xqr-errors",
                "xqr-journal",
                "xqr-payload",
                "xqr-plans",
                "xqr-render",
                "xqr-routing",
                "xqr-store",
            ],
        ),
        ("crates/xqr-work", &["xqr-engine", "xqr-fetch"]),
        ("crates/xqr-http", &["xqr-engine"]),
        ("crates/xqr-ops", &["xqr-engine"]),
        ("crates/xqr-public", &["xqr-engine", "xqr-http"]),
        ("crates/xqr-native", &["xqr-engine", "xqr-http"]),
        ("crates/xqr-studio", &["xqr-engine", "xqr-http"]),
        ("crates/xqr-forge", &["xqr-engine", "xqr-http"]),
        ("crates/xqr-hub", &["xqr-engine", "xqr-http"]),
        (
            "bins/xqr-server",
            &[
                "xqr-engine",
                "xqr-forge",
                "xqr-http",
                "xqr-hub",
                "xqr-native",
                "xqr-ops",
                "xqr-public",
                "xqr-studio",
                "xqr-work",
            ],
        ),
        ("xtask", &["xqr-engine", "xqr-http", "xqr-ops", "xqr-server"]),
    ]);
    let mut found = BTreeSet::from(["xtask".to_owned()]);
    for folder in ["crates", "bins"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            found.insert(format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap()));
        }
    }
    assert_eq!(found, arrows.keys().map(|name| (*name).to_owned()).collect());
    for (name, allowed) in arrows {
        let all = dependencies(&root().join(name).join("Cargo.toml"));
        let ours: Vec<_> = all.iter().filter(|name| name.starts_with("xqr-")).collect();
        assert_eq!(ours, allowed.iter().collect::<Vec<_>>(), "{name}");
        let speaks_http = all.contains("xqr-http") || name == "crates/xqr-http";
        assert!(
            speaks_http || !all.iter().any(|name| name.starts_with("actix")),
            "{name} uses actix"
        );
        assert!(
            name == "crates/xqr-store" || !all.iter().any(|name| name.starts_with("diesel")),
            "{name} uses diesel"
        );
        let dials = all.iter().any(|name| {
            ["hyper", "hyper-rustls", "hyper-util", "reqwest", "rustls"].contains(&name.as_str())
        });
        assert!(name == "crates/xqr-fetch" || !dials, "{name} dials out");
        let pure = [
            "xqr-auth",
            "xqr-blocklist",
            "xqr-checks",
            "xqr-errors",
            "xqr-payload",
            "xqr-plans",
            "xqr-render",
            "xqr-routing",
        ];
        let pure = name.strip_prefix("crates/").is_some_and(|name| pure.contains(&name));
        assert!(!pure || !all.contains("tokio"), "{name} is pure");
    }
}

#[test]
fn dependencies_stand_above_their_floors() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let mut versions: BTreeMap<&str, Vec<[u32; 3]>> = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let value = |name: &str| {
            package
                .lines()
                .find_map(|line| line.strip_prefix(&format!("{name} = \""))?.strip_suffix('"'))
        };
        let (Some(name), Some(version)) = (value("name"), value("version")) else { continue };
        let mut parts = version.split(['.', '-', '+']).map(|part| part.parse().unwrap_or(0));
        versions.entry(name).or_default().push(std::array::from_fn(|_| parts.next().unwrap_or(0)));
    }
    for (name, floor) in [
        ("actix-http", [3, 18, 11]),
        ("actix-web", [4, 18, 0]),
        ("diesel", [2, 3, 8]),
        ("libsqlite3-sys", [0, 38, 0]),
        ("idna", [1, 0, 0]),
    ] {
        assert!(
            versions[name].iter().all(|version| *version >= floor),
            "{name} {:?}",
            versions[name]
        );
    }
    // Absent, or above the floor: advisories name everything below.
    for (name, floor) in
        [("h2", [0, 4, 16]), ("actix-multipart", [0, 8, 0]), ("actix-files", [0, 6, 10])]
    {
        assert!(
            versions.get(name).is_none_or(|found| found.iter().all(|version| *version >= floor)),
            "{name}"
        );
    }
    assert_eq!(versions["libsqlite3-sys"].len(), 1);
}

#[test]
fn the_error_document_is_fresh() {
    let written = std::fs::read_to_string(root().join("docs/errors.md")).unwrap();
    assert!(
        written == xqr_engine::errors::markdown(),
        "docs/errors.md is stale: run `cargo xtask errors --write`"
    );
}
