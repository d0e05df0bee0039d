//! Image occlusion: the shapes that stand in clozes, written as the elements that Anki's
//! script draws.

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
    let mut parts = split_unescaped(text.get(PREFIX.len()..).unwrap_or_default()).into_iter();
    let shape = parts.next().unwrap_or_default();
    let mut written = write!(shown, r#"<div class="{class}" data-ordinal="{ordinals}" "#);
    if !shape.is_empty() {
        written = written.and(write!(shown, r#"data-shape="{}" "#, shape));
    }
    for part in parts {
        let Some((key, value)) = part.split_once('=') else {
            continue;
        };
        let key = if key == "oi" { "occludeInactive" } else { key };
        written = match key {
            "text" => written.and(write!(shown, r#"data-{key}="{}" "#, Attribute(value))),
            _ => written.and(write!(shown, r#"data-{key}="{value}" "#)),
        };
    }
    shown.push_str("></div>");
    debug_assert!(written.is_ok(), "writing to a string can't fail");
}

/// Splits at colons; a backslash takes the next character as it is.
fn split_unescaped(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == ':' {
            parts.push(String::new());
            continue;
        }
        let literal = if character == '\\' {
            characters.next()
        } else {
            Some(character)
        };
        if let Some(part) = parts.last_mut() {
            part.extend(literal);
        }
    }
    parts
}
