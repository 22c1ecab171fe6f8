//! What a plan allows. Pure: plan and wish in, verdict out.
//!
//! ```
//! use xqr_plans::Plan;
//!
//! assert!(Plan::Free.check_api().is_err());
//! assert_eq!(Plan::Pro.limits().links, Some(500));
//! ```

use std::fmt;

use xqr_errors::{Condition, Error, Result};

/// A plan, in the order of the tiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Plan {
    Free,
    Starter,
    Pro,
    Business,
    Agency,
    Enterprise,
}

/// The limits of a plan; `None` is unlimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Whether API keys of the native look work.
    pub api: bool,
    /// Links in all.
    pub links: Option<u32>,
    /// API keys.
    pub keys: Option<u32>,
    /// API calls per month.
    pub monthly_calls: Option<u32>,
    /// Requests per second and key.
    pub burst: u32,
}

const fn limits(api: bool, links: Option<u32>, keys: Option<u32>, monthly_calls: Option<u32>, burst: u32) -> Limits {
    Limits { api, links, keys, monthly_calls, burst }
}

/// xQR reference, section 4.1, for pro, business and enterprise; the others, and links beyond pro, are our choice.
static LIMITS: [Limits; 6] = [
    limits(false, Some(50), Some(0), Some(0), 10),
    limits(false, Some(200), Some(1), Some(500), 10),
    limits(true, Some(500), Some(2), Some(1_000), 10),
    limits(true, Some(5_000), Some(10), Some(25_000), 50),
    limits(true, Some(20_000), Some(50), Some(50_000), 100),
    limits(true, None, None, Some(100_000), 200),
];

impl Plan {
    /// Every plan, lowest first.
    pub const ALL: [Self; 6] = [Self::Free, Self::Starter, Self::Pro, Self::Business, Self::Agency, Self::Enterprise];

    /// Returns the plan's name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Starter => "starter",
            Self::Pro => "pro",
            Self::Business => "business",
            Self::Agency => "agency",
            Self::Enterprise => "enterprise",
        }
    }

    /// Returns the plan of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plan| plan.name() == name)
    }

    /// Returns what the plan allows.
    pub fn limits(self) -> &'static Limits {
        &LIMITS[self as usize]
    }

    /// Refuses the API to plans without it.
    ///
    /// # Errors
    ///
    /// [`Condition::ApiLocked`].
    pub fn check_api(self) -> Result<()> {
        if self.limits().api { Ok(()) } else { Err(Condition::ApiLocked { plan: self.to_string() }.into()) }
    }

    /// Returns the refusal of one link more than the plan allows.
    #[track_caller]
    pub fn links_full(self) -> Error {
        let cap = self.limits().links.map_or(u64::MAX, u64::from);
        Condition::PlanLimitReached { what: "links".to_owned(), cap, plan: self.to_string() }.into()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_plans_and_tiers_ascend() {
        for plan in Plan::ALL {
            assert_eq!(Plan::parse(plan.name()), Some(plan));
        }
        assert!(Plan::ALL.is_sorted());
        assert_eq!(Plan::parse("Pro"), None);
    }

    #[test]
    fn the_documented_figures_stand() {
        let figures = |plan: Plan| (plan.limits().keys, plan.limits().monthly_calls, plan.limits().burst);
        assert_eq!(figures(Plan::Pro), (Some(2), Some(1_000), 10));
        assert_eq!(figures(Plan::Business), (Some(10), Some(25_000), 50));
        assert_eq!(figures(Plan::Enterprise), (None, Some(100_000), 200));
        assert_eq!(Plan::Pro.limits().links, Some(500));
    }

    #[test]
    fn every_row_of_the_table_stands() {
        for (plan, expected) in [
            (Plan::Free, (false, Some(50), Some(0), Some(0), 10)),
            (Plan::Starter, (false, Some(200), Some(1), Some(500), 10)),
            (Plan::Pro, (true, Some(500), Some(2), Some(1_000), 10)),
            (Plan::Business, (true, Some(5_000), Some(10), Some(25_000), 50)),
            (Plan::Agency, (true, Some(20_000), Some(50), Some(50_000), 100)),
            (Plan::Enterprise, (true, None, None, Some(100_000), 200)),
        ] {
            let Limits { api, links, keys, monthly_calls, burst } = *plan.limits();
            assert_eq!((api, links, keys, monthly_calls, burst), expected, "{plan}");
        }
    }

    #[test]
    fn refusals_name_the_plan_in_lower_case() {
        let locked = Plan::Starter.check_api().unwrap_err();
        assert_eq!(locked.condition(), &Condition::ApiLocked { plan: "starter".into() });
        let full = Plan::Pro.links_full();
        let expected = Condition::PlanLimitReached { what: "links".into(), cap: 500, plan: "pro".into() };
        assert_eq!(full.condition(), &expected);
    }

    #[test]
    fn the_api_begins_with_pro() {
        let open: Vec<_> = Plan::ALL.into_iter().filter(|plan| plan.check_api().is_ok()).collect();
        assert_eq!(open, Plan::ALL[2..]);
    }
}
