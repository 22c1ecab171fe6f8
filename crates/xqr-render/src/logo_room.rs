//! Room for logos: a slightly larger symbol, where that keeps error correction for dirt and
//! cameras.

use xqr_errors::Result;

use crate::design::{ClearZone, Design, Logo};
use crate::modules::{in_clear_zone, logo_size};
use crate::symbol::{Damage, Encoding, Symbol};

/// What a logo may spend of the error correction and leave 40 % for dirt and cameras.
pub(crate) const GOOD_DAMAGE: f64 = 0.6;

/// How many versions more a logo may cost.
const MORE_VERSIONS: u8 = 3;

impl Design {
    /// Encodes `text`. Under a logo that would spend more than 60 % of the error correction, the
    /// symbol grows by up to three versions until the logo spends less, unless `encoding` forces a
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

/// Returns what a logo costs a symbol. One that covers modules costs as much as one for which they
/// give way.
pub(crate) fn damage(symbol: &Symbol, logo: &Logo) -> Damage {
    let size = logo_size(logo, symbol.size());
    let zone = if logo.clear_zone == ClearZone::None { ClearZone::Square } else { logo.clear_zone };
    symbol.damage(|x, y| in_clear_zone(zone, symbol.size(), size, x, y))
}
