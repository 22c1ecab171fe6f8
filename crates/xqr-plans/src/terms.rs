//! What one workspace may do: its plan and its limits, and the refusals that follow from them.

use std::sync::Arc;

use xqr_errors::{Condition, Result};

use crate::{Cap, Limits, Plan};

/// A plan and the limits that a workspace on it has.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The plan; refusals name it.
    pub plan: Plan,
    /// The plan's limits, or the workspace's own.
    pub limits: Arc<Limits>,
}

impl Terms {
    fn plan_name(&self) -> String {
        self.plan.to_string()
    }

    /// Returns whether the plan includes the API of this name.
    pub fn includes_api(&self, api: &str) -> bool {
        self.limits.apis.iter().any(|included| included == api)
    }

    /// Checks that the plan includes the API of this name.
    ///
    /// # Errors
    ///
    /// [`Condition::ApiLocked`] if it does not.
    pub fn check_api(&self, api: &str) -> Result<()> {
        if self.includes_api(api) {
            Ok(())
        } else {
            Err(Condition::ApiLocked { plan: self.plan_name() }.into())
        }
    }

    /// Refuses a feature that `included` says the workspace does not have. `feature` is what people
    /// call it.
    ///
    /// # Errors
    ///
    /// [`Condition::FeatureLocked`].
    pub fn check_feature(&self, feature: &str, included: bool) -> Result<()> {
        if included {
            return Ok(());
        }
        Err(Condition::FeatureLocked { feature: feature.to_owned(), plan: self.plan_name() }.into())
    }

    /// Refuses `wish` more of what there may be `cap` of, when there are `used`. `what` is a
    /// plural.
    ///
    /// # Errors
    ///
    /// [`Condition::PlanLimitReached`].
    pub fn check_count(&self, what: &str, cap: Cap, used: u64, wish: u64) -> Result<()> {
        match cap {
            Some(cap) if used.saturating_add(wish) > cap => Err(self.full(what, cap).into()),
            _ => Ok(()),
        }
    }

    /// Returns the refusal of one more than `cap`.
    pub fn full(&self, what: &str, cap: u64) -> Condition {
        Condition::PlanLimitReached { what: what.to_owned(), cap, plan: self.plan_name() }
    }

    /// Refuses a bulk request with more items than the plan allows, or any where the plan has none.
    ///
    /// # Errors
    ///
    /// [`Condition::BulkLocked`] and [`Condition::BulkTooLarge`].
    pub fn check_bulk(&self, field: &str, items: u64) -> Result<()> {
        match self.limits.bulk_items {
            0 => Err(Condition::BulkLocked { plan: self.plan_name() }.into()),
            cap if items > cap => Err(Condition::BulkTooLarge {
                field: field.to_owned(),
                plan: self.plan_name(),
                cap,
                got: items,
            }
            .into()),
            _ => Ok(()),
        }
    }

    /// Refuses a key whose own plan is above the workspace's.
    ///
    /// # Errors
    ///
    /// [`Condition::PlanAboveTier`].
    pub fn check_key_plan(&self, plan: Plan) -> Result<()> {
        if plan <= self.plan {
            return Ok(());
        }
        Err(Condition::PlanAboveTier { plan: plan.to_string(), tier: self.plan_name() }.into())
    }

    /// Refuses another change of a code's destination.
    ///
    /// # Errors
    ///
    /// [`Condition::EditsSpent`].
    pub fn check_edit(&self, edits: u64) -> Result<()> {
        match self.limits.edits_per_code {
            Some(cap) if edits >= cap => {
                Err(Condition::EditsSpent { plan: self.plan_name(), edits }.into())
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::PlanTable;

    fn terms(plan: Plan) -> Terms {
        PlanTable::builtin().terms(plan)
    }

    #[test]
    fn refusals_carry_what_their_sentences_need() {
        let refused = |result: Result<()>| result.unwrap_err().condition().clone();
        let plan = || "starter".to_owned();
        assert_eq!(
            refused(terms(Plan::Starter).check_api("xqr")),
            Condition::ApiLocked { plan: plan() }
        );
        let full =
            Condition::PlanLimitReached { what: "links".into(), cap: 500, plan: "pro".into() };
        assert_eq!(refused(terms(Plan::Pro).check_count("links", Some(500), 500, 1)), full);
        assert_eq!(
            refused(terms(Plan::Free).check_bulk("items", 1)),
            Condition::BulkLocked { plan: "free".into() }
        );
        let large =
            Condition::BulkTooLarge { field: "items".into(), plan: plan(), cap: 50, got: 51 };
        assert_eq!(refused(terms(Plan::Starter).check_bulk("items", 51)), large);
        let above = Condition::PlanAboveTier { plan: "agency".into(), tier: plan() };
        assert_eq!(refused(terms(Plan::Starter).check_key_plan(Plan::Agency)), above);
        assert_eq!(
            refused(terms(Plan::Free).check_edit(1)),
            Condition::EditsSpent { plan: "free".into(), edits: 1 }
        );
        let locked = Condition::FeatureLocked { feature: "Webhooks".into(), plan: plan() };
        assert_eq!(refused(terms(Plan::Starter).check_feature("Webhooks", false)), locked);
    }

    #[test]
    fn the_native_api_begins_with_pro() {
        let open: Vec<_> =
            Plan::ALL.into_iter().filter(|plan| terms(*plan).includes_api("xqr")).collect();
        assert_eq!(open, Plan::ALL[2..]);
    }

    proptest! {
        #[test]
        fn a_count_never_passes_its_cap(cap in 0..1000_u64, used in 0..1200_u64, wish in 0..1200_u64) {
            let allowed = terms(Plan::Pro).check_count("links", Some(cap), used, wish).is_ok();
            prop_assert_eq!(allowed, used + wish <= cap);
            prop_assert!(terms(Plan::Pro).check_count("links", None, used, u64::MAX).is_ok());
        }
    }
}
