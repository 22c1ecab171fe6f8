//! Logo room: a symbol grows a little under a logo, to keep error correction for dirt and cameras.

use crate::design::{ClearZone, Design, Logo};
use crate::error::Result;
use crate::module_shapes::{in_clear_zone, logo_size};
use crate::symbol::{Damage, Encoding, Symbol};

/// The share of the error correction that a logo may use, which leaves 40 % for dirt and cameras.
pub(crate) const GOOD_DAMAGE: f64 = 0.6;

/// By how many versions a symbol may grow under a logo.
const MORE_VERSIONS: u8 = 3;

impl Design {
    /// Encodes `text`. Under a logo that would use more than 60 % of the error correction, the
    /// symbol grows by up to three versions until the logo uses less, unless `encoding` forces a
    /// version.
    ///
    /// # Errors
    ///
    /// As [`Encoding::encode`].
    pub fn encode(&self, text: &str, encoding: Encoding) -> Result<Symbol> {
        let smallest = encoding.encode(text)?;
        let Some(logo) = self.logo.as_ref().filter(|_| !encoding.forces_version()) else {
            return Ok(smallest);
        };
        let roomy = |symbol: &Symbol| damage(symbol, logo).worst <= GOOD_DAMAGE;
        if roomy(&smallest) {
            return Ok(smallest);
        }
        let larger = smallest.version() + 1..=(smallest.version() + MORE_VERSIONS).min(40);
        let larger = larger.filter_map(|version| encoding.version(version).encode(text).ok());
        Ok(larger.into_iter().find(roomy).unwrap_or(smallest))
    }
}

/// Returns the damage of a logo to a symbol. A logo that covers modules costs the same as one
/// around which they are left out.
pub(crate) fn damage(symbol: &Symbol, logo: &Logo) -> Damage {
    let size = logo_size(logo, symbol.size());
    let zone = if logo.clear_zone == ClearZone::None { ClearZone::Square } else { logo.clear_zone };
    symbol.damage(|x, y| in_clear_zone(zone, symbol.size(), size, x, y))
}
