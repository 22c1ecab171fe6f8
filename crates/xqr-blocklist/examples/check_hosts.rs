//! Checks URLs against a list: `cargo run -p xqr-blocklist --example check_hosts -- list.txt
//! https://example.com/`.

use std::fs::File;
use std::io::BufReader;

use xqr_blocklist::url::Url;
use xqr_blocklist::{Entries, Host, HostSet};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: check_hosts LIST [URL...]")?;
    let mut entries = Entries::new(BufReader::new(File::open(path)?), None, 10_000_000);
    let set = HostSet::read_from(&mut entries)?;
    let (skipped, first) = entries.passed_over();
    println!("{} hosts in {} bytes", set.len(), set.as_bytes().len());
    if skipped > 0 {
        println!("{skipped} invalid lines, the first is line {first}");
    }
    for url in arguments {
        let host = Host::of(&Url::parse(&url)?).ok_or("a URL without a host")?;
        match set.find(&host) {
            Some(listed) => println!("{url}: listed as {listed}"),
            None => println!("{url}: not listed"),
        }
    }
    Ok(())
}
