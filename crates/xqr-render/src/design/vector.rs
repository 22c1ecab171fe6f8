//! SVG from users: shapes only, counted before they are drawn, rasterised once.
//!
//! `usvg` would read local files, expand entities and run filters without end. So: an XML parser
//! without DTDs and with a node limit, a list of allowed elements, no references but to the
//! document itself, and a price for the drawing that is known before the first px.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Fill, Group, Node, Options, Paint, Stroke, Tree};
use roxmltree::{Document, ParsingOptions};

use crate::error::PictureError;

/// The longest side of a picture in px. Larger ones are reduced, vectors are drawn so large.
pub(crate) const MAX_SIDE: u32 = 1024;

const MAX_BYTES: usize = 256 * 1024;
const MAX_NODES: u32 = 10_000;
const MAX_DEPTH: usize = 32;
const MAX_USES: usize = 64;
const MAX_STYLE_BYTES: usize = 8 * 1024;
/// The most px that all paths and layers together may touch.
const MAX_PAINTED: f64 = 96.0 * (MAX_SIDE as f64) * (MAX_SIDE as f64);
/// How far a shape may reach, in px: the rasteriser counts in 16 bits.
const MAX_FAR: f32 = 16.0 * MAX_SIDE as f32;
const MAX_SEGMENTS: usize = 200_000;
/// How many steps one step of a stroke becomes.
const STROKED: usize = 16;

const SVG: &str = "http://www.w3.org/2000/svg";

const ELEMENTS: [&str; 18] = [
    "svg",
    "g",
    "defs",
    "symbol",
    "use",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "title",
    "desc",
];

pub(crate) fn looks_like_svg(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    bytes.starts_with(b"<")
}

/// Draws an SVG as large as fits into 1,024 × 1,024 px.
pub(crate) fn rasterize(bytes: &[u8]) -> Result<Pixmap, PictureError> {
    if bytes.len() > MAX_BYTES {
        return Err(PictureError::TooManyBytes { max: MAX_BYTES as u64 });
    }
    let text = std::str::from_utf8(bytes).map_err(PictureError::unreadable)?;
    if text.contains("<!DOCTYPE") {
        return Err(PictureError::unsafe_svg("a DOCTYPE"));
    }
    let parsing =
        ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, parsing).map_err(PictureError::unreadable)?;
    check(&document).map_err(PictureError::unsafe_svg)?;
    let mut options = Options { resources_dir: None, ..Options::default() };
    options.image_href_resolver.resolve_string = Box::new(|_, _| None);
    options.image_href_resolver.resolve_data = Box::new(|_, _, _| None);
    let tree = Tree::from_xmltree(&document, &options).map_err(PictureError::unreadable)?;
    let scale = MAX_SIDE as f32 / tree.size().width().max(tree.size().height());
    let mut price = Price::default();
    price.add(tree.root(), scale);
    if price.effects {
        return Err(PictureError::unsafe_svg("filters or masks"));
    }
    if price.far {
        return Err(PictureError::unsafe_svg("shapes far outside of the picture"));
    }
    if price.painted > MAX_PAINTED || price.segments > MAX_SEGMENTS {
        return Err(PictureError::unsafe_svg("so many shapes"));
    }
    let side = |length: f32| (length * scale).round().clamp(1.0, MAX_SIDE as f32) as u32;
    let mut pixmap = Pixmap::new(side(tree.size().width()), side(tree.size().height()))
        .ok_or(PictureError::Unreadable(None))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    Ok(pixmap)
}

