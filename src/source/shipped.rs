//! The note types that come with deckle, compiled in. They are read like those of a project, from
//! the folder `templates`.

use std::sync::{Arc, LazyLock};

use super::note_types::{TypeContext, read_type};
use super::yaml::{self, Node};
use crate::diag::{Diagnostics, Sources};
use crate::files::Memory;
use crate::model::NoteType;
use crate::model::written::WrittenType;

/// The style sheet that every note type begins with.
pub const BASE_CSS: &str = concat!(
    include_str!("../../templates/style.css"),
    include_str!("../../templates/code.css")
);

/// The time of the last change of what is shipped, in seconds: 2026-11-23, 01:00. It must grow whenever
/// a file under `templates/` that makes a note type changes, or no learner gets the change.
const MODIFIED: i64 = 1_795_395_600;

macro_rules! shipped {
    ($($key:literal: $($file:literal)*;)*) => {
        /// Keys of the shipped types, and the files that make them.
        const FILES: &[(&str, &[(&str, &str)])] = &[
            $(($key, &[$(($file, include_str!(concat!("../../templates/", $key, "/", $file)))),*])),*
        ];
    };
}

shipped! {
    "basic": "type.yaml" "front.html" "back.html";
    "reversed": "type.yaml" "front.html" "back.html" "front-2.html" "back-2.html";
    "optional-reversed": "type.yaml" "front.html" "back.html" "front-2.html" "back-2.html";
    "typed": "type.yaml" "front.html" "back.html";
    "cloze": "type.yaml" "front.html" "back.html";
    "image-occlusion": "type.yaml" "front.html" "back.html" "occlusion.css";
}

/// The shipped note types.
#[must_use]
pub fn types() -> &'static [Arc<WrittenType>] {
    static TYPES: LazyLock<Vec<Arc<WrittenType>>> =
        LazyLock::new(|| keys().filter_map(load).collect());
    &TYPES
}

/// The files of all shipped types, each in the folder of its type's key.
pub(super) fn files() -> &'static Memory {
    static MEMORY: LazyLock<Memory> = LazyLock::new(|| {
        let mut memory = Memory::new().with("style.css", BASE_CSS);
        for (key, files) in FILES {
            for (name, text) in *files {
                memory = memory.with(format!("{key}/{name}"), *text);
            }
        }
        memory
    });
    &MEMORY
}

/// The keys of the shipped types.
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(key, _)| *key)
}

/// The definition of a shipped type, and the folder in [`files`] that its files lie in.
pub(super) fn definition(key: &str, sources: &mut Sources) -> Option<(Node, String)> {
    let key = if key == "bidirectional" {
        "reversed"
    } else {
        key
    };
    let (key, files) = FILES.iter().find(|(it, _)| *it == key)?;
    let (name, text) = files.iter().find(|(name, _)| *name == "type.yaml")?;
    let file = sources.add(format!("deckle:{key}/{name}"), *text);
    let mut documents = yaml::parse(file, text, 0, &mut Diagnostics::new()).into_iter();
    Some((documents.next()?, (*key).to_owned()))
}

fn load(key: &str) -> Option<Arc<WrittenType>> {
    let (mut sources, mut sink) = (Sources::new(), Diagnostics::new());
    let (definition, folder) = definition(key, &mut sources)?;
    let context = TypeContext {
        uid: "",
        project: "deckle",
        folder: &folder,
        base_css: BASE_CSS,
        origins: &[],
        matrix: None,
    };
    let read = read_type(&definition, context, files(), &mut sources, &mut sink)?;
    let note_type = read.note_type.with_modified(MODIFIED);
    let span = crate::diag::Span::NONE;
    Some(Arc::new(WrittenType {
        note_type,
        span,
        texts: Vec::new(),
        shipped: true,
        ..read
    }))
}

fn by_key(key: &str) -> NoteType {
    let found = types()
        .iter()
        .find(|it| it.key == key)
        .map(|it| it.note_type.clone());
    #[expect(
        clippy::expect_used,
        reason = "the types are compiled in, and a test reads each of them"
    )]
    found.expect("every shipped note type can be read")
}

/// The shipped note types.
impl NoteType {
    /// Front and Back, and a card that asks for Back. Further fields: Extra, Context, Source.
    #[must_use]
    pub fn basic() -> Self {
        by_key("basic")
    }

    /// As [`NoteType::basic`], with a second card that asks for Front.
    #[must_use]
    pub fn reversed() -> Self {
        by_key("reversed")
    }

    /// As [`NoteType::reversed`], with the second card only where the field Add Reverse is filled.
    #[must_use]
    pub fn optional_reversed() -> Self {
        by_key("optional-reversed")
    }

    /// As [`NoteType::basic`], where the answer is typed.
    #[must_use]
    pub fn typed() -> Self {
        by_key("typed")
    }

    /// Text with clozes, and a card for each cloze number. Further fields: Extra, Title, Context,
    /// Source.
    #[must_use]
    pub fn cloze() -> Self {
        by_key("cloze")
    }

    /// A picture with masks, and a card for each mask or group of masks; Anki's own editor for
    /// image occlusion opens its notes. Fields: Occlusion, Image, Header, Back Extra, Comments.
    #[must_use]
    pub fn image_occlusion() -> Self {
        by_key("image-occlusion")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NoteTypeKind;

    #[test]
    fn every_shipped_type_can_be_read() {
        let keys: Vec<&str> = types().iter().map(|it| it.key.as_str()).collect();
        assert_eq!(
            keys,
            [
                "basic",
                "reversed",
                "optional-reversed",
                "typed",
                "cloze",
                "image-occlusion"
            ]
        );
        for it in types() {
            let css = it.note_type.css().strip_prefix(BASE_CSS.trim_end());
            let more = css.is_some_and(|it| !it.trim().is_empty());
            assert!(
                css.is_some() && more == (it.key == "image-occlusion"),
                "{}",
                it.key
            );
            assert_eq!(it.note_type.modified(), Some(MODIFIED));
        }
        assert_eq!(NoteType::cloze().kind(), NoteTypeKind::Cloze);
        assert_eq!(NoteType::reversed().templates().len(), 2);
    }

    #[test]
    fn questions_and_answers_have_one_name_in_every_type() {
        // A picture with masks has neither.
        for it in types().iter().filter(|it| it.key != "image-occlusion") {
            let (question, answer) = if it.key == "cloze" {
                ("Text", "Extra")
            } else {
                ("Front", "Back")
            };
            let check = |names: &[&str], field: &str| {
                for name in names {
                    let found = it.field_index(name);
                    let found = found.and_then(|index| it.note_type.field_names().nth(index));
                    assert_eq!(found, Some(field), "{}: {name}", it.key);
                }
            };
            check(&["q", "question", "front"], question);
            check(&["a", "answer", "back"], answer);
        }
    }
}
