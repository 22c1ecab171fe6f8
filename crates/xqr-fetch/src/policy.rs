//! What the operator allows: every figure of the guard in one place.

use std::time::Duration;

use ipnet::IpNet;

/// What may be fetched, and at what price. The default is what production wants; a field is changed
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
    /// Requests at one time.
    pub places: usize,
    /// Requests at one time to one host, and to one address, by whatever names; an IPv6 address
    /// counts as its /64.
    pub places_per_host: usize,
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
            places: 64,
            places_per_host: 8,
        }
    }
}
