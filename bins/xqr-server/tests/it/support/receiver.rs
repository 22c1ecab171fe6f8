//! A receiver of webhooks on a port of its own, and settings under which it can be reached.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver as Inbox, Sender, channel};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use xqr_engine::Settings;

use crate::support::test_app::TestApp;

/// What a receiver got.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

impl Heard {
    pub(crate) fn header(&self, name: &str) -> &str {
        &self.headers[name]
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A receiver on a port of its own.
pub(crate) struct Receiver {
    address: IpAddr,
    pub(crate) port: u16,
    heard: Arc<Mutex<Vec<Heard>>>,
    answer: Arc<Mutex<String>>,
    pub(crate) arrived: Inbox<()>,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    /// An answer without text is none: the connection is held open.
    pub(crate) fn on(listener: TcpListener) -> Self {
        let (address, port) = listener.local_addr().map(|it| (it.ip(), it.port())).unwrap();
        let (heard, answer) =
            (Arc::<Mutex<Vec<Heard>>>::default(), Arc::new(Mutex::new(saying("200 OK", ""))));
        let (notify, arrived) = channel();
        let (shared, said) = (Arc::clone(&heard), Arc::clone(&answer));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (shared, said, notify) =
                    (Arc::clone(&shared), Arc::clone(&said), notify.clone());
                std::thread::spawn(move || serve(stream.unwrap(), &shared, &said, &notify));
            }
        });
        Self { address, port, heard, answer, arrived }
    }

    pub(crate) fn say(&self, status: &str, headers: &str) {
        *self.answer.lock().unwrap() = saying(status, headers);
    }

    pub(crate) fn hold(&self) {
        self.answer.lock().unwrap().clear();
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}:{}/hook", self.address, self.port)
    }
}

fn saying(status: &str, headers: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n")
}

fn serve(
    mut stream: TcpStream,
    heard: &Mutex<Vec<Heard>>,
    answer: &Mutex<String>,
    notify: &Sender<()>,
) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let headers: HashMap<_, _> = head
                .lines()
                .skip(1)
                .filter_map(|line| {
                    line.split_once(": ")
                        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                })
                .collect();
            if body.len() >= headers["content-length"].parse::<usize>().unwrap() {
                heard.lock().unwrap().push(Heard { headers, body: body.to_owned() });
                break;
            }
        }
        match stream.read(&mut buffer) {
            Ok(n) if n > 0 => bytes.extend_from_slice(&buffer[..n]),
            _ => return,
        }
    }
    let answer = answer.lock().unwrap().clone();
    notify.send(()).ok();
    if answer.is_empty() {
        // Until the other side gives up.
        stream.read_exact(&mut buffer).ok();
    }
    stream.write_all(answer.as_bytes()).ok();
}

/// Settings under which these ports can be reached.
pub(crate) fn reaching(ports: &[u16]) -> impl FnOnce(&mut Settings) + use<> {
    let ports = ports.to_vec();
    move |settings| {
        settings.webhooks.allow_http = true;
        settings.webhooks.allow_nets = vec!["127.0.0.0/8".parse().unwrap()];
        settings.webhooks.ports = ports;
    }
}

/// Starts a service that may reach these receivers.
pub(crate) async fn start_reaching(receivers: &[&Receiver]) -> TestApp {
    TestApp::start_with(reaching(
        &receivers.iter().map(|receiver| receiver.port).collect::<Vec<_>>(),
    ))
    .await
}
