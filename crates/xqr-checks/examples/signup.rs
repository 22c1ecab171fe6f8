//! Checks the fields of a sign-up form: `cargo run -p xqr-checks --example signup --
//! ann@example.com Ann`.

use xqr_checks::{Text, email, text};
use xqr_errors::{Condition, Error, Result};

fn check(address: &str, name: &str) -> Result<()> {
    let wrong: Vec<Condition> = [
        email(address).map_err(|wrong| wrong.at("email")),
        text(name, Text::line(100)).map_err(|wrong| wrong.at("name")),
    ]
    .into_iter()
    .filter_map(std::result::Result::err)
    .collect();
    if wrong.is_empty() { Ok(()) } else { Err(Error::all(wrong)) }
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "ann@example.com".to_owned());
    let name = arguments.next().unwrap_or_else(|| "Ann".to_owned());
    check(&address, &name)?;
    println!("{name} <{address}> can sign up");
    Ok(())
}
