//! The guarded outbound client. So far: which addresses are public.

mod address;

pub use address::is_public;
/// A network in a policy.
pub use ipnet::IpNet;
