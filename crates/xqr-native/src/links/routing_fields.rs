//! `routing_rules` in the body of a link (xQR reference, section 11). Complaints name the path of
//! the invalid value, such as `routing_rules[1].conditions.countries[0]`.

use jiff::tz::TimeZone;
use serde_json::Value;
use xqr_engine::errors::{Condition, Expected, Instead};
use xqr_engine::links::{MAX_RULES, NewRule};
use xqr_engine::routing::{Conditions, CountryMode, Hours, WEEKDAYS, parse_country};
use xqr_engine::runtime::time_format::rfc3339;

use xqr_http::forms::fields::Fields;

const ITEMS: usize = 250;
const DEVICES: [&str; 3] = ["mobile", "tablet", "desktop"];
const SYSTEMS: [&str; 6] = ["Android", "iOS", "Windows", "macOS", "Linux", "ChromeOS"];
const MODES: [(&str, CountryMode); 2] =
    [("include", CountryMode::Include), ("exclude", CountryMode::Exclude)];

/// Reads the list. A condition that is not known is refused: passed over, it would lead everybody
/// away.
pub(super) fn read(fields: &mut Fields) -> Option<Vec<NewRule>> {
    let mut rules = Vec::new();
    for (index, mut item) in fields.objects("routing_rules", MAX_RULES)?.into_iter().enumerate() {
        item.demand("destination");
        let destination = item.url("destination");
        let usual = i64::try_from(index).unwrap_or_default() + 1;
        let priority = if item.has("priority") {
            item.int("priority", -1_000_000..=1_000_000)
        } else {
            Some(usual)
        };
        let within = if item.has("conditions") {
            item.object("conditions", &item.name("conditions."))
        } else {
            None
        };
        let conditions = within.map_or_else(Conditions::default, |mut within| {
            let conditions = conditions(&mut within);
            within.refuse_the_rest(&Instead::RuleCondition);
            item.absorb(within);
            conditions
        });
        item.refuse_the_rest(&Instead::RuleMember);
        fields.absorb(item);
        if let (Some(destination), Some(priority)) = (destination, priority) {
            rules.push(NewRule { destination, priority, conditions });
        }
    }
    Some(rules)
}

fn conditions(fields: &mut Fields) -> Conditions {
    let countries = checked(fields, "countries", &Expected::CountryCode, |text| {
        parse_country(text).map(|code| code.iter().map(|byte| char::from(*byte)).collect())
    });
    Conditions {
        country_mode: fields.choice("country_mode", &MODES),
        device_types: one_of(fields, "device_types", &DEVICES),
        languages: checked(fields, "languages", &Expected::PrimaryLanguage, |text| {
            let good = (2..=8).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_alphabetic());
            good.then(|| text.to_ascii_lowercase())
        }),
        operating_systems: one_of(fields, "operating_systems", &SYSTEMS),
        referrers: checked(fields, "referrers", &Expected::Host, |text| {
            let good = !text.is_empty()
                && text.len() <= 253
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
            good.then(|| text.to_ascii_lowercase())
        }),
        hours: hours(fields),
        weekdays: one_of(fields, "weekdays", &WEEKDAYS),
        time_zone: time_zone(fields),
        percentage: fields.number("percentage", 0.0..=100.0),
        sticky: fields.flag("sticky"),
        starts_at: fields.moment("starts_at").map(rfc3339),
        expires_at: fields.moment("expires_at").map(rfc3339),
        countries,
    }
}

fn hours(fields: &mut Fields) -> Option<Hours> {
    let mut within = fields.object("hours", &fields.name("hours."))?;
    within.demand("start");
    let start = within.int("start", 0..=23);
    within.demand("end");
    let end = within.int("end", 0..=24);
    within.refuse_the_rest(&Instead::HoursBound);
    fields.absorb(within);
    Some(Hours { start: start? as u8, end: end? as u8 })
}

pub(crate) fn time_zone(fields: &mut Fields) -> Option<String> {
    let name = fields.text("time_zone")?;
    match TimeZone::get(&name).ok().and_then(|zone| zone.iana_name().map(str::to_owned)) {
        Some(name) => Some(name),
        None => {
            fields.wrong("time_zone", Expected::TimeZone);
            None
        }
    }
}

/// Reads a list of names, each of which is known.
fn one_of(fields: &mut Fields, field: &str, known: &[&str]) -> Option<Vec<String>> {
    let expected = Expected::OneOf { names: known.join(", ") };
    checked(fields, field, &expected, |text| {
        known.iter().find(|name| name.eq_ignore_ascii_case(text)).map(|name| (*name).to_owned())
    })
}

/// Reads a list of texts that `read` takes, at least one.
fn checked(
    fields: &mut Fields,
    field: &str,
    expected: &Expected,
    read: impl Fn(&str) -> Option<String>,
) -> Option<Vec<String>> {
    let items = fields.list(field, 1, ITEMS)?;
    let mut found = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        match item.as_str().and_then(&read) {
            Some(text) => found.push(text),
            None => fields.complain(Condition::FieldTypeWrong {
                field: fields.name(&format!("{field}[{index}]")),
                expected: match item {
                    Value::String(_) => expected.clone(),
                    _ => Expected::String,
                },
            }),
        }
    }
    Some(found)
}
