//! What a plan allows. Pure: plan, usage and wish in, verdict out.
//!
//! ```
//! use xqr_plans::{Plan, PlanTable, Resource};
//!
//! let table = PlanTable::builtin();
//! let pro = table.terms(Plan::Pro);
//! assert!(table.terms(Plan::Free).check_api("xqr").is_err());
//! assert!(pro.check(Resource::Links, 499, 1).is_ok());
//! assert!(pro.check(Resource::Links, 500, 1).is_err());
//! ```

mod limits;
mod period;
mod plan;
mod quota;
mod resource;
mod table;
mod terms;

pub use self::limits::{Cap, Limits};
pub use self::period::{Cycle, Period};
pub use self::plan::Plan;
pub use self::quota::{Purse, Spend};
pub use self::resource::Resource;
pub use self::table::PlanTable;
pub use self::terms::Terms;
