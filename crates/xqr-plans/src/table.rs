//! The table of plans: built in, overlaid by the operator's file, overlaid by a workspace's own
//! limits.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::{error, fmt};

use serde_json::{Map, Value};

use crate::{Limits, Plan, Terms};

/// What each plan allows. Cheap to clone.
///
/// ```
/// use xqr_plans::{Capped, Plan, PlanTable};
///
/// let terms = PlanTable::builtin().terms(Plan::Pro);
/// assert!(terms.check(Capped::Links, 499, 1).is_ok());
/// assert!(terms.check(Capped::Links, 500, 1).is_err());
/// ```
#[derive(Debug, Clone)]
pub struct PlanTable {
    plans: Arc<[Arc<Limits>; 6]>,
    /// Overrides that have been read already: they come with every request of their workspace.
    known: Arc<Mutex<Known>>,
}

/// Limits by plan and overrides.
type Known = HashMap<(Plan, String), Arc<Limits>>;

/// Overrides that are kept read. Past them all are forgotten, and read again.
const KNOWN: usize = 4096;

/// `config/plans.toml`: every plan with its limits and their explanation.
const BUILTIN: &str = include_str!("../plans.toml");

impl PlanTable {
    /// Returns the built-in table.
    pub fn builtin() -> Self {
        Self::overlaid("").expect("the built-in table is whole, as a test shows")
    }

    /// Overlays the built-in table by `text`, TOML with a table per plan. What it does not mention
    /// stays.
    ///
    /// # Errors
    ///
    /// [`PlanError`], which names the plan and the limit.
    pub fn overlaid(text: &str) -> Result<Self, PlanError> {
        let mut plans = read(BUILTIN)?;
        for (name, limits) in read(text)? {
            let plan = plans
                .get_mut(&name)
                .ok_or_else(|| PlanError(format!("{name}: there is no such plan")))?;
            overlay(plan, limits).map_err(|error| PlanError(format!("{name}: {error}")))?;
        }
        let limits = Plan::ALL.map(|plan| {
            let limits = plans.remove(plan.name()).unwrap_or_default();
            serde_json::from_value(limits)
                .map(Arc::new)
                .map_err(|error| PlanError(format!("{plan}: {error}")))
        });
        let [a, b, c, d, e, f] = limits;
        Ok(Self { plans: Arc::new([a?, b?, c?, d?, e?, f?]), known: Arc::default() })
    }

    /// Returns what a workspace on `plan` may do.
    pub fn terms(&self, plan: Plan) -> Terms {
        Terms { plan, limits: Arc::clone(&self.plans[plan as usize]) }
    }

    /// Returns what a workspace on `plan` with limits of its own may do: `overrides` is a JSON
    /// object with some of the limits.
    ///
    /// # Errors
    ///
    /// [`PlanError`], which names the limit.
    pub fn terms_with(&self, plan: Plan, overrides: &str) -> Result<Terms, PlanError> {
        let name = (plan, overrides.to_owned());
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(limits) = known().get(&name) {
            return Ok(Terms { plan, limits: Arc::clone(limits) });
        }
        let overrides = serde_json::from_str(overrides)
            .map_err(|error| PlanError(format!("the overrides are not JSON: {error}")))?;
        let mut limits =
            serde_json::to_value(&*self.plans[plan as usize]).map_err(PlanError::new)?;
        overlay(&mut limits, overrides)?;
        let limits: Arc<Limits> =
            serde_json::from_value(limits).map(Arc::new).map_err(PlanError::new)?;
        let mut known = known();
        if known.len() >= KNOWN {
            known.clear();
        }
        known.insert(name, Arc::clone(&limits));
        Ok(Terms { plan, limits })
    }
}

/// Why a table of plans cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError(String);

