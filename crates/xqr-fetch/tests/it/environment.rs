//! Variables of the environment that other clients heed.

use std::process::Command;

use xqr_fetch::{Kind, Outbound};

use crate::stage::{PICTURE, Server, get, local, ok};

const PORT: &str = "XQR_TEST_SERVER_PORT";

#[tokio::test]
async fn proxies_of_the_environment_are_ignored() {
    let (server, proxy) = (Server::saying(ok(PICTURE)).await, Server::canary(0).await.unwrap());
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(["--ignored", "--exact", "environment::a_fetch_in_a_child"])
        .env(PORT, server.port.to_string());
    for name in ["http_proxy", "https_proxy", "all_proxy", "ftp_proxy"] {
        for name in [name.to_owned(), name.to_uppercase()] {
            child.env(name, format!("http://127.0.0.1:{}", proxy.port));
        }
    }
    child.env("NO_PROXY", "").env("no_proxy", "");
    let output = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!((server.hits(), proxy.hits()), (1, 0));
}

#[tokio::test]
#[ignore = "a part of the test above, which gives it its environment"]
async fn a_fetch_in_a_child() {
    let port: u16 = std::env::var(PORT).expect("started by the test above").parse().unwrap();
    let outbound = Outbound::new(local(&[port]));
    get(&outbound, &format!("http://127.0.0.1:{port}/"), Kind::Image).await.unwrap();
}
