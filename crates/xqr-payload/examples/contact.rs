//! Prints the vCard of a contact: `cargo run -p xqr-payload --example contact -- "Ann Lee"
//! ann@example.com`.

use xqr_payload::VCard;
use xqr_payload::errors::Result;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "Ann Lee".to_owned());
    let card = arguments.fold(VCard::new(name), VCard::email);
    println!("{}", card.content()?);
    Ok(())
}
