use std::fmt::Write as _;

use tempfile::TempDir;

use super::*;

struct Trial {
    folder: TempDir,
    settings: Settings,
}

impl Trial {
    fn new(names: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::defaults();
        settings.data_dir = folder.path().join("data");
        settings.blocklist.files = names.iter().map(|name| folder.path().join(name)).collect();
        settings.blocklist.max_entries = 2_000;
        Self { folder, settings }
    }

    fn write(&self, name: &str, list: impl AsRef<[u8]>) {
        // Replaced as a whole, as a program that fetches feeds should.
        let draft = self.folder.path().join("draft");
        fs::write(&draft, list).unwrap();
        fs::rename(draft, self.folder.path().join(name)).unwrap();
    }

    fn open(&self) -> BlocklistFiles {
        let files = BlocklistFiles::new(&self.settings);
        files.open();
        files
    }
}

fn listed(files: &BlocklistFiles, host: &str) -> bool {
    files.find(&host.parse::<Host>().unwrap()).is_some()
}

fn trouble(files: &BlocklistFiles) -> String {
    files.state().iter().filter_map(|state| state.trouble.clone()).collect()
}

/// A thousand hosts, `h0.example` and so on.
fn feed(hosts: usize) -> String {
    (0..hosts).fold(String::new(), |mut feed, n| {
        writeln!(feed, "h{n}.example").unwrap();
        feed
    })
}

#[test]
fn a_changed_file_is_taken_and_an_unchanged_one_is_not_read() {
    let trial = Trial::new(&["a", "b"]);
    trial.write("a", "evil.example\n");
    trial.write("b", "0.0.0.0 two.example\n");
    let files = trial.open();
    assert!(
        listed(&files, "www.evil.example")
            && listed(&files, "two.example")
            && !listed(&files, "three.example")
    );
    assert_eq!(files.refresh(), 0);
    trial.write("b", "0.0.0.0 three.example\n");
    assert_eq!(files.refresh(), 1);
    assert!(
        listed(&files, "evil.example")
            && !listed(&files, "two.example")
            && listed(&files, "three.example")
    );
    assert_eq!(files.refresh(), 0);
    let source = files.find(&"a.three.example".parse::<Host>().unwrap()).unwrap();
    assert_eq!((source.entry.as_str(), source.source.ends_with("/b")), ("three.example", true));
    assert_eq!(trouble(&files), "");
}

/// Empty, cut, HTML, ten times as long, NULs, gone, no file: the last good state holds, and the
/// operator gets a warning (U-6).
#[test]
fn a_bad_feed_changes_nothing_but_the_alarm() {
    let trial = Trial::new(&["feed"]);
    trial.write("feed", feed(1_000));
    let files = trial.open();
    let mut nul = feed(1_000).into_bytes();
    nul[500] = 0;
    for (bad, words) in [
        (Vec::new(), "lists nothing"),
        (feed(1_000).into_bytes()[..4_000].to_vec(), "more than max_shrink_percent are gone"),
        (
            b"<html><body>503 Service Unavailable</body></html>\n".to_vec(),
            "is a page in HTML or XML",
        ),
        (feed(10_000).into_bytes(), "has more than 2000 entries"),
        (vec![b'x'; 2_100_000], "has 2100000 bytes, too many for 2000 entries"),
        (nul, "NUL bytes"),
        (b"Too many requests, try again later\n".to_vec(), "is no list"),
    ] {
        trial.write("feed", &bad);
        assert_eq!(files.refresh(), 0);
        assert!(trouble(&files).contains(words), "{}", trouble(&files));
        assert!(
            listed(&files, "h0.example")
                && listed(&files, "h999.example")
                && !listed(&files, "h1000.example")
        );
        assert_eq!((files.refresh(), files.state()[0].hosts), (0, 1_000));
        let again = trial.open();
        assert!(listed(&again, "h999.example"), "a restart takes the kept state");
        again.refresh();
        assert!(
            listed(&again, "h999.example") && trouble(&again).contains(words),
            "and still does not take the file"
        );
    }
    fs::remove_file(trial.folder.path().join("feed")).unwrap();
    files.refresh();
    assert!(trouble(&files).contains("cannot be read") && listed(&files, "h999.example"));
    let pipe = trial.folder.path().join("feed");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    files.refresh();
    assert!(trouble(&files).contains("it is no file") && listed(&files, "h999.example"));
    trial.write("feed", feed(501));
    assert_eq!(files.refresh(), 1);
    assert_eq!((trouble(&files).as_str(), files.state()[0].hosts), ("", 501));
}

#[test]
fn a_list_may_shrink_as_far_as_configured() {
    let mut trial = Trial::new(&["feed"]);
    trial.write("feed", feed(100));
    let files = trial.open();
    trial.write("feed", feed(49));
    assert_eq!((files.refresh(), files.state()[0].hosts), (0, 100));
    trial.write("feed", feed(50));
    assert_eq!((files.refresh(), files.state()[0].hosts), (1, 50));
    trial.write("feed", feed(1));
    assert_eq!(
        (files.refresh(), files.state()[0].hosts),
        (1, 1),
        "a short list is the operator's own"
    );
    trial.write("feed", feed(1_000));
    assert_eq!(files.refresh(), 1);
    trial.settings.blocklist.max_shrink_percent = 100;
    trial.write("feed", feed(1));
    let files = trial.open();
    assert_eq!((files.state()[0].hosts, files.refresh(), files.state()[0].hosts), (1_000, 1, 1));
}

#[test]
fn a_first_start_reads_the_files_and_a_bad_one_does_not_stop_it() {
    let trial = Trial::new(&["good", "bad", "missing"]);
    trial.write("good", "evil.example\n");
    trial.write("bad", "<html>");
    let files = trial.open();
    assert!(listed(&files, "evil.example"));
    let troubles: Vec<bool> = files.state().iter().map(|state| state.trouble.is_some()).collect();
    assert_eq!(troubles, [false, true, true]);
    trial.write("missing", "two.example\n");
    assert_eq!(files.refresh(), 1);
    assert!(listed(&files, "two.example"));
}

#[test]
fn a_damaged_copy_is_no_copy() {
    let trial = Trial::new(&["feed"]);
    trial.write("feed", feed(200));
    let files = trial.open();
    let copy = files.copy_of(&trial.settings.blocklist.files[0]);
    let mut bytes = fs::read(&copy).unwrap();
    bytes[40] ^= 1;
    fs::write(&copy, bytes).unwrap();
    assert!(listed(&trial.open(), "h199.example"), "the file itself is read");
}

#[test]
fn what_is_excepted_is_not_listed_by_files() {
    let mut trial = Trial::new(&["feed"]);
    trial.settings.blocklist.except = vec!["sites.example".parse::<Host>().unwrap()];
    trial.write("feed", "https://sites.example/phish\nhttps://a.sites.example/\nevil.example\n");
    let files = trial.open();
    assert!(
        listed(&files, "evil.example")
            && !listed(&files, "sites.example")
            && !listed(&files, "a.sites.example")
    );
}
