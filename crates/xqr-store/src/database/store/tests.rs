use std::sync::mpsc::channel;

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use tempfile::TempDir;

use super::*;
use crate::counters::{Metric, Span};
use crate::links::{self, Filter, NewLink};
use crate::workspaces::{self, NewWorkspace};
use crate::{Page, WorkspaceId, counters};

const OPTIONS: StoreOptions = StoreOptions { readers: 2, writers: 2 };

fn open() -> (Store, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store =
        Store::open(&folder.path().join("deep/xqr.db").display().to_string(), OPTIONS).unwrap();
    assert_eq!(store.migrate().unwrap().len(), 13);
    assert_eq!(store.migrate().unwrap(), Vec::<String>::new());
    (store, folder)
}

fn write<T: Send + 'static>(
    store: &Store,
    job: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (sender, receiver) = channel();
    store.write(false, job, move |result| sender.send(result).unwrap());
    receiver.recv().unwrap()
}

fn sqlite(conn: &mut Conn) -> &mut diesel::SqliteConnection {
    on_backend!(conn, sqlite = |c| c, postgres = |_c| panic!("not SQLite"))
}

fn workspace(conn: &mut Conn, uid: &str) -> Result<WorkspaceId> {
    let new = NewWorkspace { uid: uid.into(), name: uid.into(), plan: "pro".into(), created_at: 1 };
    let id = workspaces::insert(conn, &new)?;
    counters::begin(conn, id, Metric::Links, Span::Total)?;
    Ok(id)
}

fn link(workspace_id: WorkspaceId, code: &str) -> NewLink {
    NewLink {
        uid: format!("uid-{code}"),
        workspace_id,
        project_id: None,
        host: String::new(),
        code: code.into(),
        code_key: code.to_lowercase(),
        destination: Some("https://example.com/".into()),
        name: None,
        enabled: true,
        archived: false,
        labels: "[]".into(),
        routing_rules: "[]".into(),
        variants: "[]".into(),
        sticky: false,
        passcode_digest: None,
        edit_count: 0,
        scan_count: 0,
        expires_at: None,
        created_at: 1,
        updated_at: 1,
    }
}

#[test]
fn connections_are_set_up_for_durability() {
    #[derive(QueryableByName)]
    struct Pragmas {
        #[diesel(sql_type = Text)]
        journal_mode: String,
        #[diesel(sql_type = BigInt)]
        synchronous: i64,
        #[diesel(sql_type = BigInt)]
        foreign_keys: i64,
        #[diesel(sql_type = BigInt)]
        busy: i64,
    }
    let query = "SELECT journal_mode, synchronous, foreign_keys, timeout AS busy
        FROM pragma_journal_mode, pragma_synchronous, pragma_foreign_keys, pragma_busy_timeout";
    let (store, _folder) = open();
    let check = move |conn: &mut Conn| {
        let c = sqlite(conn);
        let it: Pragmas = sql_query(query).get_result(c).unwrap();
        assert_eq!((it.journal_mode.as_str(), it.synchronous, it.foreign_keys), ("wal", 2, 1));
        assert!(it.busy >= 5000);
        Ok(())
    };
    write(&store, check).unwrap();
    store.read(check).unwrap();
    store.read(|conn| workspace(conn, "a")).unwrap_err();
}

#[test]
fn a_failing_job_leaves_the_others() {
    let (store, _folder) = open();
    let (sender, receiver) = channel();
    // Queued together, so that those that are not alone share groups.
    for n in 0..30 {
        let sender = sender.clone();
        let job = move |conn: &mut Conn| {
            let id = workspace(conn, &format!("w{n}"))?;
            match n % 3 {
                0 => Err(Condition::KeyInvalid.into()),
                1 => panic!("a defect"),
                _ => Ok(id),
            }
        };
        store.write(n % 4 == 0, job, move |result: Result<WorkspaceId>| {
            sender.send((n, result.map_err(|e| e.condition().row().name))).unwrap()
        });
    }
    for (n, result) in receiver.iter().take(30) {
        match n % 3 {
            0 => assert_eq!(result, Err("KeyInvalid")),
            1 => assert_eq!(result, Err("Internal")),
            _ => assert!(result.is_ok()),
        }
    }
    let names: Vec<_> = store.read(workspaces::list).unwrap().into_iter().map(|w| w.uid).collect();
    let expected: Vec<_> = (0..30).filter(|n| n % 3 == 2).map(|n| format!("w{n}")).collect();
    assert_eq!(names, expected);
}

