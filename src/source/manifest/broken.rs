//! What is wrong in a project file, and what of the notes can be told all the same.
//!
//! An author who mends one key wants to see at once what else there is; but a finding that only
//! follows from the wrong key would be gone with it, and a hundred of them hide the one that
//! matters. So each key says what may follow from it.

use super::KEYS;
use crate::diag::{Code, Diagnostics, nearest};

/// The keys of a project file that hold errors.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Broken {
    keys: Vec<String>,
}

impl Broken {
    /// Takes in a key whose value holds an error, or which is none.
    pub(super) fn add(&mut self, typed: &str) {
        let meant = nearest(typed, KEYS.iter().copied()).unwrap_or(typed);
        self.keys.push(meant.to_owned());
    }

    /// Whether the notes cannot be told from what is none: which files hold them is not known.
    #[must_use]
    pub fn stops(&self) -> bool {
        let decides = ["sources", "exclude", "include", "matrix"];
        self.keys.iter().any(|it| decides.contains(&it.as_str()))
    }

    /// Takes findings of the notes out that may only follow from these keys. Returns how many.
    pub fn withhold(&self, found: &mut Diagnostics) -> usize {
        let before = found.len();
        found.retain(|it| !self.keys.iter().any(|key| may_follow(key, it.code)));
        before - found.len()
    }
}

/// Whether such a finding may be gone when the key is mended.
fn may_follow(key: &str, code: Code) -> bool {
    let is_of = |hundred: &str| code.id().get(1..).is_some_and(|it| it.starts_with(hundred));
    match key {
        // Of which type a note is, and in which form it is written, follows from these.
        "defaults" | "rules" | "markdown" => !holds_anyway(code),
        "types" => matches!(
            code,
            Code::UnknownNoteType
                | Code::UnknownField
                | Code::TooManyFields
                | Code::EmptyField
                | Code::NoCard
                | Code::NoNotes
                | Code::AudioField
                | Code::AmbiguousNote
                | Code::WasUnknown
                | Code::SchemaChange
                | Code::TableColumn
                | Code::AnkiColumn
        ),
        "cloze" | "math" => is_of("05"),
        "code" => matches!(code, Code::UnknownLanguage | Code::CodeTooLong),
        "links" => matches!(
            code,
            Code::LinkTarget | Code::UnknownReference | Code::UnusedDefinition | Code::NoteEmbed
        ),
        "media" => is_of("03") && code != Code::LinkTarget,
        "images" => matches!(
            code,
            Code::PictureLarge | Code::PictureHuge | Code::PictureUnchanged
        ),
        "audio" => is_of("036"),
        "assets" => is_of("034") || matches!(code, Code::MediaNotStatic | Code::TemplateFieldMedia),
        "decks" => code == Code::DeckUnnamed,
        "ids" | "uid" => matches!(code, Code::IdRequired | Code::AmbiguousNote),
        _ => false,
    }
}

/// Whether the text of the sources is wrong, whatever notes it is read as.
fn holds_anyway(code: Code) -> bool {
    matches!(
        code,
        Code::YamlSyntax
            | Code::YamlClozeUnquoted
            | Code::YamlColon
            | Code::YamlSpecialStart
            | Code::YamlEscape
            | Code::DuplicateKey
            | Code::NotUtf8
            | Code::FrontMatter
            | Code::AliasLimit
            | Code::PrivateUse
            | Code::ControlCharacter
            | Code::SourceOutside
            | Code::LineEnds
            | Code::SyncConflict
            | Code::TableQuotes
            | Code::TableRow
            | Code::TableJoin
            | Code::Include
            | Code::IncludeCycle
            | Code::ConflictMarks
            | Code::DuplicateId
            | Code::BadId
            | Code::BadTag
            | Code::BadNoteType
            | Code::DuplicateNoteType
            | Code::TemplateSyntax
            | Code::TemplateUnknownField
            | Code::TemplateNoField
            | Code::TemplateIdentical
            | Code::TemplateNoCloze
            | Code::LockSyntax
            | Code::LockVersion
            | Code::MediaList
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Diagnostic;

    #[test]
    fn what_may_follow_is_withheld() {
        let check = |key: &str, code: Code, withheld: bool| {
            let mut broken = Broken::default();
            broken.add(key);
            let mut found = Diagnostics::new();
            found.push(Diagnostic::new(code, "of a note"));
            assert_eq!(broken.withhold(&mut found) == 1, withheld, "{key}");
            assert_eq!(found.is_empty(), withheld, "{key}");
        };
        check("output", Code::MediaMissing, false);
        check("media", Code::MediaMissing, true);
        check("meida", Code::MediaMissing, true);
        check("media", Code::LinkTarget, false);
        check("images", Code::MediaMissing, false);
        check("defaults", Code::UnknownField, true);
        check("defaults", Code::YamlColon, false);
        check("types", Code::UnknownNoteType, true);
        check("types", Code::MediaMissing, false);
        check("math", Code::FormulaSyntax, true);
        check("budget", Code::NoCard, false);
        check("nothing like a key", Code::NoCard, false);
    }

    #[test]
    fn where_files_are_unknown_nothing_is_read() {
        let check = |key: &str, expect: bool| {
            let mut broken = Broken::default();
            broken.add(key);
            assert_eq!(broken.stops(), expect, "{key}");
        };
        check("sources", true);
        check("source", true);
        check("exlude", true);
        check("matrix", true);
        check("include", true);
        check("types", false);
        check("uid", false);
    }
}
