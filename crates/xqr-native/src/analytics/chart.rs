//! Reports as SVG: a line for time series, bars for everything else. The charts have no script, no
//! embedded font, and load nothing.

use std::fmt::Write as _;

use super::report::Report;

/// px.
const WIDTH: f64 = 800.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 56.0;
const LINE_HEIGHT: f64 = 340.0;
const BOTTOM: f64 = 40.0;
/// px of a bar with its gap, and of the names beside the bars.
const BAR: f64 = 30.0;
const NAMES: f64 = 190.0;
/// The most bars.
const BARS: usize = 20;
const INK: &str = "#1f2937";
const PALE: &str = "#6b7280";
const GRID: &str = "#e5e7eb";
const ACCENT: &str = "#2563eb";

pub(super) fn draw(report: &Report) -> String {
    let number = |row: &(Vec<String>, Vec<Option<i64>>)| {
        row.1.first().copied().flatten().unwrap_or_default()
    };
    let rows: Vec<(&str, i64)> = report
        .rows
        .iter()
        .map(|row| (row.0.first().map_or("", String::as_str), number(row)))
        .collect();
    let total = report.total;
    let (height, body) = if report.columns[0] == "date" {
        line(&rows)
    } else {
        bars(&rows[..rows.len().min(BARS)], total)
    };
    let title = escaped(report.title);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\" \
         aria-label=\"{title}: {total}\" font-family=\"system-ui, sans-serif\" font-size=\"12\">\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\
         <text x=\"20\" y=\"30\" font-size=\"17\" font-weight=\"600\" fill=\"{INK}\">{title}</text>\
         <text x=\"{}\" y=\"30\" text-anchor=\"end\" font-size=\"14\" fill=\"{PALE}\">{} in all</text>{body}</svg>",
        WIDTH - RIGHT,
        grouped(total),
    )
}

fn line(rows: &[(&str, i64)]) -> (f64, String) {
    let most = rows.iter().map(|(_, n)| *n).max().unwrap_or_default();
    let step = step(most);
    let top = (most.max(1) as u64).div_ceil(step) * step;
    let (floor, wide) = (LINE_HEIGHT - BOTTOM, WIDTH - LEFT - RIGHT);
    let x = |i: usize| {
        LEFT + if rows.len() > 1 { wide * i as f64 / (rows.len() - 1) as f64 } else { wide / 2.0 }
    };
    let y = |n: u64| floor - (floor - TOP) * n as f64 / top as f64;
    let mut body = String::new();
    let mut tick = 0;
    while tick <= top {
        let at = y(tick);
        put(
            &mut body,
            format_args!("<path d=\"M{LEFT} {at:.1}H{}\" stroke=\"{GRID}\"/>", WIDTH - RIGHT),
        );
        put(
            &mut body,
            format_args!(
                "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"{PALE}\">",
                LEFT - 8.0,
                at + 4.0
            ),
        );
        put(&mut body, format_args!("{}</text>", grouped(tick.cast_signed())));
        tick += step;
    }
    let mut path = String::new();
    for (i, (_, n)) in rows.iter().enumerate() {
        let (letter, n) = (if i == 0 { 'M' } else { 'L' }, n.max(&0).unsigned_abs());
        put(&mut path, format_args!("{letter}{:.1} {:.1}", x(i), y(n)));
        if rows.len() <= 62 {
            put(
                &mut body,
                format_args!(
                    "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.5\" fill=\"{ACCENT}\"/>",
                    x(i),
                    y(n)
                ),
            );
        }
    }
    if let Some(last) = rows.len().checked_sub(1) {
        put(
            &mut body,
            format_args!(
                "<path d=\"{path}V{floor}H{:.1}Z\" fill=\"{ACCENT}\" fill-opacity=\"0.12\"/>",
                x(0)
            ),
        );
        put(
            &mut body,
            format_args!(
                "<path d=\"{path}\" fill=\"none\" stroke=\"{ACCENT}\" stroke-width=\"2\" stroke-linejoin=\"round\"/>"
            ),
        );
        // Those with hours are twice as long.
        let labels = rows.len().min(if rows[0].0.len() > 10 { 4 } else { 6 });
        for label in 0..labels {
            let i = if labels > 1 { last * label / (labels - 1) } else { 0 };
            let anchor = match label {
                _ if labels == 1 => "middle",
                0 => "start",
                _ if label == labels - 1 => "end",
                _ => "middle",
            };
            let text = escaped(rows[i].0.get(..16).unwrap_or(rows[i].0)).replace('T', " ");
            let at = floor + 22.0;
            put(
                &mut body,
                format_args!(
                    "<text x=\"{:.1}\" y=\"{at}\" text-anchor=\"{anchor}\" fill=\"{PALE}\">{text}</text>",
                    x(i)
                ),
            );
        }
    }
    (LINE_HEIGHT, body)
}

