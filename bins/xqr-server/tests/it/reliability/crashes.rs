//! The real program, killed and ended: what it acknowledged is stored.

use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::program::{Program, request};
use crate::support::test_app::database_url;

/// Kills of one run.
const KILLS: u64 = 20;

#[test]
fn twenty_kills_lose_no_link_and_count_every_scan_once() {
    let folder = tempfile::tempdir().unwrap();
    let database = actix_web::rt::System::new().block_on(database_url(&folder));
    let mut program = Program::start(folder.path(), &database, true);
    let key = program.key.clone().unwrap();
    let authorization = format!("Authorization: Bearer {key}");
    let create = format!("POST /api/v1/links HTTP/1.1\r\n{authorization}");
    let (status, body) = request(
        &program.address,
        &create,
        r#"{"url":"https://example.com/","custom_slug":"crash"}"#,
    )
    .unwrap();
    assert_eq!(status, 201, "{body}");
    let link: Value = serde_json::from_str(&body).unwrap();
    let id = link["data"]["id"].as_str().unwrap().to_owned();
    let (sent, received) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    for kill in 0..KILLS {
        let stop = Arc::new(AtomicBool::new(false));
        let clients: Vec<_> = (0..6)
            .map(|n| {
                let (address, create, stop) =
                    (program.address.clone(), create.clone(), Arc::clone(&stop));
                let (sent, received, acknowledged) =
                    (Arc::clone(&sent), Arc::clone(&received), Arc::clone(&acknowledged));
                std::thread::spawn(move || {
                    while !stop.load(Ordering::SeqCst) {
                        if n % 2 == 0 {
                            let answer =
                                request(&address, &create, r#"{"url":"https://example.com/kept"}"#);
                            if let Some((201, body)) = answer {
                                let link: Value = serde_json::from_str(&body).unwrap();
                                acknowledged
                                    .lock()
                                    .unwrap()
                                    .push(link["data"]["short_code"].as_str().unwrap().to_owned());
                            }
                        } else {
                            sent.fetch_add(1, Ordering::SeqCst);
                            if let Some((302, _)) = request(&address, "GET /crash HTTP/1.1", "") {
                                received.fetch_add(1, Ordering::SeqCst);
                            }
                        }
                    }
                })
            })
            .collect();
        // Work until some of it is done, so that every kill hits a busy server, at a different
        // point of its work.
        let (goal, links) = (
            received.load(Ordering::SeqCst) + 20 + kill * 3,
            acknowledged.lock().unwrap().len() + 2,
        );
        let started = Instant::now();
        while received.load(Ordering::SeqCst) < goal || acknowledged.lock().unwrap().len() < links {
            assert!(started.elapsed() < Duration::from_secs(30), "no progress before kill {kill}");
            std::thread::yield_now();
        }
        program.kill();
        stop.store(true, Ordering::SeqCst);
        clients.into_iter().for_each(|client| client.join().unwrap());
        program = Program::start(folder.path(), &database, false);
    }
    // An orderly end counts what the journal holds; then the next start shows it.
    assert_eq!(program.end(), Some(0));
    let program = Program::start(folder.path(), &database, false);
    for code in acknowledged.lock().unwrap().iter() {
        let (status, _) = request(&program.address, &format!("GET /{code} HTTP/1.1"), "").unwrap();
        assert_eq!(status, 302, "{code} was acknowledged and is gone");
    }
    let (_, body) = request(
        &program.address,
        &format!("GET /api/v1/links/{id} HTTP/1.1\r\n{authorization}"),
        "",
    )
    .unwrap();
    let counted =
        serde_json::from_str::<Value>(&body).unwrap()["data"]["scan_count"].as_u64().unwrap();
    let (received, sent) = (received.load(Ordering::SeqCst), sent.load(Ordering::SeqCst));
    assert!(
        (received..=sent).contains(&counted),
        "received {received} <= counted {counted} <= sent {sent}"
    );
    assert!(received > KILLS * 20 && acknowledged.lock().unwrap().len() > 20);
}

#[test]
fn an_orderly_end_under_load_loses_no_scan() {
    let folder = tempfile::tempdir().unwrap();
    let database = actix_web::rt::System::new().block_on(database_url(&folder));
    let mut program = Program::start(folder.path(), &database, true);
    let authorization = format!("Authorization: Bearer {}", program.key.clone().unwrap());
    let create = format!("POST /api/v1/links HTTP/1.1\r\n{authorization}");
    let (_, body) =
        request(&program.address, &create, r#"{"url":"https://example.com/","custom_slug":"end"}"#)
            .unwrap();
    let id =
        serde_json::from_str::<Value>(&body).unwrap()["data"]["id"].as_str().unwrap().to_owned();
    let (done, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (address, done, stop) =
                (program.address.clone(), Arc::clone(&done), Arc::clone(&stop));
            std::thread::spawn(move || {
                while !stop.load(Ordering::SeqCst) && TcpStream::connect(&address).is_ok() {
                    if let Some((302, _)) = request(&address, "GET /end HTTP/1.1", "") {
                        done.fetch_add(1, Ordering::SeqCst);
                    }
                }
            })
        })
        .collect();
    let started = Instant::now();
    while done.load(Ordering::SeqCst) < 200 {
        assert!(started.elapsed() < Duration::from_secs(30), "no progress");
        std::thread::yield_now();
    }
    let asked = Instant::now();
    assert_eq!(program.end(), Some(0));
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    stop.store(true, Ordering::SeqCst);
    clients.into_iter().for_each(|client| client.join().unwrap());
    let program = Program::start(folder.path(), &database, false);
    let (_, body) = request(
        &program.address,
        &format!("GET /api/v1/links/{id} HTTP/1.1\r\n{authorization}"),
        "",
    )
    .unwrap();
    let counted =
        serde_json::from_str::<Value>(&body).unwrap()["data"]["scan_count"].as_u64().unwrap();
    assert!(
        counted >= done.load(Ordering::SeqCst),
        "{counted} counted, {} answered",
        done.load(Ordering::SeqCst)
    );
}

/// Creations of the test below; a kill comes after every tenth.
const CREATIONS: usize = 200;

#[test]
fn a_creation_that_is_retried_through_kills_happens_once() {
    let folder = tempfile::tempdir().unwrap();
    let database = actix_web::rt::System::new().block_on(database_url(&folder));
    let mut program = Program::start(folder.path(), &database, true);
    let authorization = format!("Authorization: Bearer {}", program.key.clone().unwrap());
    let address = Arc::new(Mutex::new(program.address.clone()));
    let (next, done) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (address, next, done) =
                (Arc::clone(&address), Arc::clone(&next), Arc::clone(&done));
            let create =
                format!("POST /api/v1/links HTTP/1.1\r\n{authorization}\r\nIdempotency-Key: ");
            std::thread::spawn(move || {
                loop {
                    let i = next.fetch_add(1, Ordering::SeqCst);
                    if i >= CREATIONS as u64 {
                        return;
                    }
                    let head = format!("{create}creation-{i}");
                    let body = format!(r#"{{"url":"https://example.com/{i}","labels":["kept"]}}"#);
                    loop {
                        let here = address.lock().unwrap().clone();
                        match request(&here, &head, &body) {
                            Some((201, _)) => break,
                            Some((status, body)) => {
                                assert!([409, 503].contains(&status), "{status} {body}")
                            }
                            None => std::thread::yield_now(),
                        }
                    }
                    done.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    let started = Instant::now();
    for kill in 1..=KILLS {
        while done.load(Ordering::SeqCst) < kill * CREATIONS as u64 / (KILLS + 1) {
            assert!(started.elapsed() < Duration::from_secs(120), "no progress before kill {kill}");
            std::thread::yield_now();
        }
        program.kill();
        program = Program::start(folder.path(), &database, false);
        *address.lock().unwrap() = program.address.clone();
    }
    clients.into_iter().for_each(|client| client.join().unwrap());
    let (_, body) = request(
        &program.address,
        &format!("GET /api/v1/links?label=kept&limit=1 HTTP/1.1\r\n{authorization}"),
        "",
    )
    .unwrap();
    let total = serde_json::from_str::<Value>(&body).unwrap()["meta"]["total"].clone();
    assert_eq!(total, CREATIONS, "each creation once, however often it was sent");
}
