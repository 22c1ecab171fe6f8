//! The fields of a dynamic QR (reference, section 11.1).

use xqr_engine::destinations::slug::Shape;
use xqr_engine::links::NewLink;
use xqr_http::Fields;
use xqr_http::forms::variant_fields;

/// Characters of a dynamic QR's name.
pub(crate) const NAME_CHARS: usize = 120;
/// The field of a destination, also of a variant.
pub(crate) const DESTINATION: &str = "destination_url";

/// Reads a new dynamic QR. Complaints stay in `fields`.
pub(crate) fn read_new(fields: &mut Fields) -> Option<NewLink> {
    fields.demand("name");
    let name = fields.line("name", NAME_CHARS);
    fields.demand("destination_url");
    let destination = fields.url("destination_url");
    let variants = variant_fields::read(fields, DESTINATION).unwrap_or_default();
    let sticky = fields.flag("sticky").unwrap_or(false);
    Some(NewLink {
        name: Some(name?),
        shape: Shape::Medium,
        capped: true,
        variants,
        sticky,
        ..NewLink::new(destination?)
    })
}
