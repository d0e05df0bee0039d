//! What two variants must not share: learners may import both.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use crate::diag::{Code, Diagnostic, Diagnostics, Span};
use crate::model::{Deck, Guid, Note, NoteType};
use crate::source::matrix::Variant;

/// What is a variant's own.
#[derive(Default)]
pub(in crate::project) struct Claims {
    uid: String,
    guids: Vec<Guid>,
    /// By their ids.
    types: BTreeMap<i64, NoteType>,
}

impl Claims {
    /// Of the project itself, without those that it includes: their notes are the same in each.
    pub(in crate::project) fn of(uid: &str, decks: &[Deck]) -> Self {
        let notes = || decks.iter().flat_map(Deck::notes);
        let types = notes().map(Note::note_type);
        let mut known = BTreeMap::new();
        for note_type in types {
            known
                .entry(note_type.id())
                .or_insert_with(|| note_type.clone());
        }
        Self {
            uid: uid.to_owned(),
            guids: notes().filter_map(|it| it.guid.clone()).collect(),
            types: known,
        }
    }
}

/// A variant, by its key and place.
#[derive(Clone)]
struct Owner {
    key: String,
    /// What it shares with editions of the same notes.
    edition: String,
    span: Span,
}

/// What the variants so far have.
pub(super) struct Rivals {
    matrix: Span,
    uids: BTreeMap<String, Owner>,
    guids: HashMap<Guid, Owner>,
    paths: BTreeMap<String, Owner>,
    names: BTreeMap<String, (NoteType, Owner)>,
    ids: BTreeMap<i64, (NoteType, Owner)>,
}

impl Rivals {
    pub(super) fn new(matrix: Span) -> Self {
        Self {
            matrix,
            uids: BTreeMap::new(),
            guids: HashMap::new(),
            paths: BTreeMap::new(),
            names: BTreeMap::new(),
            ids: BTreeMap::new(),
        }
    }

    /// Takes in what a variant has, and tells what another one has as well.
    pub(super) fn take(
        &mut self,
        variant: &Variant,
        claims: Claims,
        paths: Vec<PathBuf>,
        sink: &mut Diagnostics,
    ) {
        let owner = Owner {
            key: variant.key.clone(),
            edition: variant.edition.clone(),
            span: variant.span,
        };
        for path in paths {
            let shown = path.file_name().unwrap_or(path.as_os_str()).display();
            let shown = shown.to_string();
            let folded = path.to_string_lossy().to_lowercase();
            if let Some(first) = self.paths.insert(folded, owner.clone()) {
                let title = format!("two variants go to `{shown}`");
                sink.push(
                    self.told(Code::OutputClash, title, &first, &owner)
                        .note("the second package would be written over the first")
                        .help("put a variable of the matrix into `output` or `name`, such as `output: \"geo-{{=lang}}.apkg\"`; letter case does not count"),
                );
            }
        }
        if let Some(first) = self.uids.insert(claims.uid.clone(), owner.clone()) {
            let title = format!("two variants have the uid `{}`", claims.uid);
            sink.push(
                self.told(Code::Matrix, title, &first, &owner)
                    .note("notes of both would be one note in Anki")
                    .help("give each one of its own, or take the variable out of `uid`: then each has one by itself"),
            );
            // All notes with one id would be told again.
            return;
        }
        let mut first_guid = None;
        for guid in claims.guids {
            if let Some(first) = self.guids.get(&guid) {
                // A learner has one of the two.
                if first.edition == owner.edition {
                    continue;
                }
                first_guid.get_or_insert((guid, first.clone()));
            } else {
                self.guids.insert(guid, owner.clone());
            }
        }
        if let Some((guid, first)) = first_guid {
            let title = format!("guid `{guid}` is used by notes of two variants");
            sink.push(
                self.told(Code::DuplicateGuid, title, &first, &owner)
                    .note("Anki would take them for one note")
                    .help("notes that name a `guid` need another one in each variant, such as a column for each")
                    .help(format!("if learners are to have one of the two, say so: `{}: {{edition-of: {}}}`", owner.key, first.key))
                    .help("if the lock of one variant began as a copy of another's, remove it"),
            );
        }
        for (id, note_type) in claims.types {
            self.note_type(id, note_type, &owner, sink);
        }
    }

    fn note_type(&mut self, id: i64, note_type: NoteType, owner: &Owner, sink: &mut Diagnostics) {
        let name = note_type.name().to_owned();
        if let Some((known, first)) = self.ids.get(&id) {
            if !are_alike(known, &note_type) {
                let title = format!(
                    "the note type `{name}` has one id in two variants, and is not the same"
                );
                sink.push(
                    self.told(Code::DuplicateNoteType, title, first, owner)
                        .note("Anki would change the notes of the one into those of the other")
                        .help("take its `id` out, or give it another one in each variant"),
                );
            }
            return;
        }
        if let Some((_, first)) = self.names.get(&name.to_lowercase()) {
            let title = format!("two variants have a note type called `{name}`");
            sink.push(
                self.told(Code::DuplicateNoteType, title, first, owner)
                    .note(
                        "each variant has note types of its own, and Anki would rename one of them",
                    )
                    .help(
                        "put a variable of the matrix into its `name`, or into that of the project",
                    ),
            );
        }
        let entry = (note_type, owner.clone());
        self.names.insert(name.to_lowercase(), entry.clone());
        self.ids.insert(id, entry);
    }

    fn told(&self, code: Code, title: String, first: &Owner, second: &Owner) -> Diagnostic {
        let found = Diagnostic::new(code, title);
        // Of several lists that are multiplied, the last one may be alike in both.
        if first.span == second.span {
            let (first, second) = (&first.key, &second.key);
            return found.at(self.matrix, format!("`{first}` and `{second}`"));
        }
        found
            .at(second.span, format!("`{}`", second.key))
            .also(first.span, format!("`{}`", first.key))
    }
}

/// Whether one may take the place of the other.
fn are_alike(one: &NoteType, other: &NoteType) -> bool {
    one.name() == other.name()
        && one.kind() == other.kind()
        && one.fields() == other.fields()
        && one.templates() == other.templates()
        && one.css() == other.css()
        && one.latex() == other.latex()
        && one.sort_field() == other.sort_field()
}
