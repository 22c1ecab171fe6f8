//! The plain look: black squares on white.

use xqr_errors::{Condition, Result};

use crate::Symbol;

/// A plain picture: black modules on white.
#[derive(Debug, Clone, Copy)]
pub struct Plain {
    /// The side of a module in px, 1 to 50.
    pub module_px: u32,
    /// The light margin in modules, 0 to 16. ISO/IEC 18004 clause 5.3.8 asks for 4.
    pub quiet_zone: u32,
}

impl Plain {
    /// Returns the side of the picture in modules, quiet zone included.
    pub(crate) fn modules(&self, symbol: &Symbol) -> u32 {
        symbol.size() + 2 * self.quiet_zone
    }

    /// Returns the side of the picture in px.
    pub fn side(&self, symbol: &Symbol) -> u32 {
        self.modules(symbol) * self.module_px
    }

    /// Refuses sizes out of range before anything is drawn.
    pub(crate) fn check(&self) -> Result<()> {
        let field = |name: &str| name.to_owned();
        if self.module_px < 1 {
            return Err(Condition::NumberTooSmall { field: field("size"), min: "1".into() }.into());
        }
        if self.module_px > 50 {
            return Err(Condition::NumberTooLarge { field: field("size"), max: "50".into() }.into());
        }
        if self.quiet_zone > 16 {
            return Err(Condition::NumberTooLarge { field: field("quiet_zone"), max: "16".into() }.into());
        }
        Ok(())
    }
}
