//! Scannability: whether cameras read a design, known before it is printed.
//!
//! [`assess`] looks at colours, margins and covered modules and costs microseconds. [`verify`] also
//! encodes the text with a second encoder, draws the picture at a small size, and reads it with a
//! decoder.

#[cfg(feature = "verify")]
mod decode;

use crate::canvas::Canvas;
use crate::design::{Design, EyeBorder, EyeCenter, Paint, Pattern, Rgba};
use crate::error::{Error, Result};
use crate::logo_room::{GOOD_DAMAGE, damage};
use crate::names::names;
#[cfg(feature = "verify")]
use crate::size::{Caps, Size};
use crate::symbol::Symbol;

/// The verdict on a design. `Good < Risky < Unreadable`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It scans.
    Good,
    /// It scans where light, camera and print are good.
    Risky,
    /// It does not scan, or only by luck.
    Unreadable,
}

names!(Verdict {
    Good => "good",
    Risky => "risky",
    Unreadable => "unreadable",
});

/// A problem that a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The name of the check: `contrast`, `quiet_zone`, `logo`, `polarity`, `pattern`, `eyes`,
    /// `background`, `module_size`, `encode`, `decode`.
    pub check: &'static str,
    /// How bad it is.
    pub verdict: Verdict,
    /// The reason, as a sentence.
    pub reason: String,
}

/// The result of all checks.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The worst verdict of all findings.
    pub verdict: Verdict,
    /// The problems; empty for a good design.
    pub findings: Vec<Finding>,
    /// The least contrast between anything dark and anything light, 1 to 21 (WCAG 2.2, contrast
    /// ratio).
    pub contrast: f64,
    /// The quiet zone in modules.
    pub quiet_zone: u32,
    /// Modules that a logo covers.
    pub covered_modules: u32,
    /// The share of its error correction that the worst block uses for covered modules; above 1.0 it
    /// cannot be read.
    pub damage: f64,
    /// The size of a module in px.
    pub module_px: f64,
    /// Whether a second encoder gives the same modules; `None` after [`assess`].
    pub encoded: Option<bool>,
    /// Whether a decoder read the text from the picture; `None` after [`assess`].
    pub decoded: Option<bool>,
}

impl Report {
    fn find(&mut self, check: &'static str, verdict: Verdict, reason: impl Into<String>) {
        self.findings.push(Finding { check, verdict, reason: reason.into() });
        self.verdict = self.verdict.max(verdict);
    }

