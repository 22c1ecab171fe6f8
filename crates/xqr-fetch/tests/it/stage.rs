//! Support for the tests: canaries, servers with fixed answers, resolvers that lie.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use xqr_fetch::{Answer, FetchError, Fetched, Kind, NoAnswer, Outbound, Policy, Resolve, Target};

/// The smallest thing that passes for a picture.
pub(crate) const PICTURE: &[u8] = b"GIF89a";

/// A policy under which the servers of a test can be reached.
pub(crate) fn local(ports: &[u16]) -> Policy {
    let allow_nets = vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
    // Generous: it ends a test that hangs, and no test waits for it.
    Policy {
        http: true,
        ports: ports.to_vec(),
        allow_nets,
        deadline: Duration::from_secs(20),
        ..Policy::default()
    }
}

/// A policy for tests that do wait for the deadline.
pub(crate) fn hasty(port: u16) -> Policy {
    Policy { deadline: Duration::from_millis(300), ..local(&[port]) }
}

/// Fetches an address given as text, from parsing on.
pub(crate) async fn get(outbound: &Outbound, url: &str, kind: Kind) -> Result<Fetched, FetchError> {
    outbound.fetch(&Target::parse(url, outbound.policy())?, kind).await
}

/// The refusal of a name or of a redirect.
pub(crate) fn internal(host: &str, address: Option<&str>) -> FetchError {
    FetchError::Internal {
        host: host.to_owned(),
        address: address.map(|address| address.parse().unwrap()),
        literal: false,
    }
}

/// A server. Each connection is handed to a closure once its request has been read.
pub(crate) struct Server {
    pub(crate) port: u16,
    hits: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers by closure.
    pub(crate) async fn start<F, T>(answer: F) -> Self
    where
        F: Fn(TcpStream, String) -> T + Send + Sync + 'static,
        T: Future<Output = ()> + Send + 'static,
    {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), answer)
    }

    /// Always answers these bytes, and closes.
    pub(crate) async fn saying(answer: impl Into<Vec<u8>>) -> Self {
        let answer: Arc<[u8]> = answer.into().into();
        Self::start(move |mut stream, _| {
            let answer = Arc::clone(&answer);
            async move {
                stream.write_all(&answer).await.ok();
            }
        })
        .await
    }

    /// Listens on every address of this machine, in both families, and counts who comes.
    pub(crate) async fn canary(port: u16) -> std::io::Result<Self> {
        let listener = match TcpListener::bind(("::", port)).await {
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => return Err(error),
            Ok(listener) => listener,
            Err(_) => TcpListener::bind(("0.0.0.0", port)).await?,
        };
        Ok(Self::on(listener, |mut stream, _| async move {
            stream.write_all(&ok(PICTURE)).await.ok();
        }))
    }

    /// Answers by closure on a listener.
    pub(crate) fn on<F, T>(listener: TcpListener, answer: F) -> Self
    where
        F: Fn(TcpStream, String) -> T + Send + Sync + 'static,
        T: Future<Output = ()> + Send + 'static,
    {
        let port = listener.local_addr().unwrap().port();
        let (hits, requests) =
            (Arc::<AtomicUsize>::default(), Arc::<Mutex<Vec<String>>>::default());
        let (counted, heard) = (Arc::clone(&hits), Arc::clone(&requests));
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let (answer, heard) = (Arc::clone(&answer), Arc::clone(&heard));
                tokio::spawn(async move {
                    if let Some(request) = read_request(&mut stream).await {
                        heard.lock().unwrap().push(request.clone());
                        answer(stream, request).await;
                    }
                });
            }
        });
        Self { port, hits, requests }
    }

    /// Connections so far.
    pub(crate) fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }

    /// Requests so far, head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

/// An answer with a body.
pub(crate) fn ok(body: &[u8]) -> Vec<u8> {
    let mut answer =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    answer
}

/// A head, and as much of a body as it announces.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |value| value.parse().unwrap());
            if body.len() >= length {
                return Some(text);
            }
        }
        if stream.read_buf(&mut request).await.ok()? == 0 {
            return None;
        }
    }
}

/// A resolver that answers by closure, given the name and how often it has been asked before.
pub(crate) struct Oracle<F> {
    answer: F,
    asked: AtomicUsize,
}

impl<F> Oracle<F>
where
    F: Fn(&str, usize) -> Vec<IpAddr> + Send + Sync + 'static,
{
    pub(crate) fn new(answer: F) -> Arc<Self> {
        Arc::new(Self { answer, asked: AtomicUsize::new(0) })
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl<F> Resolve for Oracle<F>
where
    F: Fn(&str, usize) -> Vec<IpAddr> + Send + Sync + 'static,
{
    fn resolve<'a>(&'a self, name: &'a str) -> Answer<'a> {
        let before = self.asked.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok((self.answer)(name, before)) })
    }
}

/// A resolver that fails, or never answers.
pub(crate) struct Mute(pub(crate) Option<NoAnswer>);

impl Resolve for Mute {
    fn resolve<'a>(&'a self, _: &'a str) -> Answer<'a> {
        match self.0 {
            Some(failure) => Box::pin(std::future::ready(Err(failure))),
            None => Box::pin(std::future::pending()),
        }
    }
}

/// Addresses from their texts.
pub(crate) fn ips(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}