#[test]
fn both_ways_of_paging_show_every_link_once() {
    let (store, _folder) = open();
    let (mine, theirs) = write(&store, |conn| {
        let (mine, theirs) = (workspace(conn, "mine")?, workspace(conn, "theirs")?);
        for n in 0..10 {
            links::insert(
                conn,
                link(if n % 3 == 0 { theirs } else { mine }, &format!("Code{n}")),
                &[],
            )?
            .unwrap();
        }
        assert!(links::insert(conn, link(mine, "cODE1"), &[])?.is_none(), "codes ignore case");
        Ok((mine, theirs))
    })
    .unwrap();
    let page = |workspace, page| {
        store.read(|conn| links::list(conn, workspace, &Filter::default(), page)).unwrap()
    };
    let codes =
        |links: &[links::Link]| links.iter().map(|link| link.code.clone()).collect::<Vec<_>>();
    let all = ["Code8", "Code7", "Code5", "Code4", "Code2", "Code1"];
    assert_eq!(codes(&page(mine, Page::Offset { limit: 10, offset: 0 })), all);
    assert_eq!(codes(&page(theirs, Page::Offset { limit: 2, offset: 1 })), ["Code6", "Code3"]);
    let (mut seen, mut id) = (Vec::new(), None);
    loop {
        let rows = page(mine, Page::Before { limit: 4, id });
        let Some(last) = rows.last() else { break };
        id = Some(last.id);
        seen.extend(codes(&rows));
    }
    assert_eq!(seen, all);
}

#[test]
fn a_counter_never_passes_its_cap() {
    let (store, _folder) = open();
    let id = write(&store, |conn| workspace(conn, "w")).unwrap();
    let take = |n, cap| {
        write(&store, move |conn| counters::take(conn, id, Metric::Links, Span::Total, n, cap))
            .unwrap()
    };
    assert!(take(3, Some(5)));
    assert!(!take(3, Some(5)));
    assert!(take(2, Some(5)));
    assert!(!take(1, Some(5)));
    assert!(take(1, None));
    assert_eq!(store.read(|conn| counters::get(conn, id, Metric::Links, Span::Total)).unwrap(), 6);
}

#[test]
fn a_newer_schema_is_refused() {
    let (store, _folder) = open();
    write(&store, |conn| {
        let c = sqlite(conn);
        sql_query("INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')")
            .execute(c)
            .unwrap();
        Ok(())
    })
    .unwrap();
    assert!(
        matches!(store.migrate().unwrap_err(), OpenError::Newer { migration } if migration == "29990101000000")
    );
}

#[test]
fn the_blocklist_takes_a_host_once_and_finds_the_shortest() {
    use crate::blocklist::{self, Entry};
    let (store, _folder) = open();
    let entry =
        |host: &str, created_at| Entry { host: host.into(), reason: "abuse".into(), created_at };
    let add =
        |entries: Vec<Entry>| write(&store, move |conn| blocklist::insert(conn, &entries)).unwrap();
    assert_eq!(add((0..2_500).map(|n| entry(&format!("h{n}.example"), 1)).collect()), 2_500);
    assert_eq!(add(vec![entry("h7.example", 2), entry("example", 2), entry("example", 3)]), 1);
    let find = |hosts: &[&str]| store.read(|conn| blocklist::find(conn, hosts)).unwrap();
    assert_eq!(find(&["a.h7.example", "h7.example", "example"]), Some(entry("example", 2)));
    assert!(write(&store, |conn| blocklist::delete(conn, "example")).unwrap());
    assert!(!write(&store, |conn| blocklist::delete(conn, "example")).unwrap());
    assert_eq!(find(&["a.h7.example", "h7.example", "example"]), Some(entry("h7.example", 1)));
    assert_eq!(find(&["example"]), None);
    let listed = store.read(|conn| blocklist::list(conn, "h998.example", 2)).unwrap();
    assert_eq!(listed, [entry("h999.example", 1)]);
    assert_eq!(store.read(blocklist::count).unwrap(), 2_500);
}

#[test]
fn an_unknown_stored_text_is_an_error_of_its_query() {
    use crate::assets::{self, AssetStatus, NewAsset};
    let (store, _folder) = open();
    write(&store, |conn| {
        let new = NewAsset {
            uid: "a".into(),
            workspace_id: workspace(conn, "w")?,
            filename: "a.png".into(),
            media_type: "image/png".into(),
            size: 1,
            status: AssetStatus::Confirmed,
            is_public: false,
            tags: "[]".into(),
            created_at: 1,
            updated_at: 1,
        };
        assert_eq!(assets::insert(conn, &new)?.status, AssetStatus::Confirmed);
        let c = sqlite(conn);
        sql_query("UPDATE assets SET status = 'lost'").execute(c).unwrap();
        let error = assets::find_any(conn, "a").unwrap_err();
        assert!(error.report().to_string().contains(r#"unknown AssetStatus: "lost""#), "{error:?}");
        Ok(())
    })
    .unwrap();
}

#[test]
fn numbers_of_links_and_bio_pages_do_not_collide_as_subjects() {
    use crate::webhooks::SubjectId;
    use crate::{BioPageId, LinkId};
    assert_ne!(SubjectId::from(LinkId(7)), SubjectId::from(BioPageId(7)));
}
