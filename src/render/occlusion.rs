//! The masks of an image occlusion note, written as Anki's editor writes them: a cloze for each
//! shape, with numbers that are parts of the picture's width and height.
//!
//! The form of the text is what Anki's own editor writes, letter for letter (measured on Anki 26.9.3
//! and 25.9.2, by letting it read and save masks in a browser): `left` and `top`, a turn, what is the
//! shape's own, its color, and whether the others are hidden. Number 0 is a text on every card. A mask's number is given here in the order of the masks; `project` puts the one in
//! that the lock has for its label.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::media::MediaKey;
use super::overlay::{self, Overlay};
use super::sink::Sink;
use crate::diag::{Code, Diagnostic, Diagnostics, Span};
use crate::files::Picture;
use crate::model::written::{Length, MaskMode, MaskShape, WrittenMask, WrittenMasks};

/// Masks that are asked for on one card and have their number from deckle.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct MaskGroup {
    /// The number.
    pub number: u16,
    /// The name of the group; `None` for a mask by itself.
    pub name: Option<String>,
    /// Their labels, empty ones included.
    pub labels: Vec<String>,
    /// Their shapes, as Anki's text of them.
    pub shapes: Vec<String>,
}

/// What became of the masks of a note.
#[derive(Debug, Default)]
pub(super) struct Occluded {
    pub(super) html: String,
    pub(super) groups: Vec<MaskGroup>,
    pub(super) drawings: Vec<MediaKey>,
}

/// A shape whose lengths are parts of the picture's width and height.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Geometry {
    /// Left, top, width, height.
    Rectangle([f64; 4]),
    /// The center, and both radii.
    Ellipse([f64; 4]),
    /// The corners, and left and top where these are not those of the corners: cards show a polygon
    /// where its `left` and `top` are, and its corners only say what it looks like.
    Polygon(Vec<[f64; 2]>, Option<[f64; 2]>),
    /// Left and top, the height of the letters, by how much they are larger; the text.
    Label([f64; 4], String),
}

/// A mask that is ready to be written.
#[derive(Debug, Clone)]
pub(super) struct Mask {
    pub(super) label: String,
    pub(super) group: Option<String>,
    pub(super) number: Option<u16>,
    pub(super) geometry: Geometry,
    pub(super) angle: u16,
    pub(super) fill: Option<String>,
    pub(super) span: Span,
}

/// The height of a text's letters where none is given, of the picture's height.
const LETTERS: f64 = 0.05;
/// The last number that makes a card of its own.
const LAST: u16 = 500;
/// The color of masks that say no other; Anki leaves it out.
const MASK_FILL: &str = "#ffeba2";
/// The color of texts that say no other; Anki leaves it out.
const TEXT_FILL: &str = "#000000";
/// Less than this is nothing in four decimals.
const NOTHING: f64 = 0.000_05;
/// How far a mask may reach over an edge before that is told: strokes of a pen are that wide.
const SLACK: f64 = 0.002;

/// The text of the masks; `image` is the field of the picture as it was rendered.
pub(super) fn write(written: &WrittenMasks, image: &str, sink: &mut Sink<'_>) -> Occluded {
    let mut occluded = Occluded::default();
    let mut masks = Vec::with_capacity(written.masks.len());
    // The lengths of all masks fail for one reason; it is told once.
    let mut size = Size::Unknown;
    for mask in &written.masks {
        masks.extend(placed(mask, image, &mut size, sink));
    }
    if let Some(path) = &written.overlay {
        let path = path.trim();
        let key = sink.follow_drawing(path.as_str(), path.whole());
        occluded.drawings.extend(key);
        let bytes = key.and_then(|key| sink.read(&key, Overlay::MAX_BYTES + 1));
        if let Some(bytes) = bytes {
            let read = overlay::read(&bytes, path.whole(), &mut sink.diagnostics);
            masks.extend(read.unwrap_or_default());
        }
    } else if written.masks.is_empty() {
        sink.push(no_masks(written.span));
    }
    masks.retain(|mask| lies_on_picture(mask, &mut sink.diagnostics));
    tell_labels(&masks, &mut sink.diagnostics);
    occluded.groups = numbered(&mut masks);
    let is_all = written.mode == MaskMode::HideAll;
    for mask in &masks {
        let number = mask.number.unwrap_or_default();
        let text = mask.text(is_all);
        // Writing to a string cannot fail.
        let _ = write!(occluded.html, "{{{{c{number}::{text}}}}}<br>");
    }
    occluded
}

