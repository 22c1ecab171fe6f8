//! Limits on the fields of a link, for every caller of the use case. Dialects that name fields to
//! clients check earlier.

use std::collections::HashSet;

use xqr_checks::{Text, list, number, text};
use xqr_errors::{Condition, Error, Result};

use super::{Edit, NewLink, NewRule, NewVariant};

/// The most labels of one link.
pub const MAX_LABELS: usize = 10;
/// The most characters of a label.
pub const LABEL_CHARS: usize = 64;
/// The most variants of one link.
pub const MAX_VARIANTS: usize = 10;
/// The most characters of a variant's name.
pub const VARIANT_NAME_CHARS: usize = 40;
/// The largest weight of a variant.
pub const MAX_WEIGHT: u32 = 1000;
/// The most routing rules of one link.
pub const MAX_RULES: usize = 20;
/// The most characters of a link's name.
pub const NAME_CHARS: usize = 200;

/// Checks a new link.
pub(super) fn check_draft(draft: &NewLink) -> Result<()> {
    check(draft.name.as_deref(), Some(&draft.labels), Some(&draft.variants), Some(&draft.rules))
}

/// Checks an edit.
pub(super) fn check_edit(edit: &Edit) -> Result<()> {
    check(
        edit.name.as_deref(),
        edit.labels.as_deref(),
        edit.variants.as_deref(),
        edit.rules.as_deref(),
    )
}

fn check(
    name: Option<&str>,
    labels: Option<&[String]>,
    variants: Option<&[NewVariant]>,
    rules: Option<&[NewRule]>,
) -> Result<()> {
    let mut found: Vec<Condition> = Vec::new();
    let mut note = |result: xqr_checks::Result, field: &str| {
        found.extend(result.err().map(|violation| violation.at(field)));
    };
    if let Some(name) = name {
        note(text(name, Text::line(NAME_CHARS)), "name");
    }
    let labels = labels.unwrap_or_default();
    note(list(labels, 0..=MAX_LABELS), "labels");
    for label in labels {
        note(text(label, Text::line(LABEL_CHARS)), "labels");
    }
    let variants = variants.unwrap_or_default();
    note(list(variants, 0..=MAX_VARIANTS), "variants");
    for variant in variants {
        note(text(&variant.name, Text::line(VARIANT_NAME_CHARS)), "variants");
        note(number(variant.weight, 1..=MAX_WEIGHT), "variants");
    }
    note(list(rules.unwrap_or_default(), 0..=MAX_RULES), "routing_rules");
    let mut names = HashSet::new();
    if !variants.iter().all(|variant| names.insert(variant.name.as_str())) {
        let field = "variants".to_owned();
        found.push(Condition::FieldConflict { other: field.clone(), field });
    }
    if found.is_empty() { Ok(()) } else { Err(Error::all(found)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::destinations::Destination;

    fn draft() -> NewLink {
        NewLink::new("https://example.com/".parse::<Destination>().unwrap())
    }

    fn variant(name: &str, weight: u32) -> NewVariant {
        let destination = "https://example.com/".parse::<Destination>().unwrap();
        NewVariant { name: name.to_owned(), destination, weight }
    }

    #[test]
    fn a_link_within_the_bounds_passes() {
        let labels = vec!["a".repeat(LABEL_CHARS); MAX_LABELS];
        let variants = vec![variant("A", 1), variant(&"b".repeat(VARIANT_NAME_CHARS), MAX_WEIGHT)];
        let name = Some("n".repeat(NAME_CHARS));
        check_draft(&NewLink { labels, variants, name, ..draft() }).unwrap();
    }

    #[test]
    fn every_bound_is_checked() {
        let many = |n| (0..n).map(|i| variant(&i.to_string(), 1)).collect::<Vec<_>>();
        for (draft, wanted) in [
            (NewLink { labels: vec!["a".into(); MAX_LABELS + 1], ..draft() }, "labels"),
            (NewLink { labels: vec!["a".repeat(LABEL_CHARS + 1)], ..draft() }, "labels"),
            (NewLink { labels: vec!["a\0".into()], ..draft() }, "labels"),
            (NewLink { labels: vec![" ".into()], ..draft() }, "labels"),
            (NewLink { name: Some(String::new()), ..draft() }, "name"),
            (NewLink { name: Some("n".repeat(NAME_CHARS + 1)), ..draft() }, "name"),
            (NewLink { variants: many(MAX_VARIANTS + 1), ..draft() }, "variants"),
            (NewLink { variants: vec![variant("A", 0)], ..draft() }, "variants"),
            (NewLink { variants: vec![variant("A", MAX_WEIGHT + 1)], ..draft() }, "variants"),
            (NewLink { variants: vec![variant("", 1)], ..draft() }, "variants"),
            (NewLink { variants: vec![variant("A", 1), variant("A", 2)], ..draft() }, "variants"),
        ] {
            let error = check_draft(&draft).unwrap_err();
            assert_eq!(error.conditions().len(), 1, "{error}");
            assert!(error.to_string().contains(wanted), "{error}");
        }
    }
}
