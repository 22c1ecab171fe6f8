//! The one place that decides which addresses are dialled.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use url::Host;

use crate::{FetchError, NoAnswer, Policy, Resolve, Target, is_public};

/// Addresses of one family that are tried. A name may have thousands.
const TRIED: usize = 2;

/// What the policy says of an address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Refused,
    /// It belongs to the Internet; whether it is this machine's own is still open.
    Public,
    /// The operator vouches for it.
    Allowed,
}

/// Tells whether the policy lets an address be dialled, this machine's own addresses aside.
pub(crate) fn is_allowed(address: IpAddr, policy: &Policy) -> bool {
    judge(address, policy) != Verdict::Refused
}

fn judge(address: IpAddr, policy: &Policy) -> Verdict {
    let in_one = |nets: &[ipnet::IpNet]| nets.iter().any(|net| net.contains(&address));
    if in_one(&policy.deny_nets) {
        Verdict::Refused
    } else if in_one(&policy.allow_nets) {
        Verdict::Allowed
    } else if is_public(address) {
        Verdict::Public
    } else {
        Verdict::Refused
    }
}

/// The addresses to dial for a target: each has been judged, and one that is refused refuses the
/// target.
pub(crate) async fn admit(
    target: &Target,
    policy: &Policy,
    resolver: &dyn Resolve,
) -> Result<Vec<SocketAddr>, FetchError> {
    target.judge(policy)?;
    let (all, literal) = match target.destination() {
        Some(Host::Ipv4(address)) => (vec![IpAddr::V4(address)], true),
        Some(Host::Ipv6(address)) => (vec![IpAddr::V6(address)], true),
        Some(Host::Domain(name)) => (look_up(name, resolver).await?, false),
        None => return Err(FetchError::Unreachable),
    };
    let mut dialled = Vec::new();
    let mut tried = [0; 2];
    for address in all {
        let verdict = judge(address, policy);
        let source = if verdict == Verdict::Public { source(address) } else { None };
        // From loopback nothing leaves the machine either.
        let is_own = source.is_some_and(|source| source == address || source.is_loopback());
        if verdict == Verdict::Refused || is_own {
            return Err(FetchError::Internal {
                host: target.host().to_owned(),
                address: Some(address),
                literal,
            });
        }
        let family = &mut tried[usize::from(address.is_ipv6())];
        if *family < TRIED && (verdict == Verdict::Allowed || source.is_some()) {
            *family += 1;
            dialled.push(SocketAddr::new(address, target.port()));
        }
    }
    Ok(dialled)
}

async fn look_up(name: &str, resolver: &dyn Resolve) -> Result<Vec<IpAddr>, FetchError> {
    match resolver.resolve(name).await {
        Ok(all) if all.is_empty() => Err(FetchError::Unreachable),
        Ok(all) => Ok(all),
        Err(NoAnswer::Unknown) => Err(FetchError::Unreachable),
        Err(NoAnswer::Busy) => Err(FetchError::Busy),
    }
}

/// The address that the kernel would speak from to this one, `None` where there is no route. For
/// its own addresses it chooses the address itself; that finds, for IPv4, also what a list of
/// interfaces does not have: forwarded addresses that are only routes. Such addresses of IPv6
/// belong into [`Policy::deny_nets`], like those that a NAT in front translates. Nothing is sent.
fn source(address: IpAddr) -> Option<IpAddr> {
    let any = if address.is_ipv4() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED)
    } else {
        IpAddr::V6(Ipv6Addr::UNSPECIFIED)
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((address, 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}
