//! Values of settings that serde does not read by itself.

use ipnet::IpNet;
use serde::Deserialize as _;
use toml::Value;
use xqr_blocklist::Host;

pub(super) fn networks<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<IpNet>, D::Error> {
    let parse = |text: &String| {
        text.parse::<IpNet>()
            .or_else(|_| text.parse().map(|ip: std::net::IpAddr| IpNet::from(ip)))
            .map_err(|_| serde::de::Error::custom(format!("'{text}' is not an address or network")))
    };
    Vec::<String>::deserialize(deserializer)?.iter().map(parse).collect()
}

pub(super) fn hosts<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Host>, D::Error> {
    let parse = |text: &String| text.parse::<Host>().map_err(|_| format!("'{text}' is not a host"));
    Vec::<String>::deserialize(deserializer)?
        .iter()
        .map(parse)
        .collect::<Result<_, _>>()
        .map_err(serde::de::Error::custom)
}

/// Reads origins as browsers write them, because they are compared letter by letter.
pub(super) fn origins<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<String>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let is_origin = |text: &str| {
        // A browser sends no pattern, so a pattern would match nothing.
        !text.contains('*')
            && url::Url::parse(text).is_ok_and(|url| url.origin().ascii_serialization() == text)
    };
    match texts.iter().find(|text| *text != "*" && !is_origin(text)) {
        Some(text) => Err(serde::de::Error::custom(format!(
            "'{text}' is not an origin such as https://app.example.com"
        ))),
        None => Ok(texts),
    }
}

/// Reads port numbers, which the environment writes as texts.
pub(super) fn port_list<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<u16>, D::Error> {
    let port = |value: &Value| match value {
        Value::Integer(port) => u16::try_from(*port).ok(),
        Value::String(port) => port.parse().ok(),
        _ => None,
    };
    let read = |value: &Value| {
        port(value).ok_or_else(|| serde::de::Error::custom(format!("{value} is not a port")))
    };
    Vec::<Value>::deserialize(deserializer)?.iter().map(read).collect()
}
