//! A report as data, and as CSV whose cells a spreadsheet does not run as formulas.

/// Rows of texts and numbers.
pub(super) struct Report {
    /// What stands above the chart.
    pub(super) title: &'static str,
    /// What the file is called.
    pub(super) name: &'static str,
    /// The names of the texts, and then of the numbers.
    pub(super) columns: Vec<&'static str>,
    pub(super) rows: Vec<(Vec<String>, Vec<Option<i64>>)>,
    /// Scans in all, also of what has no row.
    pub(super) total: i64,
}

impl Report {
    /// Returns the report as RFC 4180 has it.
    pub(super) fn csv(&self) -> String {
        let mut rows = vec![self.columns.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()];
        for (texts, numbers) in &self.rows {
            let numbers = numbers
                .iter()
                .map(|number| number.map(|number| number.to_string()).unwrap_or_default());
            rows.push(texts.iter().map(|text| harmless(text)).chain(numbers).collect());
        }
        let lines = rows
            .iter()
            .map(|row| row.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + "\r\n");
        lines.collect()
    }
}

/// Takes from a string what makes a spreadsheet run it (OWASP, CSV injection), by an apostrophe
/// before it.
fn harmless(text: &str) -> String {
    let runs = |c: char| {
        matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠')
    };
    if text.starts_with(runs) { format!("'{text}") } else { text.to_owned() }
}

/// Quotes also what parts cells in spreadsheets of other locales, which the crate `csv` leaves as
/// it is: behind a semicolon a formula would begin a cell.
fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\r', '\n', ';', '\t']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_that_a_spreadsheet_would_run() {
        for text in [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "＝1", "＋1", "－1",
            "＠1",
        ] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        assert_eq!(harmless("a=1"), "a=1");
    }

    proptest! {
        #[test]
        fn columns_survive_a_parser(texts in prop::collection::vec(".*|[=+@,;\"\r\n\t-]{0,8}", 1..20)) {
            let rows = texts.iter().map(|text| (vec![text.clone()], vec![Some(7), None])).collect();
            let report = Report { title: "", name: "", columns: vec!["text", "n", "m"], rows, total: 0 };
            let csv = report.csv();
            let mut reader = csv::Reader::from_reader(csv.as_bytes());
            let read: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
            prop_assert_eq!(read.len(), texts.len());
            for (record, text) in read.iter().zip(&texts) {
                prop_assert_eq!(record.len(), 3);
                prop_assert_eq!(&record[0], harmless(text));
                prop_assert_eq!((&record[1], &record[2]), ("7", ""));
            }
        }
    }
}