/// That a note has no masks.
pub(super) fn no_masks(span: Span) -> Diagnostic {
    Diagnostic::new(Code::MasksMissing, "this note has no masks")
        .at(span, "nothing is hidden")
        .help("write at least one, such as `masks: [{label: Aorta, rect: [10%, 20%, 15%, 5%]}]`")
}

/// What is known of the size of the picture.
enum Size {
    Unknown,
    Told,
    Known(u32, u32),
}

/// The mask with its lengths as parts of the picture.
fn placed(mask: &WrittenMask, image: &str, size: &mut Size, sink: &mut Sink<'_>) -> Option<Mask> {
    if matches!(size, Size::Unknown) && mask.shape.lengths().any(Length::is_pixels) {
        *size = match picture(image, sink) {
            Some(picture) => Size::Known(picture.width, picture.height),
            None => {
                // That the picture is missing is told by whoever looked for it.
                if !sink.diagnostics.has_errors() {
                    sink.push(no_size(image, mask.span));
                }
                Size::Told
            }
        };
    }
    let (width, height) = match size {
        Size::Known(width, height) => (Some(*width), Some(*height)),
        Size::Unknown | Size::Told => (None, None),
    };
    let pair = |[x, y]: [Length; 2]| Some([x.fraction(width)?, y.fraction(height)?]);
    let four = |[x, y, right, down]: [Length; 4]| {
        let ([x, y], [right, down]) = (pair([x, y])?, pair([right, down])?);
        Some([x, y, right, down])
    };
    let geometry = match &mask.shape {
        MaskShape::Rectangle(lengths) => Geometry::Rectangle(four(*lengths)?),
        MaskShape::Ellipse(lengths) => Geometry::Ellipse(four(*lengths)?),
        MaskShape::Polygon { corners, at } => {
            let at = match at {
                Some(at) => Some(pair(*at)?),
                None => None,
            };
            let corners = corners.iter().map(|it| pair(*it)).collect::<Option<_>>()?;
            Geometry::Polygon(corners, at)
        }
        MaskShape::Label {
            at,
            text,
            size,
            scale,
        } => {
            let [left, top] = pair(*at)?;
            let letters = size.map_or(Some(LETTERS), |it| it.fraction(height))?;
            let scale = scale.map_or(1.0, |it| f64::from(it) / 10_000.0);
            Geometry::Label([left, top, letters, scale], text.clone())
        }
    };
    Some(Mask {
        label: mask.label.as_ref().map_or("", |it| &it.value).to_owned(),
        group: mask.group.as_ref().map(|it| it.value.clone()),
        number: mask.number.as_ref().map(|it| it.value),
        geometry,
        angle: mask.angle.unwrap_or_default(),
        fill: mask.fill.clone(),
        span: mask.span,
    })
}

fn picture(image: &str, sink: &Sink<'_>) -> Option<Picture> {
    let key = sink.first_picture(image)?;
    Picture::of(&sink.read(&key, Picture::HEADER_BYTES)?)
}

fn no_size(image: &str, span: Span) -> Diagnostic {
    let title = if image.is_empty() {
        "pixels count on a picture, and the note has none"
    } else {
        "the size of the picture cannot be read, so pixels say nothing"
    };
    Diagnostic::new(Code::MaskPixels, title)
        .at(span, "in pixels")
        .help(
            "write percents of the picture's width and height, such as `rect: [10%, 20%, 15%, 5%]`",
        )
}

/// Whether something of the mask is seen. What is not, or not whole, is told.
fn lies_on_picture(mask: &Mask, sink: &mut Diagnostics) -> bool {
    let Some([left, top, right, bottom]) = mask.geometry.bounds() else {
        return true;
    };
    let empty = right - left < NOTHING || bottom - top < NOTHING;
    // Where a turned mask comes to lie is left to Anki.
    let is_turned = mask.angle != 0;
    let outside = !is_turned && (right <= 0.0 || left >= 1.0 || bottom <= 0.0 || top >= 1.0);
    if empty || outside {
        let (label, help) = if empty {
            (
                "has no size",
                "a `rect` is left, top, width and height; an `ellipse` its center and both radii",
            )
        } else {
            (
                "lies outside of the picture",
                "the upper left corner of the picture is 0, 0; its lower right one 100%, 100%",
            )
        };
        sink.push(
            Diagnostic::new(Code::MaskOutside, format!("{} hides nothing", mask.named()))
                .at(mask.span, label)
                .help(help),
        );
        return false;
    }
    let low = left.min(top);
    let high = right.max(bottom);
    if !is_turned && (low < -SLACK || high > 1.0 + SLACK) {
        sink.push(
            Diagnostic::new(
                Code::MaskClipped,
                format!("{} reaches over the edge of the picture", mask.named()),
            )
            .at(mask.span, "cut off at the edge")
            .note("lengths in pixels count on the size of the picture's file"),
        );
    }
    true
}

