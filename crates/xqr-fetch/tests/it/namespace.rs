//! The production policy, unchanged, on a network that has the internal addresses: a network
//! namespace owns them, and a second one beyond a cable plays the Internet.

use std::net::{IpAddr, SocketAddr};
use std::process::Command;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;
use xqr_fetch::{FetchError, Kind, Outbound, Policy, Target};

use crate::corpus::{Refusal, Row, rows};
use crate::stage::{PICTURE, Server, get};

/// Internal addresses, on `lo` of the inner namespace.
const INTERNAL: [&str; 10] = [
    "127.0.0.1",
    "::1",
    "10.0.0.5",
    "169.254.169.254",
    "100.100.100.200",
    "192.0.0.192",
    "192.168.1.1",
    "168.63.129.16",
    "fd00:ec2::254",
    "::ffff:127.0.0.1",
];
/// Public addresses that are this machine's own: two on `lo`, and one that is only a route to it.
const OWN: [&str; 3] = ["8.8.8.8", "2606:4700::1111", "8.8.4.4"];
/// Public addresses beyond the cable.
const OUTSIDE: [&str; 2] = ["9.9.9.9", "2620:fe::9"];
/// Names in the hosts file, and whether they may be fetched.
const NAMES: [(&str, &[&str], bool); 6] = [
    ("outside.example", &["9.9.9.9"], true),
    ("outside6.example", &["2620:fe::9"], true),
    ("inside.example", &["10.0.0.5"], false),
    ("metadata.example", &["169.254.169.254"], false),
    ("mixed.example", &["9.9.9.9", "10.0.0.5"], false),
    ("own.example", &["8.8.4.4"], false),
];

/// Sets the stage and starts both sides. `$1` is this program.
const SCRIPT: &str = r#"
set -e
unshare -n sh -c '
    until ip link set far up 2>/dev/null; do sleep 0.05; done
    ip link set lo up
    ip addr add 198.51.100.2/30 dev far
    ip addr add 2001:db8::2/64 dev far nodad
    ip addr add 9.9.9.9/32 dev lo
    ip addr add 2620:fe::9/128 dev lo nodad
    exec "$0" --ignored --exact namespace::the_internet
