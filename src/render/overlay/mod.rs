//! Masks from a drawing: an SVG file, such as Inkscape writes, whose shapes lie over the picture.
//!
//! A mask's label is the shape's `inkscape:label`, its `<title>` or its id; a `<g>` with a label or
//! title of its own is a group of masks, a layer is not. The drawing's page is the picture, unless
//! the drawing shows one `<image>`: then that is where the picture lies. What is no shape of
//! straight lines or an ellipse is told with its line and left out.

mod geometry;
mod path;

use roxmltree::{Document, Node, ParsingOptions};

use self::geometry::{Affine, Outline, lengths, number};
use super::occlusion::{Geometry, Mask};
use crate::diag::{Code, Diagnostic, Diagnostics, Span};

const SVG: &str = "http://www.w3.org/2000/svg";
const INKSCAPE: &str = "http://www.inkscape.org/namespaces/inkscape";
/// More elements than anybody draws.
const MAX_NODES: u32 = 100_000;
/// As many elements that cannot be read are told one by one.
const TOLD: usize = 5;
/// What is never seen, or only where another element refers to it.
const UNSEEN: [&str; 14] = [
    "clipPath",
    "defs",
    "desc",
    "filter",
    "linearGradient",
    "marker",
    "mask",
    "metadata",
    "pattern",
    "radialGradient",
    "script",
    "style",
    "symbol",
    "title",
];

/// A drawing that holds masks.
pub(super) struct Overlay;

impl Overlay {
    /// The size of the largest drawing that is read, in bytes.
    pub(super) const MAX_BYTES: u64 = 8 << 20;
}

