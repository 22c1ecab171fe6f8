//! What a plan allows. Pure: plan, usage and wish in, verdict out.
//!
//! ```
//! use xqr_plans::{Plan, PlanTable, Capped};
//!
//! let table = PlanTable::builtin();
//! let pro = table.terms(Plan::Pro);
//! assert!(table.terms(Plan::Free).check_api("xqr").is_err());
//! assert!(pro.check(Capped::Links, 499, 1).is_ok());
//! assert!(pro.check(Capped::Links, 500, 1).is_err());
//! ```

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
pub use self::plan::Plan;
pub use self::quota::{Purse, Spend};
pub use self::table::PlanTable;
pub use self::terms::Terms;
