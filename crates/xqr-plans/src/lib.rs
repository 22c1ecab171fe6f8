//! What a plan allows. Pure: plan, usage and wish in, verdict out.
//!
//! ```
//! use xqr_plans::{Plan, PlanTable};
//!
//! let table = PlanTable::builtin();
//! let pro = table.terms(Plan::Pro);
//! assert!(table.terms(Plan::Free).check_api("xqr").is_err());
//! assert!(pro.check_count("links", pro.limits.links, 499, 1).is_ok());
//! assert!(pro.check_count("links", pro.limits.links, 500, 1).is_err());
//! ```

mod limits;
mod period;
mod plan;
mod quota;
mod table;
mod terms;

pub use self::limits::{Cap, Limits};
pub use self::period::{Cycle, Period};
pub use self::plan::Plan;
pub use self::quota::{Purse, Spend};
pub use self::table::PlanTable;
pub use self::terms::Terms;
