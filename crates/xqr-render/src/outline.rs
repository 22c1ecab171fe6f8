//! Outlines: the one description of every shape, from which all formats draw. Units are modules, y
//! grows downwards.

use std::f32::consts::{FRAC_PI_2, TAU};

/// A point in modules.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f32,
    pub(crate) y: f32,
}

pub(crate) const fn point(x: f32, y: f32) -> Point {
    Point { x, y }
}

/// One step of an outline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    Move(Point),
    Line(Point),
    /// A circular arc of at most half a turn; `clockwise` on the screen.
    Arc {
        radius: f32,
        clockwise: bool,
        to: Point,
    },
    Cubic(Point, Point, Point),
    Close,
}

/// Which way round a closed shape runs: the other way inside of another cuts a hole (nonzero
/// winding rule).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    Solid,
    Hole,
}

/// Closed shapes, filled by the nonzero winding rule.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Outline {
    pub(crate) steps: Vec<Step>,
}

/// The radii of a rectangle's corners: top left, top right, bottom right, bottom left.
pub(crate) type Radii = [f32; 4];

impl Outline {
    #[cfg(feature = "labels")]
    pub(crate) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    pub(crate) fn rect(&mut self, x: f32, y: f32, width: f32, height: f32) {
        self.round_rect(x, y, width, height, [0.0; 4], Turn::Solid);
    }

    /// Adds a rectangle whose corners have `radii` of their own.
    pub(crate) fn round_rect(
        &mut self,
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        radii: Radii,
        turn: Turn,
    ) {
        let [tl, tr, br, bl] = radii;
        let (right, bottom) = (x + width, y + height);
        // Each corner: where the outline reaches it, where it leaves it, its radius; clockwise from
        // the top left.
        let mut corners = [
            (point(x, y + tl), point(x + tl, y), tl),
            (point(right - tr, y), point(right, y + tr), tr),
            (point(right, bottom - br), point(right - br, bottom), br),
            (point(x + bl, bottom), point(x, bottom - bl), bl),
        ];
        if turn == Turn::Hole {
            corners.reverse();
            corners = corners.map(|(reach, leave, radius)| (leave, reach, radius));
        }
        let mut at = corners[0].0;
        self.steps.push(Step::Move(at));
        for (reach, leave, radius) in corners {
            if reach != at {
                self.steps.push(Step::Line(reach));
            }
            if radius > 0.0 {
                self.steps.push(Step::Arc { radius, clockwise: turn == Turn::Solid, to: leave });
            }
            at = leave;
        }
        self.steps.push(Step::Close);
    }

    pub(crate) fn circle(&mut self, center: Point, radius: f32, turn: Turn) {
        let (left, right) =
            (point(center.x - radius, center.y), point(center.x + radius, center.y));
        let clockwise = turn == Turn::Solid;
        self.steps.extend([
            Step::Move(left),
            Step::Arc { radius, clockwise, to: right },
            Step::Arc { radius, clockwise, to: left },
            Step::Close,
        ]);
    }

    pub(crate) fn polygon(&mut self, corners: impl IntoIterator<Item = Point>) {
        let mut corners = corners.into_iter();
        self.steps.extend(corners.next().map(Step::Move));
        self.steps.extend(corners.map(Step::Line));
        self.steps.push(Step::Close);
    }

    /// Adds a star of `points` points, one of which stands at the top.
    pub(crate) fn star(&mut self, center: Point, points: u16, outer: f32, inner: f32) {
        let step = TAU / f32::from(points) / 2.0;
        self.polygon((0..2 * points).map(|i| {
            let radius = if i % 2 == 0 { outer } else { inner };
            let angle = f32::from(i) * step - FRAC_PI_2;
            point(center.x + radius * angle.cos(), center.y + radius * angle.sin())
        }));
    }

    /// Returns the outline scaled by `scale` and then moved by `dx`, `dy`.
    pub(crate) fn placed(&self, scale: f32, dx: f32, dy: f32) -> Self {
        let mut placed = Self::default();
        placed.extend(self, scale, dx, dy);
        placed
    }

