//! JSON as text for inline snapshots. `INSTA_UPDATE=no` in CI; a changed snapshot is written by hand
//! or by `cargo insta`.

use serde_json::Value;

/// The width of a line, in bytes.
const WIDTH: usize = 84;

/// Prints JSON in lines that end after a comma, with these strings replaced by names in brackets.
pub(crate) fn shown(value: &Value, names: &[(&str, &str)]) -> String {
    let mut value = value.clone();
    // Features of other crates decide whether members keep their order.
    value.sort_all_objects();
    let mut text = value.to_string();
    for (string, name) in names {
        assert!(text.contains(string), "{name} is not in {text}");
        text = text.replace(string, &format!("[{name}]"));
    }
    let (mut lines, mut line) = (Vec::new(), String::new());
    let (mut in_string, mut is_escaped) = (false, false);
    let mut part = String::new();
    for c in text.chars() {
        part.push(c);
        (in_string, is_escaped) = match c {
            _ if is_escaped => (in_string, false),
            '\\' => (in_string, true),
            '"' => (!in_string, false),
            _ => (in_string, false),
        };
        if c == ',' && !in_string {
            if !line.is_empty() && line.len() + part.len() > WIDTH {
                lines.push(std::mem::take(&mut line));
            }
            line.push_str(&std::mem::take(&mut part));
        }
    }
    if !line.is_empty() && line.len() + part.len() > WIDTH {
        lines.push(std::mem::take(&mut line));
    }
    lines.push(line + &part);
    lines.join("\n")
}