/// Tells masks without a label, and two masks of one.
fn tell_labels(masks: &[Mask], sink: &mut Diagnostics) {
    let hides = |it: &&Mask| !matches!(it.geometry, Geometry::Label(..));
    for (index, mask) in masks.iter().enumerate().filter(|(_, it)| hides(it)) {
        if mask.label.is_empty() {
            if mask.group.is_none() && mask.number.is_none() {
                sink.push(
                    Diagnostic::new(Code::MaskUnlabeled, "this mask has no label")
                        .at(mask.span, "known by its place alone")
                        .note("when it is moved, its card counts as a new one and the learner's progress is lost")
                        .help("add `label: NAME`"),
                );
            }
            continue;
        }
        let apart = |it: &&Mask| {
            let together = it.group.is_some() && it.group == mask.group;
            let together = together || it.number.is_some() && it.number == mask.number;
            it.label == mask.label && !together
        };
        let before = masks.iter().take(index).filter(hides).find(apart);
        if let Some(first) = before {
            let title = format!("two masks have the label `{}`", mask.label);
            sink.push(
                Diagnostic::new(Code::MaskLabelTwice, title)
                    .at(mask.span, "here again")
                    .also(first.span, "first here")
                    .note("a label says which card, and so which learning progress, is the mask's")
                    .help("give them two labels, or one `group` to ask for both on one card"),
            );
        }
    }
}

