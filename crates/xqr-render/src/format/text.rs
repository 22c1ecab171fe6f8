//! Text for terminals: two rows of modules a line, light ones as blocks, as a dark terminal shows
//! them best.

use std::io::Write;

use super::failure::Failure;
use crate::canvas::Canvas;

/// The least quiet zone in modules: a terminal's own background is none.
const QUIET: u32 = 2;

pub(super) fn write(canvas: &Canvas, out: &mut impl Write) -> Result<(), Failure> {
    let modules = &canvas.modules;
    let quiet = canvas.quiet_zone.max(QUIET);
    let side = modules.size() + 2 * quiet;
    let inside = |at: u32| at.checked_sub(quiet).filter(|at| *at < modules.size());
    let is_light = |x: u32, y: u32| match (inside(x), inside(y)) {
        (Some(x), Some(y)) => modules.flat_color(x, y) == 0,
        _ => y < side,
    };
    for y in (0..side).step_by(2) {
        let line: String = (0..side)
            .map(|x| match (is_light(x, y), is_light(x, y + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            })
            .collect();
        writeln!(out, "{line}")?;
    }
    Ok(())
}
