//! Notes that were written on the phone, as a file of notes in YAML: each with its guid, so that the
//! next build's note is the phone's, with its schedule.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::media::Media;
use super::outcome::{PullOutcome, PulledFile, PulledNote};
use super::phone::{PhoneNote, Suspended};
use super::reading::{Given, Reading};
use super::{PullOptions, shown, ways};
use crate::Error;
use crate::identity::{Lock, NoteRecord};
use crate::model::DeckName;
use crate::model::written::{FieldKind, WrittenType};
use crate::project::Project;
use crate::project::overlay::with_texts;
use crate::source::emit::{
    EmittedField, EmittedHeader, EmittedNote, EmittedSuspend, notes_file_below,
};

/// How often the notes are written at most before what does not come out is left.
const MOST_ROUNDS: usize = 24;

/// A new note on its way.
struct NewNote<'p> {
    phone: &'p PhoneNote,
    note_type: Arc<WrittenType>,
    deck: String,
    /// What it has to come to, in the order of the note type's fields.
    wanted: Vec<String>,
    fields: Vec<NewField>,
    other_type: bool,
    left: bool,
}

struct NewField {
    html: String,
    texts: Vec<String>,
    at: usize,
}

/// What comes of the new notes.
#[derive(Default)]
pub(super) struct Inbox {
    pub(super) file: Option<PulledFile>,
    pub(super) notes: Vec<PulledNote>,
    /// How many notes lie in decks of others.
    pub(super) others: usize,
    /// What the lock is to know of them, by their ids.
    pub(super) records: Vec<(String, NoteRecord)>,
}

/// Writes the notes of the phone that nobody knows into the inbox, as far as they belong to the
/// project. `texts` are the other files as they will be, and `given` what is known of them.
pub(super) fn write(
    project: &Project,
    reading: &Reading,
    unknown: &[&PhoneNote],
    media: &Media,
    texts: &BTreeMap<String, Vec<u8>>,
    given: &Given,
    options: &PullOptions,
) -> Result<Inbox, Error> {
    let mut inbox = Inbox::default();
    let mut path = options.inbox.clone();
    let mut notes: Vec<NewNote<'_>> = Vec::new();
    for phone in unknown {
        match belongs(reading, phone) {
            Belongs::No => inbox.others += 1,
            Belongs::Untyped(reason) => {
                inbox
                    .notes
                    .push(told(phone, PullOutcome::Left, None, Some(reason)));
            }
            Belongs::Yes(note_type, deck) => {
                notes.push(planned(phone, note_type, deck, media, &path));
            }
        }
    }
    if notes.is_empty() {
        return Ok(inbox);
    }
    let old = match project.files.size(&path)? {
        None => None,
        Some(_) => String::from_utf8(project.files.read(&path)?).ok(),
    };
    let old = match texts.get(&path).cloned().map(String::from_utf8) {
        Some(Ok(text)) => Some(text),
        _ => old,
    };
    let mut before = old;
    if before.as_deref().is_some_and(|it| !can_be_continued(it)) {
        path = free_path(project, &path)?;
        before = None;
    }
    notes.sort_by(|one, other| (&one.deck, one.phone.id).cmp(&(&other.deck, other.phone.id)));
    for _ in 0..MOST_ROUNDS {
        if notes.iter().all(|it| it.left) {
            break;
        }
        let after = text(before.as_deref(), &notes, options);
        let mut all = texts.clone();
        all.insert(path.clone(), after.clone().into_bytes());
        let tried = Reading::take(&with_texts(project, all), given)?;
        let failed = judge(tried.as_ref().ok(), &mut notes, &path);
        if failed {
            continue;
        }
        let Ok(tried) = tried else { break };
        inbox.records = records(&tried, &notes);
        for note in notes.iter().filter(|it| !it.left) {
            let line = tried.notes.iter().find(|it| it.guid == note.phone.guid);
            let line = line.map(|it| tried.line(it));
            let reason = note.other_type.then(|| {
                format!(
                    "its note type on the phone is `{}`; as `{}` it is not updated there by an import, unless \"Merge note types\" is ticked",
                    note.phone.note_type.name, note.note_type.key
                )
            });
            let mut told = told(note.phone, PullOutcome::New, Some(path.clone()), reason);
            told.line = line;
            inbox.notes.push(told);
        }
        inbox.file = Some(PulledFile {
            path: path.clone(),
            before,
            after,
        });
        break;
    }
    let unwritten = notes.iter().filter(|it| it.left || inbox.file.is_none());
    for note in unwritten {
        let reason = format!(
            "it does not come out of `{path}` as it is; the project may not read that file, or a build may refuse the note"
        );
        inbox
            .notes
            .push(told(note.phone, PullOutcome::Left, None, Some(reason)));
    }
    Ok(inbox)
}