' "$1" &
outside=$!
trap 'kill $outside' EXIT
until [ "$(readlink /proc/$outside/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link set lo up
for address in 10.0.0.5 169.254.169.254 100.100.100.200 192.0.0.192 192.168.1.1 168.63.129.16 8.8.8.8; do
    ip addr add $address/32 dev lo
done
for address in fd00:ec2::254 2606:4700::1111; do ip addr add $address/128 dev lo nodad; done
ip route add local 8.8.4.4/32 dev lo
ip link add near type veth peer name far netns $outside
ip addr add 198.51.100.1/30 dev near
ip addr add 2001:db8::1/64 dev near nodad
ip link set near up
ip route add default via 198.51.100.2
ip route add default via 2001:db8::2
hosts=$(mktemp)
printf '%s\n' "$HOSTS" >"$hosts"
mount --bind "$hosts" /etc/hosts
# No resolver listens at port 53, so names that are not in the file fail at once.
resolver=$(mktemp)
echo "nameserver 127.0.0.1" >"$resolver"
mount --bind "$resolver" /etc/resolv.conf
rm "$hosts" "$resolver"
"$1" --ignored --exact namespace::production
"#;

#[test]
fn the_production_policy_reaches_the_public_side_only() {
    let able = "ip link add near type veth peer name far && mount --bind /etc/hosts /etc/hosts && mount --bind /etc/resolv.conf /etc/resolv.conf && ip addr add ::2/128 dev lo";
    let tried = Command::new("unshare").args(["-rnm", "sh", "-c", able]).output();
    if !tried.is_ok_and(|output| output.status.success()) {
        assert!(
            std::env::var_os("XQR_TEST_REQUIRE_NAMESPACES").is_none(),
            "network namespaces are required and not to be had"
        );
        eprintln!(
            "skipped: no network namespaces here (unshare -rnm, ip, veth, IPv6), so the production policy was not tried in one"
        );
        return;
    }
    let hosts: Vec<_> = NAMES
        .iter()
        .flat_map(|(name, addresses, _)| addresses.iter().map(move |ip| format!("{ip} {name}")))
        .collect();
    let output = Command::new("unshare")
        .args(["-rnm", "sh", "-c", SCRIPT, "sh"])
        .arg(std::env::current_exe().unwrap())
        .env("HOSTS", hosts.join("\n"))
        .output()
        .unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
#[ignore = "a part of the test above, which gives it its network"]
async fn the_internet() {
    let servers = [Server::canary(80).await.unwrap(), Server::canary(443).await.unwrap()];
    std::future::pending::<()>().await;
    drop(servers);
}

#[tokio::test]
#[ignore = "a part of the test above, which gives it its network"]
async fn production() {
    let canaries = [Server::canary(80).await.unwrap(), Server::canary(443).await.unwrap()];
    let hits = || canaries.iter().map(Server::hits).sum::<usize>();
    // Everything here can be reached by who does not look: the canaries on every address, and both
    // servers outside.
    for address in INTERNAL.iter().chain(&OWN).chain(&OUTSIDE) {
        for port in [80, 443] {
            let address = SocketAddr::new(address.parse().unwrap(), port);
            let dial = async {
                while TcpStream::connect(address).await.is_err() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            };
            timeout(Duration::from_secs(10), dial)
                .await
                .unwrap_or_else(|_| panic!("{address} cannot be reached at all"));
        }
    }
    let unguarded = 2 * (INTERNAL.len() + OWN.len());
    timeout(Duration::from_secs(10), async {
        while hits() < unguarded {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();

    // The very default, and the default with http, as for pictures.
    for policy in [Policy::default(), Policy { http: true, ..Policy::default() }] {
        let scheme = if policy.http { "http" } else { "https" };
        let outbound = Outbound::new(policy);
        for address in INTERNAL.iter().chain(&OWN) {
            let address: IpAddr = address.parse().unwrap();
            let error = get(&outbound, &format!("{scheme}://{}/", bracketed(address)), Kind::Any)
                .await
                .unwrap_err();
            assert!(
                matches!(error, FetchError::Internal { address: Some(a), literal: true, .. } if a == address),
                "{address}: {error:?}"
            );
        }
        for address in OUTSIDE {
            reaches(&outbound, scheme, &bracketed(address.parse().unwrap())).await;
        }
        for (name, _, public) in NAMES {
            if public {
                reaches(&outbound, scheme, name).await;
            } else {
                let error =
                    get(&outbound, &format!("{scheme}://{name}/"), Kind::Any).await.unwrap_err();
                let named = matches!(&error, FetchError::Internal { host, literal: false, .. } if host == name);
                assert!(named, "{name}: {error:?}");
            }
        }
        for Row { url, refusal } in rows(80) {
            // Names go to the real resolver here, which knows few of them.
            let Err(error) = get(&outbound, &url, Kind::Any).await else {
                panic!("{url:?} was fetched")
            };
            if let (Refusal::Literal(_), "http") = (refusal, scheme) {
                assert!(
                    matches!(error, FetchError::Internal { literal: true, .. }),
                    "{url:?}: {error:?}"
                );
            }
            if let Ok(target) = Target::parse(&url, outbound.policy()) {
                outbound.post(&target, Default::default(), b"{}".to_vec()).await.unwrap_err();
            }
        }
    }
    assert_eq!(hits(), unguarded, "the guard let a request reach a canary");
}

fn bracketed(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

/// The server outside speaks no TLS and waits, so there it is enough to have come that far.
async fn reaches(outbound: &Outbound, scheme: &str, host: &str) {
    let url = format!("{scheme}://{host}/");
    if scheme == "http" {
        assert_eq!(get(outbound, &url, Kind::Image).await.unwrap().bytes, PICTURE, "{host}");
    } else {
        let hasty = Policy { deadline: Duration::from_secs(1), ..outbound.policy().clone() };
        assert_eq!(
            get(&Outbound::new(hasty), &url, Kind::Image).await.unwrap_err(),
            FetchError::TooSlow,
            "{host}"
        );
    }
}