impl PlanError {
    fn new(error: impl fmt::Display) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl error::Error for PlanError {}

fn read(text: &str) -> Result<Map<String, Value>, PlanError> {
    toml::from_str(text).map_err(PlanError::new)
}

/// Replaces the limits of `below` that `above` names.
fn overlay(below: &mut Value, above: Value) -> Result<(), PlanError> {
    let (Value::Object(below), Value::Object(above)) = (below, above) else {
        return Err(PlanError("must be a table of limits".to_owned()));
    };
    for (name, value) in above {
        // A limit of former versions that had no effect.
        if name == "custom_domain" {
            continue;
        }
        // Before `apis` was a list, each API was a limit of its own. Files and overrides still say
        // so.
        if let (Some(api), Value::Bool(included)) = (name.strip_prefix("api_"), &value) {
            if let Some(apis) = below.get_mut("apis").and_then(Value::as_array_mut) {
                apis.retain(|other| other != api);
                apis.extend(included.then(|| Value::from(api)));
            }
            continue;
        }
        let limit = below
            .get_mut(&name)
            .ok_or_else(|| PlanError(format!("{name}: there is no such limit")))?;
        *limit = value;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_figures_stand() {
        let table = PlanTable::builtin();
        let native = |plan| {
            let limits = table.terms(plan).limits;
            (
                limits.apis.iter().any(|api| api == "xqr"),
                limits.keys,
                limits.monthly_calls,
                limits.burst_per_second,
                limits.webhooks,
            )
        };
        assert_eq!(native(Plan::Pro), (true, Some(2), Some(1_000), Some(10), Some(3)));
        assert_eq!(native(Plan::Business), (true, Some(10), Some(25_000), Some(50), Some(20)));
        assert_eq!(native(Plan::Enterprise), (true, None, Some(100_000), Some(200), None));
        assert_eq!(table.terms(Plan::Pro).limits.links, Some(500));
        let studio = |plan| {
            let limits = table.terms(plan).limits;
            let counts = (
                limits.monthly_renders,
                limits.dynamic_codes,
                limits.edits_per_code,
                limits.scans_per_month,
            );
            (
                counts,
                limits.max_inches,
                limits.max_dpi,
                limits.logo,
                limits.bulk_items,
                limits.overage,
            )
        };
        assert_eq!(
            studio(Plan::Free),
            ((Some(5), Some(1), Some(1), Some(50)), 3.0, 300, false, 0, false)
        );
        assert_eq!(
            studio(Plan::Starter),
            ((Some(500), Some(10), None, None), 8.0, 300, true, 50, true)
        );
        assert_eq!(
            studio(Plan::Pro),
            ((Some(5_000), Some(200), None, None), 15.0, 600, true, 1_000, true)
        );
        assert_eq!(
            studio(Plan::Agency),
            ((Some(25_000), Some(1_000), None, None), 15.0, 600, true, 5_000, true)
        );
        assert_eq!(
            studio(Plan::Enterprise),
            ((None, None, None, None), 15.0, 600, true, 5_000, false)
        );
        assert_eq!(table.terms(Plan::Pro).limits.calls_per_minute, Some(600));
        assert_eq!(table.terms(Plan::Free).limits.calls_per_minute, Some(60));
    }

    #[test]
    fn a_file_changes_what_it_names_and_nothing_else() {
        let table =
            PlanTable::overlaid("[pro]\nlinks = 7\nmonthly_calls = \"unlimited\"\n").unwrap();
        let expected = Limits {
            links: Some(7),
            monthly_calls: None,
            ..(*PlanTable::builtin().terms(Plan::Pro).limits).clone()
        };
        assert_eq!(*table.terms(Plan::Pro).limits, expected);
        assert_eq!(table.terms(Plan::Free).limits, PlanTable::builtin().terms(Plan::Free).limits);
    }

    #[test]
    fn mistakes_in_a_file_are_named() {
        for (text, complaint) in [
            ("[gold]\nlinks = 7", "gold: there is no such plan"),
            ("[pro]\nlinx = 7", "pro: linx: there is no such limit"),
            ("[pro]\nlinks = -1", "pro: a whole number of 0 or more, or \"unlimited\""),
            ("[pro]\nlinks = \"many\"", "pro: a whole number of 0 or more, or \"unlimited\""),
            ("[pro]\nlogo = 1", "pro: invalid type: integer `1`, expected a boolean"),
            ("pro = 1", "pro: must be a table of limits"),
        ] {
            assert_eq!(PlanTable::overlaid(text).unwrap_err().to_string(), complaint, "{text}");
        }
        assert!(PlanTable::overlaid("[pro").is_err());
    }

    #[test]
    fn a_workspace_may_have_limits_of_its_own() {
        let table = PlanTable::builtin();
        let terms = table.terms_with(Plan::Pro, r#"{"links":null,"max_inches":20}"#).unwrap();
        assert_eq!(
            (terms.limits.links, terms.limits.max_inches, terms.limits.keys),
            (None, 20.0, Some(2))
        );
        assert_eq!(
            table.terms_with(Plan::Pro, "{\"linx\":1}").unwrap_err().to_string(),
            "linx: there is no such limit"
        );
        assert!(table.terms_with(Plan::Pro, "{").is_err());
    }
}