enum Belongs {
    /// It is somebody else's.
    No,
    /// Its deck is the project's, and its type is not.
    Untyped(String),
    Yes(Arc<WrittenType>, String),
}

/// Whether a note lies in one of the project's decks, and which type it has here.
fn belongs(reading: &Reading, phone: &PhoneNote) -> Belongs {
    let Some(deck) = &phone.deck else {
        return Belongs::No;
    };
    let below = |outer: &str| {
        let rest = deck.strip_prefix(outer);
        rest.is_some_and(|it| it.is_empty() || it.starts_with("::"))
    };
    let decks: BTreeSet<&str> = reading
        .notes
        .iter()
        .map(|it| it.written.deck.as_str())
        .collect();
    let root = reading.manifest.name.as_str();
    if !below(root) && !decks.into_iter().any(below) {
        return Belongs::No;
    }
    let Ok(deck) = DeckName::new(deck) else {
        return Belongs::No;
    };
    let stored = &phone.note_type;
    let by_id = reading.types.iter().find(|it| {
        let id = it.note_type.id();
        id == stored.id || Some(id) == stored.original_id
    });
    let fits = |it: &&Arc<WrittenType>| {
        let filled = stored.fields.iter().zip(&phone.fields);
        it.note_type.kind() == stored.kind
            && it.note_type.templates().len() == stored.templates.len()
            && filled
                .filter(|(_, html)| !html.is_empty())
                .all(|(name, _)| it.field_index(name).is_some())
    };
    let names = |it: &&Arc<WrittenType>| {
        it.note_type
            .field_names()
            .eq(stored.fields.iter().map(String::as_str))
    };
    let found = by_id
        .filter(names)
        .or_else(|| reading.types.iter().find(|it| names(it) && fits(it)))
        .or_else(|| reading.types.iter().find(fits));
    match found {
        Some(found) => Belongs::Yes(Arc::clone(found), deck.as_str().to_owned()),
        None => Belongs::Untyped(format!(
            "no note type of the project has the fields of `{}`; `deckle unpack` makes one of it",
            stored.name
        )),
    }
}

fn planned<'p>(
    phone: &'p PhoneNote,
    note_type: Arc<WrittenType>,
    deck: String,
    media: &Media,
    path: &str,
) -> NewNote<'p> {
    let mut wanted = vec![String::new(); note_type.note_type.fields().len()];
    for (name, html) in phone.note_type.fields.iter().zip(&phone.fields) {
        let index = note_type.field_index(name);
        if let Some(slot) = index.and_then(|at| wanted.get_mut(at)) {
            *slot = media.renamed(html);
        }
    }
    let kind = |at: usize| {
        note_type
            .fields
            .get(at)
            .map(|it| it.kind)
            .unwrap_or_default()
    };
    let fields = wanted.iter().enumerate().map(|(at, html)| {
        let html = media.with_paths(html, path);
        let texts = match kind(at) {
            FieldKind::Markdown if !html.is_empty() => ways::markdown(&html, false),
            _ => Vec::new(),
        };
        NewField { html, texts, at: 0 }
    });
    let ids = [Some(phone.note_type.id), phone.note_type.original_id];
    NewNote {
        phone,
        deck,
        fields: fields.collect(),
        other_type: !ids.contains(&Some(note_type.note_type.id())),
        wanted,
        note_type,
        left: false,
    }
}

/// Whether the file ends in a list of notes as it is written here.
fn can_be_continued(text: &str) -> bool {
    let mut list = text
        .lines()
        .filter(|it| !it.starts_with([' ', '#']) && !it.trim().is_empty());
    let last = list
        .next_back()
        .map(|it| it.trim_start_matches('\u{feff}').trim_end());
    last == Some("notes:") && text.contains("\n  - ")
}

fn free_path(project: &Project, path: &str) -> Result<String, Error> {
    let (stem, extension) = path.rsplit_once('.').unwrap_or((path, "yaml"));
    for number in 2_u32..10_000 {
        let path = format!("{stem}-{number}.{extension}");
        if project.files.size(&path)?.is_none() {
            return Ok(path);
        }
    }
    Ok(path.to_owned())
}

