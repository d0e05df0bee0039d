//! What the two sides of a card show of a field's clozes.

use std::fmt::{self, Write as _};

use super::{CardSide, ClozeNode, ClozeText};
use crate::template::{
    occlusion::{is_occlusion, push_occlusion},
    scan::find_from,
    strip::strip_tags,
};

impl<'a> ClozeText<'a> {
    /// What `{{cloze:Field}}` shows for the card with this number; empty when the field has no
    /// such cloze.
    #[must_use]
    pub fn reveal(&self, number: u16, side: CardSide) -> String {
        let mut shown = String::with_capacity(self.text.len());
        let mut open: Vec<(usize, String)> = Vec::new();
        let mut found = false;
        let mut index = 0;
        while let Some(node) = self.nodes.get(index) {
            match node {
                ClozeNode::Text(range) => shown.push_str(self.text(range)),
                ClozeNode::Open { numbers, close, .. } => {
                    let active = numbers.contains(&number);
                    found |= active;
                    if let Some(shape) = self.occlusion(index) {
                        // A shape is all that its cloze shows.
                        let ordinals = Ordinals(numbers).to_string();
                        push_occlusion(&mut shown, shape, active, side, numbers, &ordinals);
                        index = *close;
                    } else {
                        open.push((index, std::mem::take(&mut shown)));
                    }
                }
                ClozeNode::Close { .. } => {
                    if let Some((opened, before)) = open.pop() {
                        let content = std::mem::replace(&mut shown, before);
                        self.push_cloze(&mut shown, opened, &content, number, side);
                    }
                }
            }
            index += 1;
        }
        if found {
            strip_tags_in_math(&shown)
        } else {
            String::new()
        }
    }

    /// What `{{cloze-only:Field}}` shows for the card with this number: the hidden texts, or
    /// their hints, with a comma between them.
    #[must_use]
    pub fn reveal_only(&self, number: u16, side: CardSide) -> String {
        let mut parts: Vec<String> = Vec::new();
        // The open clozes that are asked for: index of their part.
        let mut open: Vec<Option<usize>> = Vec::new();
        for (index, node) in self.nodes.iter().enumerate() {
            match node {
                ClozeNode::Open { numbers, .. } => {
                    let part = numbers.contains(&number).then_some(parts.len());
                    if part.is_some() {
                        parts.push(match side {
                            CardSide::Question => self.hint(index).to_owned(),
                            CardSide::Answer => String::new(),
                        });
                    }
                    open.push(part);
                }
                ClozeNode::Close { .. } => {
                    open.pop();
                }
                ClozeNode::Text(range) if side == CardSide::Answer => {
                    for part in open.iter().flatten() {
                        if let Some(part) = parts.get_mut(*part) {
                            part.push_str(self.text(range));
                        }
                    }
                }
                ClozeNode::Text(_) => {}
            }
        }
        parts.join(", ")
    }

    /// The shape that the cloze which opens at `index` holds.
    fn occlusion(&self, index: usize) -> Option<&'a str> {
        match self.nodes.get(index + 1) {
            Some(ClozeNode::Text(range)) => {
                Some(self.text(range)).filter(|text| is_occlusion(text))
            }
            _ => None,
        }
    }

    /// What hides the cloze that opens at `index`.
    fn hint(&self, index: usize) -> &'a str {
        match self.nodes.get(index) {
            Some(ClozeNode::Open {
                hint: Some(hint), ..
            }) => self.text(hint),
            _ => "...",
        }
    }

    fn push_cloze(
        &self,
        shown: &mut String,
        index: usize,
        content: &str,
        number: u16,
        side: CardSide,
    ) {
        let Some(ClozeNode::Open { numbers, .. }) = self.nodes.get(index) else {
            return;
        };
        let active = numbers.contains(&number);
        let ordinals = Ordinals(numbers);
        let written = match (active, side) {
            (true, CardSide::Question) => write!(
                shown,
                r#"<span class="cloze" data-cloze="{}" data-ordinal="{ordinals}">[{}]</span>"#,
                Attribute(content),
                self.hint(index),
            ),
            (true, CardSide::Answer) => {
                write!(
                    shown,
                    r#"<span class="cloze" data-ordinal="{ordinals}">{content}</span>"#
                )
            }
            (false, _) => write!(
                shown,
                r#"<span class="cloze-inactive" data-ordinal="{ordinals}">{content}</span>"#
            ),
        };
        debug_assert!(written.is_ok(), "writing to a string can't fail");
    }
}

struct Ordinals<'a>(&'a [u16]);

impl fmt::Display for Ordinals<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, number) in self.0.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(f, "{comma}{number}")?;
        }
        Ok(())
    }
}