    /// Returns the reasons of the worst findings, one sentence after the other.
    pub fn reasons(&self) -> String {
        let worst = self.findings.iter().filter(|finding| finding.verdict == self.verdict);
        worst.map(|finding| finding.reason.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Refuses an unreadable design.
    ///
    /// # Errors
    ///
    /// [`Error::Unscannable`] with the reasons.
    pub fn demand(&self) -> Result<()> {
        match self.verdict {
            Verdict::Unreadable => Err(Error::Unscannable { reasons: self.reasons() }),
            Verdict::Good | Verdict::Risky => Ok(()),
        }
    }
}

/// Below this contrast, cameras confuse light and dark modules in poor light.
const GOOD_CONTRAST: f64 = 4.0;
const LEAST_CONTRAST: f64 = 2.0;

/// Assesses a design without drawing it.
///
/// ```
/// use xqr_render::{Canvas, Caps, Design, Level, Rgba, Size, Symbol, Verdict, assess};
///
/// let symbol = Symbol::encode("https://example.com/", Level::M)?;
/// let design = Design::new().foreground(Rgba::opaque(0xff, 0xf0, 0));
/// let canvas = Canvas::new(&symbol, &design, Size::Module(8), &Caps::new())?;
/// let report = assess(&symbol, &design, &canvas);
/// assert_eq!((report.verdict, report.findings[0].check), (Verdict::Unreadable, "contrast"));
/// # Ok::<(), xqr_render::Error>(())
/// ```
pub fn assess(symbol: &Symbol, design: &Design, canvas: &Canvas) -> Report {
    let mut report = Report {
        verdict: Verdict::Good,
        findings: Vec::new(),
        contrast: 0.0,
        quiet_zone: design.quiet_zone,
        covered_modules: 0,
        damage: 0.0,
        module_px: canvas.scale(),
        encoded: None,
        decoded: None,
    };
    check_colors(design, &mut report);
    check_quiet_zone(design, &mut report);
    check_logo(symbol, design, &mut report);
    check_shapes(design, &mut report);
    report
}

/// Assesses a design and verifies it: a second encoder must give the same modules for `text`, and a
/// decoder must read `text` from a small picture of the design.
///
/// # Errors
///
/// As [`Canvas::new`].
#[cfg(feature = "verify")]
pub fn verify(symbol: &Symbol, design: &Design, canvas: &Canvas, text: &str) -> Result<Report> {
    let mut report = assess(symbol, design, canvas);
    let encoded = symbol.agrees_with_reference(text);
    report.encoded = Some(encoded);
    if !encoded {
        let reason = "A second encoder draws other modules for the content.";
        report.find("encode", Verdict::Unreadable, reason);
    }
    let small = Canvas::new(symbol, design, Size::Pixels(decode::side(canvas)), &Caps::default())?;
    let read = decode::read(&small);
    report.decoded = Some(read.as_deref() == Some(text));
    match read {
        Some(read) if read == text => {}
        Some(_) => report.find(
            "decode",
            Verdict::Unreadable,
            "A decoder reads something else than the content.",
        ),
        None => report.find("decode", Verdict::Unreadable, "A decoder cannot read the picture."),
    }
    Ok(report)
}

/// Contrast ratio of WCAG 2.2: 1 to 21.
fn contrast(a: Rgba, b: Rgba) -> f64 {
    let (a, b) = (a.luminance() + 0.05, b.luminance() + 0.05);
    a.max(b) / a.min(b)
}

fn check_colors(design: &Design, report: &mut Report) {
    let paper = design.background.over(Rgba::WHITE);
    if !design.background.is_opaque() {
        let reason = "The background is transparent: print the code on a light, even surface.";
        report.find("background", Verdict::Risky, reason);
    }
    // A backdrop may be black in one place and white in another.
    let veil = design.backdrop.as_ref().map_or(0.0, |backdrop| backdrop.opacity);
    let papers = [Rgba::BLACK, Rgba::WHITE].map(|extreme| extreme.faded(veil).over(paper));
    let [border, center] = design.eye_paints();
    let inks = [design.foreground, border, center].into_iter().flat_map(Paint::extremes);
    let pairs = inks.flat_map(|ink| papers.map(|paper| (ink.over(paper), paper)));
    let pairs: Vec<(Rgba, Rgba)> = pairs.collect();
    report.contrast =
        pairs.iter().map(|(ink, paper)| contrast(*ink, *paper)).fold(f64::MAX, f64::min);
    let lighter = pairs.iter().filter(|(ink, paper)| ink.luminance() > paper.luminance()).count();
    if lighter == pairs.len() {
        let reason =
            "The code is light on dark: some scanners, and older phones, read dark on light only.";
        report.find("polarity", Verdict::Risky, reason);
    } else if lighter > 0 {
        report.find(
            "polarity",
            Verdict::Unreadable,
            "Some parts are lighter than the background and others darker.",
        );
    }
    // Rounded down, so that a contrast below a bound does not look like the bound.
    let found = format!(
        "The contrast between code and background is {:.1} : 1",
        (report.contrast * 10.0).floor() / 10.0
    );
    if report.contrast < LEAST_CONTRAST {
        report.find(
            "contrast",
            Verdict::Unreadable,
            format!("{found}; scanners need {LEAST_CONTRAST} : 1 at the very least."),
        );
    } else if report.contrast < GOOD_CONTRAST {
        report.find(
            "contrast",
            Verdict::Risky,
            format!("{found}; {GOOD_CONTRAST} : 1 or more is safe."),
        );
    }
}

fn check_quiet_zone(design: &Design, report: &mut Report) {
    let quiet = design.quiet_zone;
    let modules = if quiet == 1 { "module" } else { "modules" };
    let reason = format!("The quiet zone is {quiet} {modules} wide; the standard asks for 4.");
    match quiet {
        0 if design.frame.is_some() => report.find("quiet_zone", Verdict::Unreadable, reason),
        0 | 1 => report.find("quiet_zone", Verdict::Risky, reason),
        _ => {}
    }
}

fn check_logo(symbol: &Symbol, design: &Design, report: &mut Report) {
    let Some(logo) = &design.logo else { return };
    let damage = damage(symbol, logo);
    (report.covered_modules, report.damage) = (damage.modules, damage.worst);
    let level = symbol.level().letter();
    let spent = format!(
        "The logo spends {:.0} % of the error correction of level {level}",
        damage.worst * 100.0
    );
    if damage.worst > 1.0 {
        report.find(
            "logo",
            Verdict::Unreadable,
            format!("{spent}. Make it smaller, or raise the level."),
        );
    } else if damage.worst > GOOD_DAMAGE {
        report.find(
            "logo",
            Verdict::Risky,
            format!("{spent}; {:.0} % is safe.", GOOD_DAMAGE * 100.0),
        );
    }
}

fn check_shapes(design: &Design, report: &mut Report) {
    if design.pattern == Pattern::Halftone {
        report.find("pattern", Verdict::Risky, "The small dots of a halftone need a good camera.");
    }
    if !reads_everywhere(design.eyes.border_shape(), design.eyes.center_shape()) {
        let reason = "Some scanners miss these eyes: a centre shaped like its border is safe.";
        report.find("eyes", Verdict::Risky, reason);
    }
    let needed = if design.pattern == Pattern::Squares { 2.0 } else { 4.0 };
    if report.module_px < needed {
        let reason =
            format!("A module has {:.1} px; {needed} px or more can be read.", report.module_px);
        report.find("module_size", Verdict::Risky, reason);
    }
}

/// Returns whether old scanners, too, find the widths 1 : 1 : 3 : 1 : 1 across an eye in every
/// orientation.
fn reads_everywhere(border: EyeBorder, center: EyeCenter) -> bool {
    match center {
        EyeCenter::Square => matches!(border, EyeBorder::Square | EyeBorder::Frame),
        EyeCenter::Rounded | EyeCenter::LeafTl => border != EyeBorder::Circle,
        EyeCenter::Circle => border != EyeBorder::Square,
        EyeCenter::Sunburst | EyeCenter::Star | EyeCenter::Diamond | EyeCenter::Cross => false,
    }
}