/// The text of the inbox with these notes at its end.
fn text(before: Option<&str>, notes: &[NewNote<'_>], options: &PullOptions) -> String {
    let emitted = notes
        .iter()
        .filter(|it| !it.left)
        .map(|it| emitted(it, options));
    let (new, _) = notes_file_below(&EmittedHeader::default(), emitted);
    let Some(before) = before else {
        return new;
    };
    let items = new.strip_prefix("notes:\n").unwrap_or(&new);
    let newline = if before.contains("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let mut text = before.to_owned();
    if !text.ends_with('\n') {
        text.push_str(newline);
    }
    text.push_str(&items.replace('\n', newline));
    text
}

fn emitted<'n>(note: &'n NewNote<'_>, options: &PullOptions) -> EmittedNote<'n> {
    let mut emitted = EmittedNote {
        guid: Some(&note.phone.guid),
        note_type: Some(&note.note_type.key),
        deck: Some(&note.deck),
        tags: note.phone.tags.iter().map(String::as_str).collect(),
        ..EmittedNote::default()
    };
    if options.flags {
        emitted.flag = note.phone.flag();
    }
    if options.suspended {
        emitted.suspend = match note.phone.suspended() {
            None => EmittedSuspend::None,
            Some(Suspended::All) => EmittedSuspend::All,
            Some(Suspended::Cards(names)) => EmittedSuspend::Cards(names),
        };
    }
    let names = note.note_type.note_type.field_names();
    for (name, field) in names.zip(&note.fields) {
        if field.html.is_empty() {
            continue;
        }
        let form = match field.texts.get(field.at) {
            Some(text) => EmittedField::Plain(text),
            None => EmittedField::Html(&field.html),
        };
        emitted.fields.push((name, form));
    }
    emitted
}

/// Goes on to the next text of each field that does not come out as it has to. Whether there was
/// one.
fn judge(tried: Option<&Reading>, notes: &mut [NewNote<'_>], path: &str) -> bool {
    let mut failed = false;
    for note in notes.iter_mut().filter(|it| !it.left) {
        let made = tried.and_then(|it| {
            let all = &mut it.notes.iter().filter(|one| it.path(one) == path);
            all.find(|it| it.guid == note.phone.guid)
        });
        let same = |at: usize| {
            let html = made.and_then(|it| it.fields.get(at));
            html.is_some() && html == note.wanted.get(at)
        };
        let wrong: Vec<usize> = (0..note.fields.len()).filter(|at| !same(*at)).collect();
        let other = made.is_none_or(|it| {
            it.tags != note.phone.tags || it.written.note_type.key != note.note_type.key
        });
        if wrong.is_empty() && !other {
            continue;
        }
        failed = true;
        let mut advanced = false;
        for at in wrong {
            if let Some(field) = note.fields.get_mut(at)
                && field.at < field.texts.len()
            {
                field.at += 1;
                advanced = true;
            }
        }
        note.left = !advanced;
    }
    failed
}

/// What the lock is to know: the note is the phone's, with its id and its time.
fn records(tried: &Reading, notes: &[NewNote<'_>]) -> Vec<(String, NoteRecord)> {
    let by_guid: BTreeMap<&str, &PhoneNote> = notes
        .iter()
        .filter(|it| !it.left)
        .map(|it| (it.phone.guid.as_str(), it.phone))
        .collect();
    let known: BTreeSet<i64> = known_ids(&tried.lock);
    let mut records = Vec::new();
    for note in &tried.notes {
        let (Some(phone), Some(id)) = (by_guid.get(note.guid.as_str()), &note.id) else {
            continue;
        };
        if known.contains(&phone.id) {
            continue;
        }
        let record = NoteRecord {
            guid: String::new(),
            note_id: phone.id,
            modified: phone.modified,
            content: note.content,
            note_type: note.written.note_type.identity.as_str().into(),
            path: tried.path(note).into(),
            heading: "".into(),
            fingerprint: note.fingerprint,
            rendered: None,
            sketch: note.sketch,
            place: None,
            clozes: Box::default(),
            masks: Box::default(),
        };
        let record = NoteRecord {
            guid: note.guid.clone(),
            ..record
        };
        records.push((id.clone(), record));
    }
    records
}

fn known_ids(lock: &Lock) -> BTreeSet<i64> {
    let all = lock.notes.values().chain(lock.removed.values());
    all.map(|it| it.note_id).collect()
}

fn told(
    phone: &PhoneNote,
    outcome: PullOutcome,
    path: Option<String>,
    reason: Option<String>,
) -> PulledNote {
    PulledNote {
        outcome,
        guid: phone.guid.clone(),
        path,
        line: None,
        text: shown(phone.fields.first().map_or("", String::as_str)),
        changes: Vec::new(),
        reason,
    }
}
