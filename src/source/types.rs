//! The note types that the sources can name.

use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Diagnostics, Spanned, nearest};
use crate::model::NoteTypeKind;
use crate::model::written::WrittenType;

/// All note types of a project, the shipped ones included.
#[derive(Debug, Clone, Default)]
pub struct TypeSet {
    types: Vec<Arc<WrittenType>>,
    /// Keys of definitions that could not be read, which was told.
    broken: Vec<String>,
    /// Keys of definitions that are there for others to extend only.
    bases: Vec<String>,
}

/// The key of the type that a note has when nothing else is said.
pub const DEFAULT_TYPE: &str = "basic";
/// The key of the type of clozes.
pub const CLOZE_TYPE: &str = "cloze";
/// The key of the type of masks on pictures.
pub const OCCLUSION_TYPE: &str = "image-occlusion";
/// The key of the type that asks both ways.
pub const REVERSED_TYPE: &str = "reversed";

impl TypeSet {
    /// These types; a later one of a key that stands already replaces it.
    #[must_use]
    pub fn new(types: Vec<Arc<WrittenType>>) -> Self {
        Self {
            types,
            broken: Vec::new(),
            bases: Vec::new(),
        }
    }

    /// With the keys of definitions that are there for others to extend only.
    #[must_use]
    pub fn with_bases(self, bases: Vec<String>) -> Self {
        Self { bases, ..self }
    }

    /// The keys of definitions that are there for others to extend only.
    #[must_use]
    pub fn bases(&self) -> &[String] {
        &self.bases
    }

    /// With the keys of definitions that could not be read. Notes that name one are passed over
    /// without a further word: the mistake is in the definition.
    #[must_use]
    pub fn with_broken(self, broken: Vec<String>) -> Self {
        Self { broken, ..self }
    }

    /// The keys of definitions that could not be read.
    #[must_use]
    pub fn broken(&self) -> &[String] {
        &self.broken
    }

    /// The type of this key. `bidirectional` is another word for `reversed`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Arc<WrittenType>> {
        let key = if key == "bidirectional" {
            "reversed"
        } else {
            key
        };
        self.types.iter().rev().find(|it| it.key == key)
    }

    /// All types, in the order of their definition.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<WrittenType>> {
        self.types.iter()
    }

    /// The type of this key; an unknown one is told with the nearest name.
    pub fn resolve(
        &self,
        key: &Spanned<String>,
        sink: &mut Diagnostics,
    ) -> Option<Arc<WrittenType>> {
        if let Some(found) = self.get(&key.value) {
            return Some(found.clone());
        }
        if self.broken.contains(&key.value) {
            return None;
        }
        if self.bases.contains(&key.value) {
            let title = format!("no note can be of the note type `{}`", key.value);
            sink.push(
                Diagnostic::new(Code::UnknownNoteType, title)
                    .at(key.span, "is `abstract`")
                    .help("name a note type that extends it, or take `abstract` out of its definition"),
            );
            return None;
        }
        let keys: Vec<&str> = self.types.iter().map(|it| it.key.as_str()).collect();
        let mut diagnostic = Diagnostic::new(
            Code::UnknownNoteType,
            format!("unknown note type `{}`", key.value),
        )
        .at(key.span, "no note type has this key");
        diagnostic = match nearest(&key.value, keys.iter().copied()) {
            Some(near) => diagnostic.fix("a note type with a similar key exists", key.span, near),
            None => diagnostic.help(format!("the note types are `{}`", keys.join("`, `"))),
        };
        sink.push(diagnostic);
        None
    }

    /// The type of a note that has no explicit type: the inherited one, but the cloze type where
    /// that is the plain default and one of the texts holds a cloze.
    pub fn infer<'a>(
        &self,
        inherited: &Spanned<String>,
        texts: impl IntoIterator<Item = &'a str>,
        sink: &mut Diagnostics,
    ) -> Option<Arc<WrittenType>> {
        let inherited = self.resolve(inherited, sink)?;
        let plain = inherited.shipped && inherited.key == DEFAULT_TYPE;
        if plain
            && inherited.note_type.kind() == NoteTypeKind::Normal
            && texts.into_iter().any(has_cloze)
            && let Some(cloze) = self.get(CLOZE_TYPE)
        {
            return Some(cloze.clone());
        }
        Some(inherited)
    }
}

/// Whether the text holds the beginning of a cloze, such as `{{c1::`. One with a backslash before
/// it is text.
#[must_use]
pub fn has_cloze(text: &str) -> bool {
    text.match_indices("{{c").any(|(at, _)| {
        let before = &text[..at];
        let backslashes = before.len() - before.trim_end_matches('\\').len();
        if backslashes % 2 == 1 {
            return false;
        }
        let rest = &text[at + 3..];
        let digits = rest.len()
            - rest
                .trim_start_matches(|it: char| it.is_ascii_digit() || it == ',')
                .len();
        digits > 0 && rest[digits..].starts_with("::")
    })
}

#[cfg(test)]
mod tests {
    use super::has_cloze;

    #[test]
    fn clozes_are_seen() {
        for text in ["a {{c1::b}}", "{{c12::", "{{c1,2::x}}", r"\\{{c1::x}}"] {
            assert!(has_cloze(text), "{text}");
        }
        for text in [
            "{{c::b}}",
            "{{ c1::b}}",
            "{{c1:b}}",
            "c1::",
            "{{C1::x}}",
            r"\{{c1::x}}",
            r"\\\{{c1::x}}",
        ] {
            assert!(!has_cloze(text), "{text}");
        }
    }
}
