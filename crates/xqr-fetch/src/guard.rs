//! Decides which addresses the client connects to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use url::Host;

use crate::error::FetchError;
use crate::policy::{Policy, Verdict};
use crate::resolve::{NoAnswer, Resolve};
use crate::target::Target;

/// Addresses of one family that are tried. A name may have thousands.
const TRIED: usize = 2;

/// Returns the addresses to connect to. Every address of the target is checked; if one is refused,
/// the target is refused.
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
        let verdict = policy.verdict(address);
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

/// Returns the source address that the kernel would use for `address`, or `None` without a route.
/// For one of its own addresses the kernel chooses that address. For IPv4 this also finds forwarded
/// addresses that are only routes, which a list of interfaces lacks. Such IPv6 addresses, and those
/// that a NAT in front translates, belong in [`Policy::deny_nets`]. Nothing is sent.
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