    /// Adds another outline, placed as [`placed`](Self::placed) would.
    pub(crate) fn extend(&mut self, other: &Self, scale: f32, dx: f32, dy: f32) {
        let place = |p: Point| point(p.x * scale + dx, p.y * scale + dy);
        self.steps.extend(other.steps.iter().map(|step| match *step {
            Step::Move(to) => Step::Move(place(to)),
            Step::Line(to) => Step::Line(place(to)),
            Step::Arc { radius, clockwise, to } => {
                Step::Arc { radius: radius * scale, clockwise, to: place(to) }
            }
            Step::Cubic(a, b, to) => Step::Cubic(place(a), place(b), place(to)),
            Step::Close => Step::Close,
        }));
    }

    /// Returns the steps with arcs turned into cubic Bézier curves, for formats without arcs.
    pub(crate) fn curves(&self) -> impl Iterator<Item = Step> + '_ {
        let mut at = point(0.0, 0.0);
        self.steps.iter().flat_map(move |step| {
            let from = at;
            let mut curves = [Step::Close; 2];
            let mut count = 1;
            match *step {
                Step::Arc { radius, clockwise, to } => {
                    count = arc_to_curves(from, radius, clockwise, to, &mut curves);
                    at = to;
                }
                other => {
                    if let Step::Move(to) | Step::Line(to) | Step::Cubic(_, _, to) = other {
                        at = to;
                    }
                    curves[0] = other;
                }
            }
            curves.into_iter().take(count)
        })
    }

    /// Returns left, top, right and bottom of a box that holds the outline (control points
    /// included).
    pub(crate) fn bounds(&self) -> [f32; 4] {
        let mut bounds = [f32::MAX, f32::MAX, f32::MIN, f32::MIN];
        let mut hold = |p: Point| {
            bounds =
                [bounds[0].min(p.x), bounds[1].min(p.y), bounds[2].max(p.x), bounds[3].max(p.y)];
        };
        for step in self.curves() {
            match step {
                Step::Move(to) | Step::Line(to) => hold(to),
                Step::Cubic(a, b, to) => [a, b, to].into_iter().for_each(&mut hold),
                Step::Arc { .. } | Step::Close => {}
            }
        }
        bounds
    }
}

/// Writes an arc as one curve per quarter turn or less, and returns how many.
fn arc_to_curves(
    from: Point,
    radius: f32,
    clockwise: bool,
    to: Point,
    curves: &mut [Step; 2],
) -> usize {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let chord = dx.hypot(dy);
    let height = (radius * radius - chord * chord / 4.0).max(0.0).sqrt();
    // The centre lies to the right of the way when the arc runs clockwise (y grows downwards).
    let side = if clockwise { 1.0 } else { -1.0 };
    let center = point(
        from.x + dx / 2.0 - side * dy / chord * height,
        from.y + dy / 2.0 + side * dx / chord * height,
    );
    let start = (from.y - center.y).atan2(from.x - center.x);
    let sweep = side * 2.0 * (chord / 2.0 / radius).min(1.0).asin();
    let count = if sweep.abs() > FRAC_PI_2 + 0.01 { 2 } else { 1 };
    let step = sweep / count as f32;
    let handle = 4.0 / 3.0 * (step / 4.0).tan() * radius;
    for (i, curve) in curves.iter_mut().take(count).enumerate() {
        let (sin, cos) = (start + step * i as f32).sin_cos();
        let (end_sin, end_cos) = (start + step * (i + 1) as f32).sin_cos();
        let first =
            point(center.x + radius * cos - handle * sin, center.y + radius * sin + handle * cos);
        let end = if i + 1 == count {
            to
        } else {
            point(center.x + radius * end_cos, center.y + radius * end_sin)
        };
        let second = point(end.x + handle * end_sin, end.y - handle * end_cos);
        *curve = Step::Cubic(first, second, end);
    }
    count
}
