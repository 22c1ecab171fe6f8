//! The content of a code, from the fields `data` and `payload` of a body. All dialects take the
//! same payloads and accept common other names of a field.

use serde_json::Value;
use xqr_engine::errors::{Expected, Result};
use xqr_engine::payload::{
    Email, Event, Geo, InvalidWhen, Payload, Phone, Security, Sms, Text, Url, VCard, When, Wifi,
};

use crate::forms::fields::Fields;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
/// The kind of content that a code encodes.
pub enum Kind {
    /// A URL.
    Url,
    /// Plain text.
    Text,
    /// A contact, as a vCard.
    VCard,
    /// A Wi-Fi network.
    Wifi,
    /// A draft of an e-mail.
    Email,
    /// A draft of a text message.
    Sms,
    /// A phone number.
    Phone,
    /// A place by its coordinates.
    Geo,
    /// A calendar event.
    Event,
    /// A short link of the workspace.
    Dynamic,
}

impl Kind {
    /// Every kind by the name that clients send.
    pub const ALL: [(&'static str, Self); 10] = [
        ("url", Self::Url),
        ("text", Self::Text),
        ("vcard", Self::VCard),
        ("wifi", Self::Wifi),
        ("email", Self::Email),
        ("sms", Self::Sms),
        ("phone", Self::Phone),
        ("geo", Self::Geo),
        ("event", Self::Event),
        ("dynamic", Self::Dynamic),
    ];

    /// Returns the field that holds the content.
    pub fn field(self) -> &'static str {
        match self {
            Self::Url | Self::Text => "data",
            Self::Dynamic => "link_id",
            _ => "payload",
        }
    }
}

/// Reads the content of a static kind; a dynamic one is the caller's.
pub fn content(kind: Kind, fields: &mut Fields) -> Option<String> {
    let payload = match kind {
        Kind::Url | Kind::Text => {
            fields.demand("data");
            let data = fields.text("data")?;
            if kind == Kind::Url { Url::new(data).into() } else { Text::new(data).into() }
        }
        _ => {
            fields.demand("payload");
            let mut within = fields.object("payload", "payload.")?;
            let payload = typed(kind, &mut within);
            fields.absorb(within);
            payload?
        }
    };
    let content = payload.content();
    fields.keep(content)
}

fn typed(kind: Kind, fields: &mut Fields) -> Option<Payload> {
    match kind {
        Kind::VCard => vcard(fields),
        Kind::Wifi => wifi(fields),
        Kind::Email => email(fields),
        Kind::Sms => {
            let phone = demand_text(fields, &["phone", "number"])?;
            let message = text(fields, &["message", "body"]);
            Some(message.into_iter().fold(Sms::new(phone), Sms::message).into())
        }
        Kind::Phone => Some(Phone::new(demand_text(fields, &["phone", "number"])?).into()),
        Kind::Geo => geo(fields),
        Kind::Event => event(fields),
        Kind::Url | Kind::Text | Kind::Dynamic => None,
    }
}

fn vcard(fields: &mut Fields) -> Option<Payload> {
    let mut card = VCard::new(demand_text(fields, &["name", "full_name"])?);
    let mut optional = |names: &[&str], set: fn(VCard, String) -> VCard| {
        card = text(fields, names).into_iter().fold(std::mem::take(&mut card), set);
    };
    optional(&["given_name", "first_name"], VCard::given_name);
    optional(&["family_name", "last_name"], VCard::family_name);
    optional(&["org", "organization", "company"], VCard::org);
    optional(&["title"], VCard::title);
    optional(&["url", "website"], VCard::url);
    optional(&["address"], VCard::address);
    optional(&["note"], VCard::note);
    card = several(fields, &["phone", "phones"]).into_iter().fold(card, VCard::phone);
    card = several(fields, &["email", "emails"]).into_iter().fold(card, VCard::email);
    if let Some(day) = text(fields, &["birthday"]) {
        match fields.keep(when("payload.birthday", &day)) {
            Some(When::Date(day)) => card = card.birthday(day),
            Some(When::Timestamp(_)) => fields.wrong("birthday", Expected::Date),
            None => {}
        }
    }
    Some(card.into())
}

