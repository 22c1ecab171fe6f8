//! The tree keeps its rules, and each rule notices a planted violation.

use std::path::Path;
use std::process::{Command, Stdio};

use super::baseline::Baseline;
use super::lexer::{Kind, spans};
use super::rules::RULES;
use super::tree::{SourceFile, Tree};
use super::{BASELINE, dialects, root};

/// A tree that keeps every rule.
const CLEAN: &[(&str, &str)] = &[
    (
        ".clippy.toml",
        "disallowed-methods = [\n\
         { path = \"std::time::SystemTime::now\" }, { path = \"jiff::Timestamp::now\" },\n\
         { path = \"jiff::Zoned::now\" }, { path = \"getrandom::fill\" },\n\
         { path = \"uuid::Uuid::new_v4\" }, { path = \"ulid::Ulid::generate\" },\n\
         { path = \"rand::random\" }, { path = \"rand::rng\" },\n]\n",
    ),
    ("Cargo.toml", "[workspace]\nxqr-hub = { path = \"crates/xqr-hub\" }\nxqr-plans = \"1\"\n"),
    (
        "bins/xqr-server/Cargo.toml",
        "[features]\ndefault = [\"native\", \"hub\"]\nhub = [\"dep:xqr-hub\"]\n\
         [dependencies]\nxqr-hub = { workspace = true, optional = true }\nanyhow = \"1\"\n",
    ),
    (
        "bins/xqr-server/src/lib.rs",
        "const ALL: &[R] = &[\nxqr_native::DIALECT,\n#[cfg(feature = \"hub\")]\nxqr_hub::DIALECT,\n];\n",
    ),
    ("bins/xqr-server/tests/it/main.rs", "mod hub;\nmod public;\n"),
    ("bins/xqr-server/tests/it/hub/codes.rs", "//! The hub's codes.\n"),
    ("xtask/Cargo.toml", "[dependencies]\n"),
    ("crates/xqr-hub/Cargo.toml", "[package]\n"),
    ("crates/xqr-hub/src/lib.rs", "//! The hub.\nfn r() { web::scope(\"/api\") }\n"),
    ("crates/xqr-public/Cargo.toml", "[package]\n"),
    (
        "crates/xqr-public/src/lib.rs",
        "fn r() { readable(\"/health\", h); readable(\"/{code}\", r); }\n",
    ),
    ("crates/xqr-engine/Cargo.toml", "[package]\n"),
    (
        "crates/xqr-engine/src/destinations/slug.rs",
        "const RESERVED: &[&str] = &[\"health\"];\n\
         fn is_reserved(text: &str) -> bool { [\"api\"].contains(&text) }\n",
    ),
    ("crates/xqr-engine/src/lib.rs", "mod links;\nmod scans;\npub use links::edit::Edit;\n"),
    ("crates/xqr-engine/src/links.rs", "mod edit;\nuse crate::scans::daily;\n"),
    (
        "crates/xqr-engine/src/links/edit.rs",
        "//! GitHub, a reply\u{2019}s words.\nfn f<'a>() { Condition::SlugTaken { slug: \"a\" } }\n",
    ),
    ("crates/xqr-engine/src/scans/daily.rs", "use super::Scan;\n// 'a' \"quoted\"\n"),
];

