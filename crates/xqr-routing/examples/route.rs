//! Routes a visitor by rules, and splits visitors among variants: `cargo run --example route`.

use xqr_routing::{Router, Split, Stickiness, Visit, draw_of, parse_rules, parse_variants};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rules = parse_rules(
        r#"[{"destination": "https://example.com/phones", "priority": 1,
             "conditions": {"device_types": ["mobile"]}}]"#,
    )?;
    let agent = b"Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/130.0 Mobile Safari/537.36";
    let visit = Visit {
        country: None,
        user_agent: agent,
        languages: b"en",
        referrer: b"",
        at: 0,
        draw: &|_: Stickiness, _: usize| 0,
    };
    let location = Router::new(&rules).and_then(|router| router.route(&visit).cloned());
    println!("{location:?}");

    let variants = parse_variants(
        r#"[{"name": "A", "destination_url": "https://example.com/a", "weight": 3},
            {"name": "B", "destination_url": "https://example.com/b", "weight": 1}]"#,
    )?;
    if let Some(split) = Split::new(variants, true) {
        let draw = draw_of(1, Some([203, 0, 113, 9].into()), agent);
        println!("{:?}", split.serve(draw));
    }
    Ok(())
}
