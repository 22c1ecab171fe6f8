//! The catalogue as a Markdown page.

use std::fmt::Write as _;

use crate::{Dialect, native_codes, rows_of};

/// Returns the whole catalogue as Markdown, grouped by native code. `docs/errors.md` is this text.
pub fn markdown() -> String {
    let mut out = String::from(
        "# Errors\n\n\
         <!-- Printed from the catalogue by `cargo xtask errors`; edit crates/xqr-errors/src/catalogue.rs instead. -->\n\n\
         Every refusal of the service is one row of one table, with one column per dialect. A running server shows the same\n\
         table at `GET /api/v1/errors` (JSON) and `/docs/errors` (a page per code). An asterisk marks words for which the\n\
         original service publishes nothing.\n",
    );
    for code in native_codes() {
        write!(out, "\n## {code}\n").expect("a String accepts every write");
        for row in rows_of(code) {
            write!(
                out,
                "\n### {}\n\n{}\n\n- Causes: {}\n- Fix: {}\n- Retry: {}\n\n| dialect | status | code | message |\n|---|---|---|---|\n",
                row.name, row.meaning, row.causes, row.fix, row.retry.advice(),
            )
            .expect("a String accepts every write");
            for dialect in Dialect::ALL {
                let cell = row.cell(dialect);
                let code = cell.code.map_or(String::new(), |code| format!("`{code}`"));
                let star = if cell.ours { " \\*" } else { "" };
                writeln!(
                    out,
                    "| {} | {} | {code} | {}{star} |",
                    dialect.name(),
                    cell.status,
                    cell.template.replace('|', "\\|")
                )
                .expect("a String accepts every write");
            }
        }
    }
    out
}
