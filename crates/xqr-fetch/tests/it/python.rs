//! The table of addresses against an independent one: Python's `ipaddress`.

use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::process::{Command, Stdio};

use xqr_fetch::{IpNet, is_public};

/// Where Python says global and we do not. The reverse is never so.
const DIFFERENCES: [&str; 13] = [
    "168.63.129.16/32",  // a platform service on a public address
    "192.0.0.0/24", // Python knows parts of it as global: PCP and TURN anycast; older ones know the first /29 only
    "192.31.196.0/24", // AS112, global by the registry; no pictures are served there
    "192.52.193.0/24", // multicast tunnels, likewise
    "192.88.99.0/24", // 6to4 relays, deprecated
    "192.175.48.0/24", // AS112
    "224.0.0.0/4",  // multicast, some of which is global
    "::/3",         // not delegated, NAT64
    "2001::/23",    // some anycast services and ORCHIDv2 in it
    "2002::/16",    // 6to4: older Pythons call it global
    "2620:4f:8000::/48", // AS112
    "3fff::/20",    // documentation that older Pythons do not know
    "4000::/2",     // not delegated
];
/// The rest of what Python says is global and is not delegated, or is multicast.
const UPPER_HALF: &str = "8000::/1";

const SCRIPT: &str = "import ipaddress,sys\nfor line in sys.stdin: print(int(ipaddress.ip_address(line.strip()).is_global))";

/// SplitMix64: the same addresses in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// An address of either family: anywhere, in delegated space, or near the beginning of a
    /// special range.
    fn address(&mut self) -> IpAddr {
        const NEAR: [&str; 14] = [
            "::",
            "::ffff:0:0",
            "64:ff9b::",
            "100::",
            "2001::",
            "2001:1::",
            "2001:db8::",
            "2002::",
            "2620:4f:8000::",
            "3fff::",
            "5f00::",
            "fc00::",
            "fe80::",
            "ff00::",
        ];
        let (high, low) = (u128::from(self.roll()), u128::from(self.roll()));
        let bits = high << 64 | low;
        match self.roll() % 6 {
            0..3 => IpAddr::V4(Ipv4Addr::from_bits(high as u32)),
            3 => IpAddr::V6(bits.into()),
            4 => IpAddr::V6((bits >> 3 | 1 << 125).into()),
            _ => {
                let near: Ipv6Addr = NEAR[self.roll() as usize % NEAR.len()].parse().unwrap();
                // Flips bits below a random length, so that neighbours come up too.
                IpAddr::V6((near.to_bits() ^ bits >> (self.roll() % 100 + 16)).into())
            }
        }
    }
}

#[test]
fn python_agrees_up_to_the_written_differences() {
    if Command::new("python3").arg("--version").output().is_err() {
        assert!(
            std::env::var_os("XQR_TEST_REQUIRE_PYTHON").is_none(),
            "python3 is required and absent"
        );
        eprintln!("skipped: no python3 to compare the table of addresses with");
        return;
    }
    let mut dice = Dice(2026);
    let addresses: Vec<_> = (0..300_000).map(|_| dice.address()).collect();
    let mut python = Command::new("python3")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = python.stdin.take().unwrap();
    let text: String = addresses.iter().map(|address| format!("{address}\n")).collect();
    // A thread, or both sides wait with full pipes.
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()).unwrap());
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    assert_eq!(answers.lines().count(), addresses.len());

    let nets: Vec<IpNet> =
        DIFFERENCES.iter().chain([&UPPER_HALF]).map(|net| net.parse().unwrap()).collect();
    let mut public = 0;
    for (address, answer) in addresses.iter().zip(answers.lines()) {
        match (is_public(*address), answer == "1") {
            (true, false) => panic!("{address} is public for us and not for Python"),
            (false, true) => assert!(
                nets.iter().any(|net| net.contains(address)),
                "{address} is public for Python only"
            ),
            (both, _) => public += usize::from(both),
        }
    }
    assert!((100_000..250_000).contains(&public), "{public} of {} are public", addresses.len());
}
