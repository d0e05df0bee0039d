//! Tags of notes.

use std::fmt;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

/// A tag as Anki keeps it: NFC, no white space, parts joined by `::`, none of them empty. Cloning is
/// cheap: the notes of a file share their tags.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(Arc<str>);

/// Why a text is no tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TagError {
    /// There is no text.
    #[error("the tag is empty")]
    Empty,
    /// Anki would call the part `blank`.
    #[error("a part of the tag is empty")]
    EmptyPart,
    /// Anki would remove the character.
    #[error("the tag holds a control character")]
    Character,
}

impl Tag {
    /// The tag of this text. White space around it is removed, white space inside becomes `_`
    /// (Anki would make two tags of it).
    ///
    /// # Errors
    /// When a part is empty, or holds a control character.
    pub fn new(text: &str) -> Result<Self, TagError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TagError::Empty);
        }
        if text.split("::").any(|part| part.trim().is_empty()) {
            return Err(TagError::EmptyPart);
        }
        if text
            .chars()
            .any(|it| it.is_control() && !it.is_whitespace())
        {
            return Err(TagError::Character);
        }
        let joined: Vec<String> = text
            .split("::")
            .map(|part| part.split_whitespace().collect::<Vec<_>>().join("_"))
            .collect();
        Ok(Self(joined.join("::").nfc().collect::<String>().into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The tag as Anki compares it: without regard to letter case.
    #[must_use]
    pub fn folded(&self) -> String {
        super::fold(&self.0)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_come_out_as_anki_keeps_them() {
        let check = |text: &str, expect: Result<&str, TagError>| {
            assert_eq!(
                Tag::new(text).as_ref().map(Tag::as_str),
                expect.as_ref().copied()
            );
        };
        check("a::b", Ok("a::b"));
        check(" two  words ", Ok("two_words"));
        check("ideographic\u{3000}space", Ok("ideographic_space"));
        check("a :: b", Ok("a::b"));
        check("", Err(TagError::Empty));
        check("::a", Err(TagError::EmptyPart));
        check("a::", Err(TagError::EmptyPart));
        check("a\u{0}b", Err(TagError::Character));
    }
}
