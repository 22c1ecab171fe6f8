//! Mints a key in one of the key formats, and prints what its owner sees and what is stored:
//! `cargo run -p xqr-auth --example mint_key -- hub`.

use std::fs::File;
use std::io::Read;

use xqr_auth::{KeyFormat, SecretKey};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "xqr".to_owned());
    let format = name
        .parse::<KeyFormat>()
        .map_err(|_| "the key format must be xqr, studio, forge or hub")?;
    let mut source = File::open("/dev/urandom")?;
    let key = SecretKey::mint(format, &mut |bytes| {
        source.read_exact(bytes).expect("/dev/urandom does not end")
    });
    let digest: String = key.digest().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    println!("key     {}\nprefix  {}\ndigest  {digest}", key.expose(), key.prefix());
    Ok(())
}