/// Gives each mask its number: the author's, else one for each group or mask in their order.
fn numbered(masks: &mut [Mask]) -> Vec<MaskGroup> {
    let explicit: BTreeSet<u16> = masks.iter().filter_map(|it| it.number).collect();
    let mut free = (1..=LAST).filter(|it| !explicit.contains(it));
    let mut groups: Vec<MaskGroup> = Vec::new();
    for mask in masks {
        if mask.number.is_some() || matches!(mask.geometry, Geometry::Label(..)) {
            continue;
        }
        let at = mask
            .group
            .as_ref()
            .and_then(|name| groups.iter().position(|it| it.name.as_ref() == Some(name)));
        let at = at.unwrap_or_else(|| {
            groups.push(MaskGroup {
                number: free.next().unwrap_or(LAST),
                name: mask.group.clone(),
                ..MaskGroup::default()
            });
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(at) {
            group.labels.push(mask.label.clone());
            group.shapes.push(mask.identity());
            mask.number = Some(group.number);
        }
    }
    groups
}

impl Mask {
    /// How messages call it.
    fn named(&self) -> String {
        match (&self.geometry, self.label.as_str()) {
            (Geometry::Label(_, text), _) => format!("the text `{text}`"),
            (_, "") => "this mask".to_owned(),
            (_, label) => format!("the mask `{label}`"),
        }
    }

    /// What stands in its cloze.
    fn text(&self, is_all: bool) -> String {
        let [(_, left), (_, top)] = self.place();
        let mut text = format!("image-occlusion:{}:left={left}:top={top}", self.word());
        // Writing to a string cannot fail.
        if self.angle != 0 {
            let _ = write!(text, ":angle={}", self.angle);
        }
        for (key, value) in self.properties() {
            let _ = write!(text, ":{key}={value}");
        }
        let default = match self.geometry {
            Geometry::Label(..) => TEXT_FILL,
            _ => MASK_FILL,
        };
        if let Some(fill) = self.fill.as_deref().filter(|it| *it != default) {
            let _ = write!(text, ":fill={fill}");
        }
        if is_all {
            text.push_str(":oi=1");
        }
        text
    }

    /// What the lock knows a shape by; its hash, and with it a learner's progress, hangs on it, so
    /// that it stays as it is whatever Anki comes to write.
    fn identity(&self) -> String {
        let mut text = self.word().to_owned();
        for (key, value) in self.place().into_iter().chain(self.properties()) {
            let value = value.trim_end_matches('.');
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                ":{key}={}",
                value.replace(". ", " ").replace(".,", ",")
            );
        }
        if self.angle != 0 {
            let _ = write!(text, ":angle={}", self.angle);
        }
        text
    }

    fn word(&self) -> &'static str {
        match self.geometry {
            Geometry::Rectangle(_) => "rect",
            Geometry::Ellipse(_) => "ellipse",
            Geometry::Polygon(..) => "polygon",
            Geometry::Label(..) => "text",
        }
    }

    /// A rectangle that is not turned is cut off at the edge.
    fn rectangle(&self, sides: [f64; 4]) -> [f64; 4] {
        if self.angle == 0 {
            clipped(sides)
        } else {
            sides
        }
    }

    fn place(&self) -> [(&'static str, String); 2] {
        let [left, top] = match &self.geometry {
            Geometry::Rectangle(sides) => {
                let [left, top, ..] = self.rectangle(*sides);
                [left, top]
            }
            Geometry::Ellipse([x, y, rx, ry]) => [x - rx, y - ry],
            Geometry::Polygon(_, Some(at)) => *at,
            Geometry::Polygon(corners, None) => corners
                .iter()
                .fold([f64::INFINITY; 2], |[left, top], [x, y]| {
                    [left.min(*x), top.min(*y)]
                }),
            Geometry::Label([left, top, ..], _) => [*left, *top],
        };
        [("left", decimal(left)), ("top", decimal(top))]
    }

    /// What is the shape's own.
    fn properties(&self) -> Vec<(&'static str, String)> {
        match &self.geometry {
            Geometry::Rectangle(sides) => {
                let [_, _, width, height] = self.rectangle(*sides);
                vec![("width", decimal(width)), ("height", decimal(height))]
            }
            Geometry::Ellipse([_, _, rx, ry]) => vec![("rx", decimal(*rx)), ("ry", decimal(*ry))],
            Geometry::Polygon(corners, _) => {
                let points: Vec<String> = corners
                    .iter()
                    .map(|[x, y]| format!("{},{}", decimal(*x), decimal(*y)))
                    .collect();
                vec![("points", points.join(" "))]
            }
            Geometry::Label([_, _, letters, scale], label) => vec![
                ("text", escaped(label)),
                ("scale", decimal(*scale)),
                ("fs", decimal(*letters)),
            ],
        }
    }
}

impl Geometry {
    /// Left, top, right and bottom; `None` for a text, whose width only a browser knows.
    fn bounds(&self) -> Option<[f64; 4]> {
        Some(match self {
            Self::Rectangle([left, top, width, height]) => {
                [*left, *top, left + width, top + height]
            }
            Self::Ellipse([x, y, rx, ry]) => [x - rx, y - ry, x + rx, y + ry],
            Self::Polygon(corners, _) => {
                let start = [
                    f64::INFINITY,
                    f64::INFINITY,
                    f64::NEG_INFINITY,
                    f64::NEG_INFINITY,
                ];
                corners
                    .iter()
                    .fold(start, |[left, top, right, bottom], [x, y]| {
                        [left.min(*x), top.min(*y), right.max(*x), bottom.max(*y)]
                    })
            }
            Self::Label(..) => return None,
        })
    }
}

/// The part of a rectangle that lies on the picture.
fn clipped([left, top, width, height]: [f64; 4]) -> [f64; 4] {
    let (right, bottom) = ((left + width).min(1.0), (top + height).min(1.0));
    let (left, top) = (left.max(0.0), top.max(0.0));
    [left, top, right - left, bottom - top]
}

/// Four decimals without zeros at the end, and without one before the point where the number is not
/// below nothing; the point stays. Nothing is `.0000`.
fn decimal(number: f64) -> String {
    let number = (number * 1e4).round() / 1e4;
    if number == 0.0 {
        return ".0000".to_owned();
    }
    let text = format!("{number:.4}");
    let text = text.trim_end_matches('0');
    text.strip_prefix('0').unwrap_or(text).to_owned()
}

/// A value in which `:` and `\` end nothing.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace(':', "\\:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_anki_writes_them() {
        for (number, expect) in [
            (0.0, ".0000"),
            (0.000_01, ".0000"),
            (-0.000_01, ".0000"),
            (0.25, ".25"),
            (0.1, ".1"),
            (0.123_456, ".1235"),
            (0.031_25, ".0313"),
            (1.0, "1."),
            (0.999_99, "1."),
            (1.5, "1.5"),
            (-0.05, "-0.05"),
            (-1.0, "-1."),
            (32.0, "32."),
        ] {
            assert_eq!(decimal(number), expect, "{number}");
        }
    }

    #[test]
    fn values_are_escaped() {
        assert_eq!(escaped(r"a:b\c"), r"a\:b\\c");
    }

    #[test]
    fn rectangles_are_cut_off_at_the_edge() {
        let cut = clipped([-0.25, 0.5, 0.5, 0.75]);
        assert_eq!(cut, [0.0, 0.5, 0.25, 0.5]);
    }
}
