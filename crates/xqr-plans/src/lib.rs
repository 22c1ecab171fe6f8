#![doc = include_str!("../README.md")]

mod capped;
mod limits;
mod period;
mod plan;
mod quota;
mod table;
mod terms;

pub use self::capped::Capped;
pub use self::limits::{Cap, Limits};
pub use self::period::{Cycle, Period};
pub use self::plan::{Plan, UnknownPlan};
pub use self::quota::{Purse, Spend};
pub use self::table::{PlanError, PlanTable};
pub use self::terms::Terms;