/// The masks of a drawing that the note names at `span`; `None` where it is none, which is told.
pub(super) fn read(bytes: &[u8], span: Span, sink: &mut Diagnostics) -> Option<Vec<Mask>> {
    let unreadable = |label: &str, why: String| {
        Diagnostic::new(Code::Overlay, "the drawing cannot be read")
            .at(span, label)
            .note(why)
    };
    if u64::try_from(bytes.len()).is_ok_and(|it| it > Overlay::MAX_BYTES) {
        let why = format!("a drawing of masks may have {} bytes", Overlay::MAX_BYTES);
        sink.push(unreadable("too large", why));
        return None;
    }
    let options = ParsingOptions {
        allow_dtd: true,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    let text = String::from_utf8_lossy(bytes);
    let document = match Document::parse_with_options(&text, options) {
        Ok(document) => document,
        Err(error) => {
            sink.push(unreadable("not an SVG file", error.to_string()));
            return None;
        }
    };
    let root = document.root_element();
    if root.tag_name().name() != "svg" {
        let why = format!("its first element is `<{}>`", root.tag_name().name());
        sink.push(unreadable("not an SVG file", why));
        return None;
    }
    let mut drawing = Drawing::default();
    drawing.walk(root);
    let left_out = std::mem::take(&mut drawing.left_out);
    for (index, (node, why)) in left_out.iter().enumerate() {
        if index == TOLD {
            let title = format!(
                "{} more elements of the drawing are left out",
                left_out.len() - TOLD
            );
            sink.push(Diagnostic::new(Code::OverlayElement, title).at(span, "in this drawing"));
            break;
        }
        let name = node.tag_name().name();
        let place = document.text_pos_at(node.range().start);
        let title = format!(
            "`<{name}>` in line {} of the drawing is left out",
            place.row
        );
        sink.push(
            Diagnostic::new(Code::OverlayElement, title)
                .at(span, "in this drawing")
                .note(format!("column {}: {why}", place.col))
                .help("masks are `rect`, `circle`, `ellipse`, `polygon`, `polyline` and paths of straight lines"),
        );
    }
    let Some(frame) = drawing.frame.or_else(|| page(root)) else {
        let why = "it has neither `viewBox` nor `width` and `height` on its first element, and shows no picture";
        sink.push(unreadable("has no size", why.to_owned()));
        return None;
    };
    let masks: Vec<Mask> = drawing
        .shapes
        .into_iter()
        .map(|it| it.on(frame, span))
        .collect();
    if masks.is_empty() {
        let why = "masks are `rect`, `circle`, `ellipse`, `polygon`, `polyline` and paths of straight lines";
        sink.push(
            Diagnostic::new(Code::Overlay, "the drawing holds no masks")
                .at(span, "no shape is in it")
                .note(why),
        );
        return None;
    }
    Some(masks)
}

/// What a drawing holds.
#[derive(Default)]
struct Drawing<'d> {
    shapes: Vec<Shape>,
    /// Where the picture lies: left, top, right, bottom.
    frame: Option<[f64; 4]>,
    left_out: Vec<(Node<'d, 'd>, &'static str)>,
}

struct Shape {
    label: String,
    group: Option<String>,
    outline: Outline,
}

impl<'d> Drawing<'d> {
    /// Goes through all elements in their order; without recursion, for files may be deep.
    fn walk(&mut self, root: Node<'d, 'd>) {
        let mut open = vec![(root, Affine::IDENTITY, None::<String>)];
        while let Some((node, outer, group)) = open.pop() {
            let name = node.tag_name().name();
            let is_svg = node.tag_name().namespace().is_none_or(|it| it == SVG);
            if !node.is_element() || !is_svg || UNSEEN.contains(&name) || is_hidden(node) {
                continue;
            }
            let own = node.attribute("transform").map(Affine::parse);
            let Some(own) = own.unwrap_or(Some(Affine::IDENTITY)) else {
                self.left_out.push((node, "its `transform` cannot be read"));
                continue;
            };
            let transform = outer.then(own);
            if node == root || matches!(name, "g" | "a" | "switch") {
                let is_layer = node.attribute((INKSCAPE, "groupmode")) == Some("layer");
                let named = (name == "g" && !is_layer)
                    .then(|| given_label(node))
                    .flatten();
                let group = named.or(group);
                let inner: Vec<Node<'d, 'd>> = node.children().collect();
                let inner = inner.into_iter().rev();
                open.extend(inner.map(|it| (it, transform, group.clone())));
                continue;
            }
            if name == "image" {
                self.picture(node, transform);
                continue;
            }
            match outline(node) {
                Ok(Some(outline)) => self.shapes.push(Shape {
                    label: label(node),
                    group,
                    outline: outline.under(transform),
                }),
                // Nothing is seen of it.
                Ok(None) => {}
                Err(why) => self.left_out.push((node, why)),
            }
        }
    }

    fn picture(&mut self, node: Node<'d, 'd>, transform: Affine) {
        let sides = ["x", "y", "width", "height"].map(|it| side(node, it));
        let [Some(x), Some(y), Some(width), Some(height)] = sides else {
            self.left_out.push((node, "the picture has no size"));
            return;
        };
        let corners = [x, y, width, height];
        match Outline::Box(corners).under(transform) {
            Outline::Box([x, y, width, height])
                if self.frame.is_none() && width > 0.0 && height > 0.0 =>
            {
                self.frame = Some([x, y, x + width, y + height]);
            }
            Outline::Box(_) => {
                self.left_out
                    .push((node, "the masks lie on one picture, and this is another"));
            }
            _ => self.left_out.push((
                node,
                "the picture is turned, so that masks have no place on it",
            )),
        }
    }
}

impl Shape {
    /// The mask that it is on a picture that lies in `frame`.
    fn on(self, [left, top, right, bottom]: [f64; 4], span: Span) -> Mask {
        let (width, height) = (right - left, bottom - top);
        let geometry = match self.outline {
            Outline::Box([x, y, w, h]) => Geometry::Rectangle([
                (x - left) / width,
                (y - top) / height,
                w / width,
                h / height,
            ]),
            Outline::Ellipse([x, y, rx, ry]) => Geometry::Ellipse([
                (x - left) / width,
                (y - top) / height,
                rx / width,
                ry / height,
            ]),
            Outline::Polygon(corners) => {
                let corners = corners.iter();
                let corners = corners.map(|[x, y]| [(x - left) / width, (y - top) / height]);
                Geometry::Polygon(corners.collect(), None)
            }
        };
        Mask {
            label: self.label,
            group: self.group,
            number: None,
            geometry,
            angle: 0,
            fill: None,
            span,
        }
    }
}

/// The page of the drawing in its own units: left, top, right, bottom.
fn page(root: Node<'_, '_>) -> Option<[f64; 4]> {
    let view = root.attribute("viewBox").and_then(lengths);
    let (left, top, width, height) = match view.as_deref() {
        Some([left, top, width, height]) => (*left, *top, *width, *height),
        _ => (0.0, 0.0, side(root, "width")?, side(root, "height")?),
    };
    (width > 0.0 && height > 0.0).then_some([left, top, left + width, top + height])
}

/// What an element looks like before its transform; `None` where nothing is seen of it.
fn outline(node: Node<'_, '_>) -> Result<Option<Outline>, &'static str> {
    const UNREADABLE: &str = "one of its lengths is no number";
    let given = |name: &str| match node.attribute(name) {
        None => Ok(0.0),
        Some(text) => number(text).ok_or(UNREADABLE),
    };
    let found = match node.tag_name().name() {
        "rect" => {
            let [x, y] = [given("x")?, given("y")?];
            Outline::Box([x, y, given("width")?, given("height")?])
        }
        "circle" => {
            let radius = given("r")?;
            Outline::Ellipse([given("cx")?, given("cy")?, radius, radius])
        }
        "ellipse" => {
            let [rx, ry] = [given("rx")?, given("ry")?];
            Outline::Ellipse([given("cx")?, given("cy")?, rx, ry])
        }
        "polygon" | "polyline" => {
            let points = node.attribute("points").unwrap_or_default();
            let points = lengths(points).ok_or(UNREADABLE)?;
            let corners = points.chunks_exact(2);
            Outline::Polygon(corners.filter_map(|it| it.try_into().ok()).collect())
        }
        "path" => Outline::Polygon(path::corners(node.attribute("d").unwrap_or_default())?),
        "text" | "flowRoot" => return Err("texts are no masks"),
        "line" => return Err("a line hides nothing"),
        _ => return Err("not a shape that can be a mask"),
    };
    let is_seen = match &found {
        Outline::Box([_, _, right, down]) | Outline::Ellipse([_, _, right, down]) => {
            *right > 0.0 && *down > 0.0
        }
        Outline::Polygon(corners) => corners.len() > 2,
    };
    Ok(is_seen.then_some(found))
}

fn side(node: Node<'_, '_>, name: &str) -> Option<f64> {
    match node.attribute(name) {
        None if matches!(name, "x" | "y") => Some(0.0),
        text => number(text?),
    }
}

fn is_hidden(node: Node<'_, '_>) -> bool {
    let style = node.attribute("style").unwrap_or_default();
    node.attribute("display") == Some("none")
        || style.split(';').any(|it| {
            it.split_once(':')
                .is_some_and(|(name, value)| name.trim() == "display" && value.trim() == "none")
        })
}

/// The label or title that somebody gave an element.
fn given_label(node: Node<'_, '_>) -> Option<String> {
    let title = || {
        let mut inner = node.children();
        inner.find(|it| it.tag_name().name() == "title")?.text()
    };
    let label = node.attribute((INKSCAPE, "label")).or_else(title)?;
    let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
    (!label.is_empty()).then_some(label)
}

fn label(node: Node<'_, '_>) -> String {
    given_label(node)
        .or_else(|| node.attribute("id").map(str::to_owned))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
