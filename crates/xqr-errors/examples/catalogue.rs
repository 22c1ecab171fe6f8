//! Prints every native code with the statuses of its rows in the four dialects:
//! `cargo run -p xqr-errors --example catalogue`.

use xqr_errors::{Dialect, native_codes, rows_of};

fn main() {
    for code in native_codes() {
        println!("{code}");
        for row in rows_of(code) {
            let statuses = Dialect::ALL.map(|dialect| row.cell(dialect).status.to_string());
            println!("  {:<22} {}", row.name, statuses.join(" "));
        }
    }
}
