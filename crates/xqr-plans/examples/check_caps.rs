//! Checks what a workspace may do: `cargo run --example check_caps`.

use xqr_plans::{Capped, Plan, PlanTable};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let table = PlanTable::builtin();
    for plan in Plan::ALL {
        let verdict = table.terms(plan).check(Capped::Links, 450, 100);
        match verdict {
            Ok(()) => println!("{plan}: 100 more links are allowed"),
            Err(error) => println!("{plan}: {error}"),
        }
    }
    Ok(())
}
