//! The masks of an image occlusion note, a line a mask.

use std::fmt::Write as _;

use super::scalar::inside_flow;
use crate::model::written::{Length, MaskMode, MaskShape, WrittenMask, WrittenMasks};

/// The keys of a note that say what its masks are, each with its value; what stands on lines of its
/// own begins with a line break and is indented by `indent`.
pub(super) fn entries(masks: &WrittenMasks, indent: usize) -> Vec<(&'static str, String)> {
    let mut entries = Vec::new();
    if masks.mode == MaskMode::HideOne {
        entries.push(("mode", "hide-one".to_owned()));
    }
    let lines = masks.masks.iter();
    let lines = lines.map(|it| format!("\n{:indent$}- {{{}}}", "", mask(it)));
    entries.push(("masks", lines.collect()));
    entries
}

fn mask(mask: &WrittenMask) -> String {
    let mut parts = Vec::new();
    if let Some(label) = &mask.label {
        parts.push(format!("label: {}", inside_flow(&label.value)));
    }
    if let Some(group) = &mask.group {
        parts.push(format!("group: {}", inside_flow(&group.value)));
    }
    if let Some(number) = &mask.number {
        parts.push(format!("number: {}", number.value));
    }
    let word = mask.shape.word();
    match &mask.shape {
        MaskShape::Rectangle(lengths) | MaskShape::Ellipse(lengths) => {
            parts.push(format!("{word}: {}", list(lengths)));
        }
        MaskShape::Polygon { corners, at } => {
            let corners: Vec<String> = corners.iter().map(|it| list(it)).collect();
            parts.push(format!("{word}: [{}]", corners.join(", ")));
            if let Some(at) = at {
                parts.push(format!("at: {}", list(at)));
            }
        }
        MaskShape::Label {
            at,
            text,
            size,
            scale,
        } => {
            parts.push(format!("{word}: {}", inside_flow(text)));
            parts.push(format!("at: {}", list(at)));
            if let Some(size) = size {
                parts.push(format!("size: {size}"));
            }
            if let Some(scale) = scale {
                parts.push(format!("scale: {}", decimals(u64::from(*scale), 10_000)));
            }
        }
    }
    if let Some(angle) = mask.angle {
        // A turn has 360 degrees and 10,000 parts.
        let degrees = decimals(u64::from(angle) * 36, 1000);
        parts.push(format!("angle: {degrees}"));
    }
    if let Some(fill) = &mask.fill {
        parts.push(format!("fill: {}", inside_flow(fill)));
    }
    parts.join(", ")
}

fn list(lengths: &[Length]) -> String {
    let lengths: Vec<String> = lengths.iter().map(Length::to_string).collect();
    format!("[{}]", lengths.join(", "))
}

/// `number` of `parts` parts of one, which is a power of ten, as a decimal.
fn decimals(number: u64, parts: u64) -> String {
    let mut text = (number / parts).to_string();
    let mut rest = number % parts;
    if rest > 0 {
        text.push('.');
    }
    while rest > 0 {
        rest *= 10;
        // Writing to a string cannot fail.
        let _ = write!(text, "{}", rest / parts);
        rest %= parts;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Span, Spanned};

    #[test]
    fn a_mask_is_a_line() {
        let length = |text: &str| Length::parse(text).unwrap();
        let four = ["9.97%", "10%", "412", "-0.5%"].map(length);
        let check = |shape: MaskShape, angle: Option<u16>, fill: Option<&str>, expect: &str| {
            let written = WrittenMask {
                label: None,
                group: None,
                number: Some(Spanned::new(3, Span::NONE)),
                shape,
                angle,
                fill: fill.map(str::to_owned),
                span: Span::NONE,
            };
            assert_eq!(mask(&written), format!("number: 3, {expect}"));
        };
        check(
            MaskShape::Rectangle(four),
            Some(1250),
            Some("#ff0000"),
            "rect: [9.97%, 10%, 412, -0.5%], angle: 45, fill: '#ff0000'",
        );
        check(
            MaskShape::Ellipse(four),
            Some(1),
            None,
            "ellipse: [9.97%, 10%, 412, -0.5%], angle: 0.036",
        );
        let corner = [length("1%"), length("2%")];
        check(
            MaskShape::Polygon {
                corners: vec![corner; 3],
                at: Some(corner),
            },
            None,
            None,
            "polygon: [[1%, 2%], [1%, 2%], [1%, 2%]], at: [1%, 2%]",
        );
        check(
            MaskShape::Label {
                at: corner,
                text: "a: b".to_owned(),
                size: Some(length("5%")),
                scale: Some(15_000),
            },
            None,
            None,
            "text: 'a: b', at: [1%, 2%], size: 5%, scale: 1.5",
        );
    }
}