/// Refuses a document with anything that is not allowed, and names it.
fn check(document: &Document<'_>) -> Result<(), String> {
    let (mut uses, mut copies) = (0, 0);
    let mut style_bytes = 0;
    for node in document.descendants().filter(|node| node.is_element()) {
        let name = node.tag_name().name();
        // Editors leave notes in namespaces of their own; nothing draws them. What has no namespace
        // is drawn as SVG.
        if node.tag_name().namespace().is_some_and(|namespace| namespace != SVG) {
            continue;
        }
        if name == "style" {
            let css = node.text().unwrap_or_default();
            style_bytes += css.len();
            check_css(css)?;
        } else if !ELEMENTS.contains(&name) && name != "metadata" {
            return Err(format!("<{name}>"));
        }
        if node.ancestors().count() > MAX_DEPTH {
            return Err("such deep nesting".to_owned());
        }
        if name == "use" {
            uses += 1;
            if uses > MAX_USES {
                return Err("so many <use> elements".to_owned());
            }
            let targets = node.attributes().filter(|attribute| attribute.name() == "href");
            for id in targets.filter_map(|attribute| attribute.value().strip_prefix('#')) {
                for target in document.descendants().filter(|node| node.attribute("id") == Some(id))
                {
                    if target.descendants().any(|node| node.tag_name().name() == "use") {
                        return Err("<use> of a <use>".to_owned());
                    }
                    copies += target.descendants().count();
                }
            }
        }
        for attribute in node.attributes() {
            if attribute.name() == "href" && !attribute.value().starts_with('#') {
                return Err("a reference to something outside".to_owned());
            }
            check_css(attribute.value())?;
            if attribute.name() == "stroke-dasharray" && attribute.value() != "none" {
                return Err("dashed lines".to_owned());
            }
        }
    }
    if copies > MAX_NODES as usize {
        return Err("so many copies by <use>".to_owned());
    }
    if style_bytes > MAX_STYLE_BYTES {
        return Err("so many styles".to_owned());
    }
    Ok(())
}

fn check_css(css: &str) -> Result<(), String> {
    let css = css.to_ascii_lowercase();
    let outside = css
        .split("url(")
        .skip(1)
        .any(|rest| !rest.trim_start_matches([' ', '"', '\'']).starts_with('#'));
    if outside || css.contains("@import") || css.contains('\\') {
        return Err("a reference to something outside".to_owned());
    }
    if css.contains("stroke-dasharray") {
        return Err("dashed lines".to_owned());
    }
    Ok(())
}

/// Returns what a px of a paint costs: a gradient looks at all its stops.
fn cost(paint: &Paint) -> f64 {
    match paint {
        Paint::LinearGradient(gradient) => 1.0 + gradient.stops().len() as f64,
        Paint::RadialGradient(gradient) => 1.0 + gradient.stops().len() as f64,
        Paint::Color(_) | Paint::Pattern(_) => 1.0,
    }
}

/// What a drawing costs.
#[derive(Default)]
struct Price {
    /// Px touched by paths and layers.
    painted: f64,
    /// Steps of all paths.
    segments: usize,
    /// Whether there are filters or masks: CSS has some that need no element, and no price holds
    /// for them.
    effects: bool,
    /// Whether a shape reaches so far that the rasteriser's numbers overflow.
    far: bool,
}

impl Price {
    fn add(&mut self, group: &Group, scale: f32) {
        let canvas = f64::from(MAX_SIDE) * f64::from(MAX_SIDE);
        self.effects |= !group.filters().is_empty() || group.mask().is_some();
        if group.should_isolate() {
            self.painted += 3.0 * canvas;
        }
        let mut clip = group.clip_path();
        while let Some(path) = clip {
            self.painted += canvas;
            self.add(path.root(), scale);
            clip = path.clip_path();
        }
        for node in group.children() {
            match node {
                Node::Group(group) => self.add(group, scale),
                Node::Path(path) => {
                    let area = path.abs_stroke_bounding_box();
                    let edges = [area.left(), area.top(), area.right(), area.bottom()];
                    self.far |= !edges.iter().all(|edge| (edge * scale).abs() <= MAX_FAR);
                    let side = |length: f32| f64::from((length * scale).min(MAX_SIDE as f32));
                    let paints = [path.fill().map(Fill::paint), path.stroke().map(Stroke::paint)];
                    let layers: f64 = paints.into_iter().flatten().map(cost).sum();
                    self.painted += side(area.width()) * side(area.height()) * layers.max(1.0);
                    self.segments +=
                        path.data().len() * if path.stroke().is_some() { STROKED } else { 1 };
                }
                Node::Image(_) | Node::Text(_) => {}
            }
        }
    }
}
