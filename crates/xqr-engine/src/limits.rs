//! Limits of a request: admission, quotas, plan caps, idempotency, maintenance.

pub mod address_limits;
pub mod admission;
pub(crate) mod call_quota;
pub(crate) mod failure_limits;
pub mod idempotency;
pub mod maintenance;
pub(crate) mod plan_caps;
pub(crate) mod sign_in_limits;
pub mod text_limits;
pub(crate) mod token_buckets;
