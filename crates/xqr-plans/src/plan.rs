//! Plans and their order.

use std::fmt;
use std::str::FromStr;

/// A plan, in the order of the tiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
#[non_exhaustive]
pub enum Plan {
    Free,
    Starter,
    Pro,
    Business,
    Agency,
    Enterprise,
}

impl Plan {
    /// Every plan, lowest first.
    pub const ALL: [Self; 6] =
        [Self::Free, Self::Starter, Self::Pro, Self::Business, Self::Agency, Self::Enterprise];

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
}

/// No plan has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no plan has this name")]
pub struct UnknownPlan;

impl FromStr for Plan {
    type Err = UnknownPlan;

    /// Reads the name of a plan.
    fn from_str(name: &str) -> Result<Self, UnknownPlan> {
        Self::ALL.into_iter().find(|plan| plan.name() == name).ok_or(UnknownPlan)
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
            assert_eq!(plan.name().parse::<Plan>(), Ok(plan));
        }
        assert!(Plan::ALL.is_sorted());
        assert_eq!("Pro".parse::<Plan>(), Err(UnknownPlan));
    }
}
