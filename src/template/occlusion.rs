//! Image occlusion: the shapes that stand in clozes, written as the elements that Anki's
//! script draws.
//!
//! The text of such a cloze is `image-occlusion:SHAPE:key=value:key=value..`. What each key
//! becomes, and which values are dropped, was measured on Anki 26.9.3; 25.9.2 differs for
//! `::` within the text and for text labels with special characters. The drawing itself is
//! the script's business.

use std::fmt::Write as _;

use super::cloze::{Attribute, CardSide};

const PREFIX: &str = "image-occlusion:";

/// Whether the text of a cloze is a shape.
pub(super) fn is_occlusion(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// Appends the element of the shape that `text` describes.
///
/// Number 0 is a label: it looks the same on every card.
pub(super) fn push_occlusion(
    shown: &mut String,
    text: &str,
    active: bool,
    side: CardSide,
    numbers: &[u16],
    ordinals: &str,
) {
    let class = match (active, side) {
        _ if numbers.contains(&0) => "cloze",
        (true, CardSide::Question) => "cloze",
        (true, CardSide::Answer) => "cloze-highlight",
        (false, _) => "cloze-inactive",
    };
    let mut written = write!(shown, r#"<div class="{class}" data-ordinal="{ordinals}" "#);
    let description = text.get(PREFIX.len()..).unwrap_or_default();
    if let Some((shape, mut rest)) = description.split_once(':') {
        if matches!(shape, "rect" | "ellipse" | "polygon" | "text") {
            written = written.and(write!(shown, r#"data-shape="{shape}" "#));
        }
        while let Some((key, value, behind)) = property(rest) {
            if let Some((name, value)) = attribute(key, value) {
                written = written.and(write!(shown, r#"data-{name}="{value}" "#));
            }
            rest = behind;
        }
    }
    shown.push_str("></div>");
    debug_assert!(written.is_ok(), "writing to a string can't fail");
}

/// The first `key=value` and what stands behind it. The first one that is broken ends the
/// list: an empty key or value, a backslash before anything but `:` and `\`.
fn property(text: &str) -> Option<(&str, String, &str)> {
    let (key, rest) = text.split_once('=').filter(|(key, _)| !key.is_empty())?;
    let mut value = String::new();
    let mut characters = rest.char_indices();
    let mut end = rest.len();
    while let Some((at, character)) = characters.next() {
        match character {
            ':' => {
                end = at;
                break;
            }
            '\\' => {
                let (_, escaped) = characters.next().filter(|(_, c)| matches!(c, ':' | '\\'))?;
                value.push(escaped);
            }
            _ => value.push(character),
        }
    }
    let behind = rest.get(end..)?;
    let behind = behind.strip_prefix(':').unwrap_or(behind);
    (!value.is_empty()).then_some((key, value, behind))
}

/// The attribute that a property becomes; unknown keys, and zeros where they draw nothing,
/// become none.
fn attribute(key: &str, value: String) -> Option<(&str, String)> {
    let name = match key {
        "left" | "top" | "angle" | "fill" => key,
        "width" | "height" | "rx" | "ry" | "scale" if value != "0" => key,
        "fs" => "font-size",
        "oi" => "occludeInactive",
        "text" => return Some((key, Attribute(&value).to_string())),
        "points" => {
            let points: Vec<&str> = value
                .split(' ')
                .filter(|point| point.contains(','))
                .collect();
            return (!points.is_empty()).then(|| (key, points.join(" ")));
        }
        _ => return None,
    };
    Some((name, value))
}