/// Text as the value of a quoted attribute: of the first 256 characters everything but ASCII
/// letters and digits is an entity.
pub(in crate::template) struct Attribute<'a>(pub(in crate::template) &'a str);

impl fmt::Display for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                _ if is_plain(character) => f.write_char(character)?,
                _ => write!(f, "&#x{:02X};", u32::from(character))?,
            }
        }
        Ok(())
    }
}

fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || u32::from(character) > 0xff
}

/// Takes the tags out of `\(..\)` and `\[..\]`: MathJax would show them as text. Either end
/// goes with either beginning.
fn strip_tags_in_math(text: &str) -> String {
    let mut stripped = String::with_capacity(text.len());
    let mut at = 0;
    let mut from = 0;
    while let Some(start) = find_from(text, "\\", from) {
        from = start + 1;
        if !matches!(text.as_bytes().get(from), Some(b'(' | b'[')) {
            continue;
        }
        let Some(end) = math_end(text, start + 2) else {
            break;
        };
        stripped.push_str(text.get(at..start + 2).unwrap_or_default());
        stripped.push_str(&strip_tags(text.get(start + 2..end).unwrap_or_default()));
        (at, from) = (end, end + 2);
    }
    stripped.push_str(text.get(at..).unwrap_or_default());
    stripped
}

/// The next `\)` or `\]`.
fn math_end(text: &str, mut from: usize) -> Option<usize> {
    loop {
        let at = find_from(text, "\\", from)?;
        if matches!(text.as_bytes().get(at + 1), Some(b')' | b']')) {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTION: CardSide = CardSide::Question;
    const ANSWER: CardSide = CardSide::Answer;

    #[test]
    fn sides() {
        let table = [
            (
                "x {{c1::a}} {{c2::b::h}}",
                1,
                r#"x <span class="cloze" data-cloze="a" data-ordinal="1">[...]</span> <span class="cloze-inactive" data-ordinal="2">b</span>"#,
                r#"x <span class="cloze" data-ordinal="1">a</span> <span class="cloze-inactive" data-ordinal="2">b</span>"#,
            ),
            (
                "{{c1::a::b::c}}",
                1,
                r#"<span class="cloze" data-cloze="a" data-ordinal="1">[b::c]</span>"#,
                r#"<span class="cloze" data-ordinal="1">a</span>"#,
            ),
            (
                "{{c1::::}}",
                1,
                r#"<span class="cloze" data-cloze="" data-ordinal="1">[]</span>"#,
                r#"<span class="cloze" data-ordinal="1"></span>"#,
            ),
            (
                "{{c1::a{{c2::b}}c}}",
                2,
                r#"<span class="cloze-inactive" data-ordinal="1">a<span class="cloze" data-cloze="b" data-ordinal="2">[...]</span>c</span>"#,
                r#"<span class="cloze-inactive" data-ordinal="1">a<span class="cloze" data-ordinal="2">b</span>c</span>"#,
            ),
            ("{{c1::a}}", 2, "", ""),
            (r"\({{c1::a}} <b>b</b>\)", 1, r"\([...] b\)", r"\(a b\)"),
            (
                "{{c1::<é>}}",
                1,
                r#"<span class="cloze" data-cloze="&lt;&#xE9;&gt;" data-ordinal="1">[...]</span>"#,
                r#"<span class="cloze" data-ordinal="1"><é></span>"#,
            ),
            (
                "{{c1::image-occlusion:rect:left=.1:width=0:oi=1}}",
                1,
                r#"<div class="cloze" data-ordinal="1" data-shape="rect" data-left=".1" data-occludeInactive="1" ></div>"#,
                r#"<div class="cloze-highlight" data-ordinal="1" data-shape="rect" data-left=".1" data-occludeInactive="1" ></div>"#,
            ),
        ];
        for (text, number, question, answer) in table {
            let read = ClozeText::parse(text);
            assert_eq!(read.reveal(number, QUESTION), question, "{text}");
            assert_eq!(read.reveal(number, ANSWER), answer, "{text}");
        }
    }

    #[test]
    fn only() {
        let table = [
            ("x {{c1::a}} {{c1::b::h}} {{c2::c}}", "..., h", "a, b"),
            ("{{c1::a{{c1::b::h}}c}}", "..., h", "abc, b"),
            ("{{c2::a{{c1::b}}c}}", "...", "b"),
            ("{{c2::a}}", "", ""),
        ];
        for (text, question, answer) in table {
            let read = ClozeText::parse(text);
            assert_eq!(read.reveal_only(1, QUESTION), question, "{text}");
            assert_eq!(read.reveal_only(1, ANSWER), answer, "{text}");
        }
    }
}
