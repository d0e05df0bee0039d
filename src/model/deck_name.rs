//! Names of decks: parts joined by `::`.

use std::fmt;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

/// A deck's full name, as Anki keeps it: NFC, each part trimmed and not empty. Cloning is
/// cheap: a deck's notes share it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeckName(Arc<str>);

/// Why a text is no deck name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeckNameError {
    /// Anki would call the part `blank`.
    #[error("a part of the deck's name is empty")]
    EmptyPart,
    /// Anki would remove the character.
    #[error("the deck's name holds a control character")]
    Character,
}

impl DeckName {
    /// The deck of this name. White space and single `:` around a part are removed, as Anki does
    /// (measured).
    ///
    /// # Errors
    /// When a part is empty, or holds a control character.
    pub fn new(name: &str) -> Result<Self, DeckNameError> {
        let normal: String = name.nfc().collect();
        let mut clean = String::with_capacity(normal.len());
        for (index, part) in normal.split("::").enumerate() {
            let part = part.trim_matches(|it: char| it.is_whitespace() || it == ':');
            if part.is_empty() {
                return Err(DeckNameError::EmptyPart);
            }
            if part.chars().any(char::is_control) {
                return Err(DeckNameError::Character);
            }
            if index > 0 {
                clean.push_str("::");
            }
            clean.push_str(part);
        }
        Ok(Self(clean.into()))
    }

    /// The name of Anki's own deck.
    pub(crate) fn fallback() -> Self {
        Self("Default".into())
    }

    /// The name, parts joined by `::`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The deck below this one whose name goes on with `rest`.
    ///
    /// # Errors
    /// As [`DeckName::new`].
    pub fn child(&self, rest: &str) -> Result<Self, DeckNameError> {
        Self::new(&format!("{}::{rest}", self.0))
    }

    /// The deck it lies in; `None` for a deck on the top level.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0
            .rsplit_once("::")
            .map(|(parent, _)| Self(parent.into()))
    }

    /// The name as Anki compares it: without regard to letter case.
    #[must_use]
    pub fn folded(&self) -> String {
        super::fold(&self.0)
    }
}

impl fmt::Display for DeckName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_out_as_anki_keeps_them() {
        let check = |name: &str, expect: Result<&str, DeckNameError>| {
            assert_eq!(
                DeckName::new(name).as_ref().map(DeckName::as_str),
                expect.as_ref().copied()
            );
        };
        check("A", Ok("A"));
        check(" A :: b ", Ok("A::b"));
        check("e\u{301}", Ok("é"));
        check("A:", Ok("A"));
        check("", Err(DeckNameError::EmptyPart));
        check("A::", Err(DeckNameError::EmptyPart));
        check("A::::B", Err(DeckNameError::EmptyPart));
        check("A\u{7}", Err(DeckNameError::Character));
        let name = DeckName::new("A::B::C").unwrap();
        assert_eq!(name.parent().unwrap().as_str(), "A::B");
        assert_eq!(name.parent().unwrap().parent().unwrap().parent(), None);
    }
}