fn wifi(fields: &mut Fields) -> Option<Payload> {
    const SECURITY: [(&str, Security); 6] = [
        ("WPA", Security::Wpa),
        ("WPA2", Security::Wpa2),
        ("WPA3", Security::Wpa3),
        ("WEP", Security::Wep),
        ("nopass", Security::Nopass),
        ("none", Security::Nopass),
    ];
    let ssid = demand_text(fields, &["ssid"])?;
    let password = text(fields, &["password"]);
    let name = if fields.has("security") { "security" } else { "encryption" };
    let unsaid = if password.is_some() { Security::Wpa2 } else { Security::Nopass };
    let security = if fields.has(name) { fields.choice(name, &SECURITY)? } else { unsaid };
    let hidden = fields.flag("hidden").unwrap_or(false);
    let wifi = Wifi::new(ssid, security).hidden(hidden);
    Some(password.into_iter().fold(wifi, Wifi::password).into())
}

fn email(fields: &mut Fields) -> Option<Payload> {
    fields.demand("to");
    let mut to = several(fields, &["to"]).into_iter();
    let first = to.next()?;
    let mut email = to.fold(Email::new(first), Email::to);
    email = several(fields, &["cc"]).into_iter().fold(email, Email::cc);
    email = several(fields, &["bcc"]).into_iter().fold(email, Email::bcc);
    email = text(fields, &["subject"]).into_iter().fold(email, Email::subject);
    Some(text(fields, &["body", "message"]).into_iter().fold(email, Email::body).into())
}

fn geo(fields: &mut Fields) -> Option<Payload> {
    let mut demand = |names: [&'static str; 2]| {
        let name = if fields.has(names[1]) { names[1] } else { names[0] };
        fields.demand(name);
        fields.number(name, f64::MIN..=f64::MAX)
    };
    let (lat, lng) = (demand(["lat", "latitude"]), demand(["lng", "longitude"]));
    let mut geo = Geo::new(lat?, lng?);
    geo = fields.number("altitude", f64::MIN..=f64::MAX).into_iter().fold(geo, Geo::altitude);
    Some(text(fields, &["label"]).into_iter().fold(geo, Geo::label).into())
}

fn event(fields: &mut Fields) -> Option<Payload> {
    let summary = demand_text(fields, &["summary", "title"]);
    let start = demand_text(fields, &["start"])
        .and_then(|start| fields.keep(when("payload.start", &start)));
    let end = text(fields, &["end"]).and_then(|end| fields.keep(when("payload.end", &end)));
    let mut event = end.into_iter().fold(Event::new(summary?, start?), Event::end);
    event = text(fields, &["location"]).into_iter().fold(event, Event::location);
    event = text(fields, &["description"]).into_iter().fold(event, Event::description);
    Some(text(fields, &["url"]).into_iter().fold(event, Event::url).into())
}

fn when(field: &str, text: &str) -> Result<When> {
    text.parse().map_err(|wrong: InvalidWhen| wrong.at(field).into())
}

/// Returns the text of the first name that was sent.
fn text(fields: &mut Fields, names: &[&str]) -> Option<String> {
    let name = names.iter().find(|name| fields.has(name))?;
    fields.text(name)
}

fn demand_text(fields: &mut Fields, names: &[&str]) -> Option<String> {
    if !names.iter().any(|name| fields.has(name)) {
        fields.demand(names[0]);
    }
    text(fields, names)
}

/// Returns the strings of all names, each of which is a string or a list of strings.
fn several(fields: &mut Fields, names: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for name in names {
        match fields.take(name) {
            None => {}
            Some(Value::String(text)) => all.push(text),
            Some(Value::Array(items))
                if items.iter().all(Value::is_string) && (1..=16).contains(&items.len()) =>
            {
                all.extend(items.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            Some(_) => fields.wrong(name, Expected::Strings { max: 16 }),
        }
    }
    all
}