fn bars(rows: &[(&str, i64)], total: i64) -> (f64, String) {
    let most = rows.iter().map(|(_, n)| *n).max().unwrap_or_default().max(1) as f64;
    let (wide, mut body) = (WIDTH - NAMES - RIGHT - 80.0, String::new());
    for (i, (name, n)) in rows.iter().enumerate() {
        let (at, long) = (TOP + BAR * i as f64, wide * (*n).max(0) as f64 / most);
        let text = if name.chars().count() > 26 {
            name.chars().take(25).chain(['…']).collect()
        } else {
            (*name).to_owned()
        };
        let middle = at + 15.0;
        put(
            &mut body,
            format_args!(
                "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\" fill=\"{INK}\">{}</text>",
                NAMES - 10.0,
                escaped(&text)
            ),
        );
        put(
            &mut body,
            format_args!(
                "<rect x=\"{NAMES}\" y=\"{at}\" width=\"{long:.1}\" height=\"22\" rx=\"3\" fill=\"{ACCENT}\"/>"
            ),
        );
        let end = NAMES + long + 8.0;
        put(
            &mut body,
            format_args!(
                "<text x=\"{end:.1}\" y=\"{middle}\" fill=\"{PALE}\">{}</text>",
                grouped(*n)
            ),
        );
    }
    if rows.is_empty() {
        put(
            &mut body,
            format_args!("<text x=\"20\" y=\"{}\" fill=\"{PALE}\">No scans.</text>", TOP + 15.0),
        );
    }
    let (lines, others) =
        (rows.len().max(1) as f64, total - rows.iter().map(|(_, n)| n).sum::<i64>());
    if others > 0 {
        let at = TOP + BAR * lines + 15.0;
        put(
            &mut body,
            format_args!(
                "<text x=\"{}\" y=\"{at}\" text-anchor=\"end\" fill=\"{PALE}\">others</text>",
                NAMES - 10.0
            ),
        );
        put(
            &mut body,
            format_args!(
                "<text x=\"{NAMES}\" y=\"{at}\" fill=\"{PALE}\">{}</text>",
                grouped(others)
            ),
        );
        return (TOP + BAR * (lines + 1.0) + 20.0, body);
    }
    (TOP + BAR * lines + 20.0, body)
}

/// Returns a step of 1, 2 or 5 times a power of ten that leads to `most` in at most five.
fn step(most: i64) -> u64 {
    let least = most.max(1).unsigned_abs().div_ceil(5);
    let mut power = 1;
    loop {
        if let Some(step) = [power, 2 * power, 5 * power].into_iter().find(|step| *step >= least) {
            return step;
        }
        power *= 10;
    }
}

fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) && !text.ends_with('-') {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// Characters that XML has no place for go; the others of its own are written as it wants them.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

fn put(text: &mut String, more: std::fmt::Arguments<'_>) {
    text.write_fmt(more).expect("a string takes what is written to it");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn steps_are_round() {
        for (most, expected) in
            [(0, 1), (1, 1), (5, 1), (6, 2), (11, 5), (100, 20), (101, 50), (1_000_000, 200_000)]
        {
            assert_eq!(step(most), expected, "{most}");
        }
        assert_eq!(
            (grouped(1_234_567), grouped(999), grouped(0)),
            ("1 234 567".to_owned(), "999".to_owned(), "0".to_owned())
        );
    }

    proptest! {
        #[test]
        fn every_chart_is_xml_with_its_texts(names in prop::collection::vec(".{0,30}|<script>&\"'", 0..30), n in 0..i64::MAX / 100) {
            for column in ["date", "name"] {
                let rows = names.iter().map(|name| (vec![name.clone()], vec![Some(n)])).collect();
                let svg = draw(&Report { title: "Scans", name: "scans", columns: vec![column, "scans"], rows, total: n });
                let document = roxmltree::Document::parse(&svg).map_err(|e| TestCaseError::fail(format!("{e}: {svg}")))?;
                let tags = document.descendants().filter(|node| node.is_element()).map(|node| node.tag_name().name());
                let known = ["svg", "rect", "text", "path", "circle"];
                prop_assert!(tags.clone().all(|tag| known.contains(&tag)), "{:?}", tags.collect::<Vec<_>>());
            }
        }
    }
}
