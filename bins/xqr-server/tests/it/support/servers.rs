//! Servers of files, some of which misbehave.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Serves these bytes to every request. Returns the port and the number of requests.
pub(crate) fn serve(bytes: Vec<u8>) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    (listener.local_addr().unwrap().port(), serve_on(listener, bytes))
}

/// Serves these bytes to every request there. Returns the number of requests.
pub(crate) fn serve_on(listener: TcpListener, bytes: Vec<u8>) -> Arc<AtomicUsize> {
    let asked = Arc::<AtomicUsize>::default();
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, mut head) = (stream.unwrap(), [0; 4096]);
            let _ = stream.read(&mut head).unwrap();
            count.fetch_add(1, Ordering::SeqCst);
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {}\r\n\r\n",
                bytes.len()
            )
            .unwrap();
            stream.write_all(&bytes).unwrap();
        }
    });
    asked
}

/// How a server that means no good answers.
#[derive(Clone, Copy)]
pub(crate) enum Manner {
    /// Never.
    Silent,
    /// A byte of the body now and then.
    Drips,
    /// A head without end.
    EndlessHead,
    /// A body without end.
    EndlessBody,
    /// In a coding that expands.
    Packed,
    /// Elsewhere, for ever.
    Redirects,
}

/// Starts such a server and returns its port.
pub(crate) fn rogue(manner: Manner) -> u16 {
    rogue_on(TcpListener::bind("127.0.0.1:0").unwrap(), manner)
}

/// Starts such a server there and returns its port.
pub(crate) fn rogue_on(listener: TcpListener, manner: Manner) -> u16 {
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || misbehave(stream.unwrap(), manner, port));
        }
    });
    port
}

/// Ends when the other side does.
fn misbehave(mut stream: TcpStream, manner: Manner, port: u16) {
    let mut head = [0; 4096];
    let _ = stream.read(&mut head).unwrap_or_default();
    let ok = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n";
    let (start, more) = match manner {
        Manner::Silent => (String::new(), Vec::new()),
        Manner::Drips => (format!("{ok}Content-Length: 100000\r\n\r\n\u{89}"), b"x".to_vec()),
        Manner::EndlessHead => (ok.to_owned(), b"X-More: yes\r\n".repeat(100)),
        Manner::EndlessBody => (format!("{ok}\r\n"), vec![b'x'; 65_536]),
        Manner::Packed => (format!("{ok}Content-Encoding: gzip\r\n\r\n"), vec![0; 65_536]),
        Manner::Redirects => {
            let end = format!("Location: http://127.0.0.1:{port}/\r\nContent-Length: 0\r\n\r\n");
            (format!("HTTP/1.1 302 Found\r\n{end}"), Vec::new())
        }
    };
    if stream.write_all(start.as_bytes()).is_err() || more.is_empty() {
        stream.read_to_end(&mut Vec::new()).ok();
        return;
    }
    // The wait for a byte that never comes is the pause between two drops.
    let pause = if matches!(manner, Manner::Drips) { 20 } else { 1 };
    stream.set_read_timeout(Some(Duration::from_millis(pause))).unwrap();
    while stream.write_all(&more).is_ok() {
        if matches!(manner, Manner::Drips) && stream.read(&mut head).is_ok_and(|read| read == 0) {
            return;
        }
    }
}