/// Writes the clean tree with `changes` into a folder.
fn plant(folder: &Path, changes: &[(&str, &str)]) {
    for (path, text) in CLEAN.iter().chain(changes) {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// Returns the rules that a tree with `changes` breaks, and where.
fn broken(changes: &[(&str, &str)]) -> Vec<(&'static str, String, usize)> {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), changes);
    let tree = Tree::read(folder.path()).unwrap();
    let found = RULES.iter().flat_map(|rule| {
        (rule.check)(&tree).into_iter().map(|found| (rule.name, found.path, found.line))
    });
    found.collect()
}

#[test]
fn the_tree_keeps_its_rules() {
    let tree = Tree::read(&root()).unwrap();
    let known = std::fs::read_to_string(root().join(BASELINE)).unwrap();
    let found: Vec<_> = RULES.iter().map(|rule| (rule.name, (rule.check)(&tree))).collect();
    let new = Baseline::count(&found).beyond(&Baseline::parse(&known).unwrap(), &found);
    assert!(new.is_empty(), "{}", new.join("\n"));
}

#[test]
fn a_clean_tree_breaks_no_rule() {
    assert_eq!(broken(&[]), []);
}

#[test]
fn each_rule_notices_a_planted_violation() {
    let scans = "crates/xqr-engine/src/scans/daily.rs";
    let wide = format!("// {}\n", "é".repeat(98));
    let api = "xtask/src/a.rs";
    for (rule, path, line, text) in [
        ("dialect-names", scans, 1, "fn of_hub() {}\n"),
        ("dialect-names", scans, 2, "// Unlike\n// the hub's.\n"),
        ("dialect-names", scans, 1, "fn f() { HubKey::new() }\n"),
        ("dialect-names", scans, 1, "use xqr_native::X;\n"),
        ("dialect-names", scans, 1, "fn f() { Dialect::Xqr }\n"),
        ("dialect-names", "crates/xqr-engine/Cargo.toml", 2, "[dependencies]\nxqr-hub = \"1\"\n"),
        ("plain-words", scans, 1, "/// Whoever scans.\n"),
        ("plain-words", scans, 1, "const A: &str = \"A truth value.\";\n"),
        ("plain-words", "README.md", 3, "# A\n\nThe server told it.\n"),
        ("plain-words", "config/a.toml", 2, "a = 1\nb = 2 # for who asks\n"),
        (
            "reserved-segments",
            "crates/xqr-public/src/docs.rs",
            1,
            "fn r() { below(\"/docs/a\") }\n",
        ),
        ("reserved-segments", "crates/xqr-hub/src/a.rs", 1, "fn r() { web::scope(\"/hubs\") }\n"),
        ("client-sentences", scans, 1, "fn f() { Condition::A { what: \"a new link\".into() } }\n"),
        (
            "client-sentences",
            scans,
            2,
            "fn f() {\n    C(Condition::A { b, c: format!(\"{n} z\") })\n}\n",
        ),
        ("line-width", scans, 1, &wide),
        ("line-width", api, 1, &format!("fn f() {{ {} }}\n", "a;".repeat(60))),
        (
            "line-width",
            api,
            1,
            &format!("fn f(\"{}\") {{ {} }}\n", "b".repeat(80), "a;".repeat(20)),
        ),
        ("ambient-inputs", scans, 1, "#[expect(clippy::disallowed_methods)]\nfn f() {}\n"),
        ("ambient-inputs", ".clippy.toml", 0, "disallowed-methods = []\n"),
        ("ambient-inputs", "crates/xqr-engine/Cargo.toml", 0, "[dependencies]\nrand = \"1\"\n"),
        ("circles", scans, 1, "use crate::{a, links::{self, edit}};\n"),
        ("circles", scans, 1, "use super::super::links;\n"),
        ("circles", scans, 2, "fn f() {\n    crate::Edit::new()\n}\n"),
        ("circles", scans, 1, "pub(crate) use crate::Edit as Change;\n"),
    ] {
        let found = broken(&[(path, text)]);
        assert!(found.contains(&(rule, path.to_owned(), line)), "{rule} {text}: {found:?}");
        let other = found.iter().find(|(name, ..)| *name != rule);
        assert!(other.is_none(), "{rule} {text}: {other:?}");
    }
}

#[test]
fn circles_are_found_between_the_folders_of_a_folder() {
    let (a, b) = ("crates/xqr-engine/src/links/a/x.rs", "crates/xqr-engine/src/links/b/y.rs");
    let changes = [(a, "use crate::links::b::y;\n"), (b, "use super::super::a::x;\n")];
    let names: Vec<_> = broken(&changes).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, ["circles"; 2]);
    assert_eq!(broken(&changes[..1]), []);
}

#[test]
fn folders_are_small_and_names_unique() {
    let paths: Vec<_> = (0..13).map(|n| format!("crates/xqr-engine/src/bio/f{n}.rs")).collect();
    let files: Vec<_> = paths.iter().map(|path| (path.as_str(), "")).collect();
    assert_eq!(broken(&files[..12]), []);
    let crowded = ("folders", "crates/xqr-engine/src/bio".to_owned(), 0);
    assert_eq!(broken(&files), std::slice::from_ref(&crowded));
    // The root of the module is the thirteenth.
    let root = ("crates/xqr-engine/src/bio.rs", "");
    assert_eq!(broken(&[&files[..12], &[root]].concat()), [crowded]);
    let twin = "crates/xqr-engine/src/scans/edit.rs";
    assert_eq!(broken(&[(twin, "")]), [("folders", twin.to_owned(), 0)]);
    // Dialects have the same resources in several folders.
    assert_eq!(broken(&[("crates/xqr-hub/src/a/x.rs", ""), ("crates/xqr-hub/src/b/x.rs", "")]), []);
}

#[test]
fn tests_and_long_strings_are_exempt() {
    let long = format!("const A: &str = \"{}\";\n", "b ".repeat(60));
    let tests = "fn f() {}\n#[cfg(test)]\nmod tests {\n    use crate::links;\n    fn hub() {}\n}\n";
    for text in [long.as_str(), tests] {
        assert_eq!(broken(&[("crates/xqr-engine/src/scans/daily.rs", text)]), [], "{text}");
    }
    let tests = "crates/xqr-engine/src/scans/tests.rs";
    assert_eq!(
        broken(&[(tests, "use crate::links; fn hub() { Condition::A { b: \"c d\" } }\n")]),
        []
    );
}

#[test]
fn a_baseline_may_only_shrink() {
    let found = |counts: &[(&str, usize)]| {
        let violations = counts.iter().flat_map(|(path, count)| {
            let file = SourceFile::new(path, "x".to_owned());
            (0..*count).map(move |_| file.violation(0, "m"))
        });
        vec![("rule", violations.collect::<Vec<_>>())]
    };
    let known = Baseline::parse("# c\nrule a.rs 2\nrule b.rs 1\n").unwrap();
    assert_eq!(Baseline::parse(&known.to_string()).unwrap(), known);
    for (counts, new, grown) in [
        (&[("a.rs", 2), ("b.rs", 1)][..], 0, false),
        (&[("a.rs", 1)], 0, false),
        (&[("a.rs", 1), ("b.rs", 2)], 2, false),
        (&[("a.rs", 3), ("b.rs", 1)], 3, true),
        (&[("c.rs", 3)], 3, false),
        (&[("c.rs", 4)], 4, true),
    ] {
        let found = found(counts);
        let now = Baseline::count(&found);
        assert_eq!(now.beyond(&known, &found).len(), new, "{counts:?}");
        assert_eq!(!known.grown_rules(&now).is_empty(), grown, "{counts:?}");
    }
    assert!(Baseline::parse("rule a.rs many\n").is_err());
}

#[test]
fn the_lexer_separates_code_comments_and_strings() {
    let source = "let a = 'x'; let b: &'a str = r#\"// \"no\" \"#; /* a /* b */ c */ '\\'' b\"\\\"\" // \u{e9}\nx";
    let parts: Vec<_> =
        spans(source).into_iter().map(|span| (span.kind, &source[span.range])).collect();
    assert_eq!(
        parts,
        [
            (Kind::Literal, "r#\"// \"no\" \"#"),
            (Kind::Comment, "/* a /* b */ c */"),
            (Kind::Literal, "b\"\\\"\""),
            (Kind::Comment, "// \u{e9}"),
        ]
    );
}

#[test]
fn a_dialect_is_removed_with_its_lines() {
    let folder = tempfile::tempdir().unwrap();
    plant(folder.path(), &[]);
    dialects::remove(folder.path(), "hub").unwrap();
    let read = |path: &str| std::fs::read_to_string(folder.path().join(path)).unwrap();
    assert_eq!(read("Cargo.toml"), "[workspace]\nxqr-plans = \"1\"\n");
    assert_eq!(
        read("bins/xqr-server/Cargo.toml"),
        "[features]\ndefault = [\"native\"]\n[dependencies]\nanyhow = \"1\"\n"
    );
    assert_eq!(
        read("bins/xqr-server/src/lib.rs"),
        "const ALL: &[R] = &[\nxqr_native::DIALECT,\n];\n"
    );
    assert_eq!(read("bins/xqr-server/tests/it/main.rs"), "mod public;\n");
    for gone in ["crates/xqr-hub", "bins/xqr-server/tests/it/hub"] {
        assert!(!folder.path().join(gone).exists(), "{gone}");
    }
    assert_eq!(Tree::read(folder.path()).map(|tree| tree.files.len()).unwrap(), CLEAN.len() - 3);
}

#[test]
fn cargo_reads_the_manifests_without_each_dialect() {
    for name in ["native", "studio", "forge", "hub"] {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("tree");
        dialects::copy_without(&root(), &copy, name).unwrap();
        let status = Command::new("cargo")
            .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
            .current_dir(&copy)
            .stdout(Stdio::null())
            .status();
        assert!(status.unwrap().success(), "without {name}");
    }
}

/// A workspace of two dialects and a server, without dependencies from elsewhere. `public` is
/// the code of a crate that must not need a dialect.
fn plant_workspace(folder: &Path, public: &str) {
    let manifest = |name: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}")
    };
    let dialect = "pub const DIALECT: u8 = 1;\n";
    let server = "pub const DIALECTS: &[u8] = &[\n\
        #[cfg(feature = \"native\")]\nxqr_native::DIALECT,\n\
        #[cfg(feature = \"hub\")]\nxqr_hub::DIALECT,\n];\n";
    let files = [
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\", \"bins/*\", \"xtask\"]\n\
             [workspace.dependencies]\nxqr-native = { path = \"crates/xqr-native\" }\n\
             xqr-hub = { path = \"crates/xqr-hub\" }\n"
                .to_owned(),
        ),
        ("crates/xqr-native/Cargo.toml", manifest("xqr-native", "")),
        ("crates/xqr-native/src/lib.rs", dialect.to_owned()),
        ("crates/xqr-hub/Cargo.toml", manifest("xqr-hub", "")),
        ("crates/xqr-hub/src/lib.rs", dialect.to_owned()),
        ("xtask/Cargo.toml", manifest("xtask", "")),
        ("xtask/src/lib.rs", String::new()),
        (
            "bins/xqr-server/Cargo.toml",
            manifest(
                "xqr-server",
                "[features]\ndefault = [\"native\", \"hub\"]\n\
                 native = [\"dep:xqr-native\"]\nhub = [\"dep:xqr-hub\"]\n[dependencies]\n\
                 xqr-native = { workspace = true, optional = true }\n\
                 xqr-hub = { workspace = true, optional = true }\n",
            ),
        ),
        ("bins/xqr-server/src/lib.rs", format!("{server}{public}")),
        ("bins/xqr-server/tests/it/main.rs", String::new()),
    ];
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

#[test]
fn code_that_needs_a_dialect_is_found() {
    let folder = tempfile::tempdir().unwrap();
    plant_workspace(folder.path(), "");
    dialects::check(folder.path(), "").unwrap();
    plant_workspace(folder.path(), "pub const NEEDED: u8 = xqr_hub::DIALECT;\n");
    let refused = dialects::check(folder.path(), "").unwrap_err().to_string();
    assert_eq!(refused, "does not compile without hub");
}
