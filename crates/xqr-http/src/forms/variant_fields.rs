//! Variants in the body of a link: `[{"name", "<url>", "weight"}]`. Dialects name the URL field
//! differently. The references define no variants.

use serde_json::{Value, json};
use xqr_engine::errors::Condition;
use xqr_engine::links::{self, MAX_VARIANTS, MAX_WEIGHT, NewVariant, VARIANT_NAME_CHARS};
use xqr_engine::routing::Variant;
use xqr_engine::rows::Link;

use crate::forms::fields::Fields;

/// Reads the list `variants`; `url` is what the dialect calls an address. Without a name they are
/// A, B, C and so on; without a weight, 1.
pub fn read(fields: &mut Fields, url: &str) -> Option<Vec<NewVariant>> {
    let mut found: Vec<NewVariant> = Vec::new();
    for (i, mut item) in fields.objects("variants", MAX_VARIANTS)?.into_iter().enumerate() {
        let name = if item.has("name") {
            item.line("name", VARIANT_NAME_CHARS)
        } else {
            Some(char::from(b'A' + i as u8).to_string())
        };
        item.demand(url);
        let destination = item.url(url);
        let weight =
            if item.has("weight") { item.int("weight", 1..=MAX_WEIGHT.into()) } else { Some(1) };
        if let Some(twin) = found.iter().position(|other| Some(&other.name) == name.as_ref()) {
            let (field, other) = (format!("variants[{i}].name"), format!("variants[{twin}].name"));
            item.complain(Condition::FieldConflict { field, other });
        }
        fields.absorb(item);
        if let (Some(name), Some(destination), Some(weight)) = (name, destination, weight) {
            found.push(NewVariant { name, destination, weight: weight as u32 });
        }
    }
    Some(found)
}

/// Shows a link's variants.
pub fn view(link: &Link, url: &str) -> Vec<Value> {
    let one =
        |it: Variant| json!({ "name": it.name, url: it.destination_url, "weight": it.weight });
    links::variants(link).into_iter().map(one).collect()
}
