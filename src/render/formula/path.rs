//! Outlines in the path language of SVG, as short as it allows: whole numbers, steps from the
//! point before, commands said once.

use std::fmt::Write;

/// A point in thousandths of an em.
pub(super) type Point = (i64, i64);

/// The path of outlines, written as they come.
#[derive(Debug, Clone, Default)]
pub(super) struct Path {
    pub(super) text: String,
    at: Point,
    start: Point,
    /// The last control point of a quadratic curve that ended at `at`.
    control: Option<Point>,
    command: char,
    bounds: Bounds,
    /// Where the first outline begins, and where in the text the step to it ends.
    first: Option<Point>,
    behind_first: usize,
}

/// The rectangle that points lie in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Bounds(Option<(Point, Point)>);

impl Bounds {
    pub(super) fn include(&mut self, (x, y): Point) {
        let ((left, top), (right, bottom)) = self.0.unwrap_or(((x, y), (x, y)));
        self.0 = Some(((left.min(x), top.min(y)), (right.max(x), bottom.max(y))));
    }

    pub(super) fn unite(&mut self, other: Self, (x, y): Point) {
        if let Some((low, high)) = other.0 {
            self.include((low.0 + x, low.1 + y));
            self.include((high.0 + x, high.1 + y));
        }
    }

    /// The upper left and the lower right corner.
    pub(super) fn corners(self) -> Option<(Point, Point)> {
        self.0
    }
}

impl Path {
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(super) fn bounds(&self) -> Bounds {
        self.bounds
    }

    pub(super) fn move_to(&mut self, to: Point) {
        self.command('m');
        self.step(to);
        self.at = to;
        self.start = to;
        // Pairs behind `m` are lines.
        self.command = 'l';
        self.control = None;
        self.bounds.include(to);
        if self.first.is_none() {
            self.first = Some(to);
            self.behind_first = self.text.len();
        }
    }

    pub(super) fn line_to(&mut self, to: Point) {
        let (x, y) = (to.0 - self.at.0, to.1 - self.at.1);
        match (x, y) {
            (0, 0) => return,
            (_, 0) => {
                self.command('h');
                self.number(x);
            }
            (0, _) => {
                self.command('v');
                self.number(y);
            }
            _ => {
                self.command('l');
                self.step(to);
            }
        }
        self.at = to;
        self.control = None;
        self.bounds.include(to);
    }

    pub(super) fn quad_to(&mut self, control: Point, to: Point) {
        let mirrored = self
            .control
            .map(|it| (2 * self.at.0 - it.0, 2 * self.at.1 - it.1));
        if mirrored == Some(control) {
            self.command('t');
        } else {
            self.command('q');
            self.step(control);
        }
        self.step(to);
        self.at = to;
        self.control = Some(control);
        self.bounds.include(control);
        self.bounds.include(to);
    }

    pub(super) fn cubic_to(&mut self, first: Point, second: Point, to: Point) {
        self.command('c');
        self.step(first);
        self.step(second);
        self.step(to);
        self.at = to;
        self.control = None;
        self.bounds.include(first);
        self.bounds.include(second);
        self.bounds.include(to);
    }

    pub(super) fn close(&mut self) {
        self.command = ' ';
        self.text.push('z');
        self.at = self.start;
        self.control = None;
    }

    /// Takes over another path, moved. Its steps are from point to point, so only the first one
    /// changes.
    pub(super) fn append(&mut self, other: &Self, (x, y): Point) {
        let Some(first) = other.first else { return };
        self.command('m');
        self.step((first.0 + x, first.1 + y));
        let rest = other.text.get(other.behind_first..).unwrap_or_default();
        let meets = rest.starts_with(|it: char| it.is_ascii_digit());
        if meets {
            self.text.push(' ');
        }
        self.text.push_str(rest);
        self.at = (other.at.0 + x, other.at.1 + y);
        self.start = (other.start.0 + x, other.start.1 + y);
        self.command = other.command;
        self.control = None;
        self.bounds.unite(other.bounds, (x, y));
    }

    /// A rectangle by its corners.
    pub(super) fn rectangle(&mut self, low: Point, high: Point) {
        self.move_to(low);
        self.line_to((high.0, low.1));
        self.line_to(high);
        self.line_to((low.0, high.1));
        self.close();
    }

    fn command(&mut self, command: char) {
        if self.command != command || command == 'm' {
            self.text.push(command);
            self.command = command;
        }
    }

    fn step(&mut self, to: Point) {
        self.number(to.0 - self.at.0);
        self.number(to.1 - self.at.1);
    }

    fn number(&mut self, number: i64) {
        let behind_digit = self.text.ends_with(|it: char| it.is_ascii_digit());
        if behind_digit && number >= 0 {
            self.text.push(' ');
        }
        let _ = write!(self.text, "{number}");
    }
}
