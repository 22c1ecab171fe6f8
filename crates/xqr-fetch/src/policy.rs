//! The policy: all limits of the guarded client.

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;

use crate::address::is_public;

/// What may be fetched, and the limits on it. The default is meant for production; change a field
/// by struct update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Whether `http` is allowed beside `https`.
    pub http: bool,
    /// Ports beside 80 and 443.
    pub ports: Vec<u16>,
    /// Networks that count as public, such as a company's own CDN.
    pub allow_nets: Vec<IpNet>,
    /// Networks that are refused although they are public, such as this machine's address outside
    /// of a NAT, or an IPv6 address that only a route makes its own; others of its own are known
    /// without. They win over [`Policy::allow_nets`].
    pub deny_nets: Vec<IpNet>,
    /// The longest address, in bytes.
    pub max_url: usize,
    /// The largest body that [`crate::Outbound::fetch`] returns.
    pub max_bytes: u32,
    /// Memory for all bodies together, until the [`crate::Fetched`] are dropped.
    pub memory: u32,
    /// Time for the look-up, the connection, the head and the body together, redirects included.
    pub deadline: Duration,
    /// How many redirects [`crate::Outbound::fetch`] follows.
    pub max_redirects: u8,
    /// How many requests run at the same time.
    pub max_requests: usize,
    /// How many requests run at the same time to one host name, and to one address, whichever names
    /// it has. An IPv6 address counts as its /64.
    pub max_requests_per_host: usize,
}

/// The verdict of a policy on an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Refused,
    /// It is public; whether it is this machine's own is checked later.
    Public,
    /// The operator allows it.
    Allowed,
}

impl Policy {
    pub(crate) fn verdict(&self, address: IpAddr) -> Verdict {
        let in_one = |nets: &[IpNet]| nets.iter().any(|net| net.contains(&address));
        if in_one(&self.deny_nets) {
            Verdict::Refused
        } else if in_one(&self.allow_nets) {
            Verdict::Allowed
        } else if is_public(address) {
            Verdict::Public
        } else {
            Verdict::Refused
        }
    }

    /// Returns whether an address is allowed. This machine's own addresses are not checked here.
    pub(crate) fn allows(&self, address: IpAddr) -> bool {
        self.verdict(address) != Verdict::Refused
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            http: false,
            ports: Vec::new(),
            allow_nets: Vec::new(),
            deny_nets: Vec::new(),
            max_url: 2048,
            max_bytes: 5 * 1024 * 1024,
            memory: 24 * 1024 * 1024,
            deadline: Duration::from_secs(5),
            max_redirects: 3,
            max_requests: 64,
            max_requests_per_host: 8,
        }
    }
}
