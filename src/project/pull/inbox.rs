//! Notes that were written on the phone, as a file of notes in YAML: each with its guid, so that the
//! next build's note is the phone's, with its schedule.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::media::Media;
use super::outcome::{PullOutcome, PulledNote};
use super::phone::{PhoneNote, Suspended};
use super::reading::{Given, Reading, SourceNote};
use super::siblings::Siblings;
use super::strangers::{Arrival, told};
use super::{PullOptions, ways};
use crate::Error;
use crate::identity::{Lock, NoteRecord};
use crate::model::written::{FieldKind, WrittenType};
use crate::project::overlay::with_shared;
use crate::project::{Project, Scope};
use crate::source::emit::{
    EmittedField, EmittedHeader, EmittedNote, EmittedSuspend, notes_file_below,
};

/// How often the notes are written at most before what does not come out is left.
const MOST_ROUNDS: usize = 24;

/// A new note on its way.
struct NewNote {
    phone: PhoneNote,
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
    pub(super) file: Option<InboxFile>,
    pub(super) notes: Vec<PulledNote>,
    /// What the lock is to know of them, by their ids.
    pub(super) records: Vec<(String, NoteRecord)>,
}

/// The file of new notes.
pub(super) struct InboxFile {
    pub(super) path: String,
    /// Its text; `None` where there is no such file.
    pub(super) before: Option<String>,
    /// A whole file with the new notes alone.
    pub(super) new: String,
}

impl InboxFile {
    /// Its path and its text without marks, where `texts` are the files that were edited.
    pub(super) fn readable(&self, texts: &BTreeMap<String, Arc<[u8]>>) -> (String, Arc<[u8]>) {
        let edited = texts.get(&self.path);
        let edited = edited.and_then(|it| std::str::from_utf8(it).ok());
        let text = continued(edited.or(self.before.as_deref()), &self.new);
        (self.path.clone(), text.into_bytes().into())
    }
}

/// What is known where the inbox is written.
pub(super) struct Wanted<'a> {
    pub(super) reading: &'a Reading,
    pub(super) media: &'a Media,
    /// The other files as they will be.
    pub(super) texts: &'a BTreeMap<String, Arc<[u8]>>,
    /// What is known of their notes.
    pub(super) given: &'a Given,
    pub(super) siblings: &'a Siblings,
}

/// Writes the notes of the phone that nobody knows into the inbox.
pub(super) fn write(
    project: &Project,
    arrivals: Vec<Arrival>,
    wanted: &Wanted<'_>,
    options: &PullOptions,
) -> Result<Inbox, Error> {
    let mut inbox = Inbox::default();
    if arrivals.is_empty() {
        return Ok(inbox);
    }
    let Wanted {
        reading,
        media,
        texts,
        given,
        siblings,
    } = *wanted;
    let mut place_wanted = options.inbox.clone();
    if let Some(variant) = &reading.manifest.variant {
        for (name, value) in &variant.variables {
            place_wanted = place_wanted.replace(&format!("{{{{={name}}}}}"), value.as_str());
        }
    }
    let (path, before) = place(project, wanted, &place_wanted)?;
    let planned = |it: Arrival| planned(it, media, &path);
    let mut notes: Vec<NewNote> = arrivals.into_iter().map(planned).collect();
    notes.sort_by(|one, other| (&one.deck, one.phone.id).cmp(&(&other.deck, other.phone.id)));
    // The file alone is tried out first, then all of the project.
    let mut alone = given.clone();
    alone.media.extend(reading.media_records());
    let mut shared = false;
    let mut parted = matches!(project.scope, Scope::Manifest { .. });
    for _ in 0..MOST_ROUNDS {
        if notes.iter().all(|it| it.left) {
            break;
        }
        let new = text(&notes, options);
        // What is edited besides is there already.
        let edited = texts.get(&path).and_then(|it| std::str::from_utf8(it).ok());
        let after = continued(edited.or(before.as_deref()), &new);
        let mut all = texts.clone();
        all.insert(path.clone(), after.into_bytes().into());
        let mut tried = with_shared(project, all.clone());
        if parted {
            let only = vec![path.clone()];
            tried.scope = Scope::Manifest { only };
        }
        let given = if parted { &alone } else { given };
        let tried = Reading::take(&tried, given)?;
        let made = made(tried.as_ref().ok(), &path);
        if judge(&made, &mut notes) || std::mem::take(&mut parted) {
            continue;
        }
        let Ok(tried) = &tried else { break };
        if siblings.read(&path, &all)? {
            shared = true;
            break;
        }
        inbox.records = records(tried, &made, &notes);
        for note in notes.iter().filter(|it| !it.left) {
            let reason = note.other_type.then(|| {
                format!(
                    "its note type on the phone is `{}`; as `{}` it is not updated there by an import, unless \"Merge note types\" is ticked",
                    note.phone.note_type.name, note.note_type.key
                )
            });
            let mut told = told(&note.phone, PullOutcome::New, Some(path.clone()), reason);
            told.line = made.get(note.phone.guid.as_str()).map(|it| tried.line(it));
            inbox.notes.push(told);
        }
        inbox.file = Some(InboxFile {
            path: path.clone(),
            before,
            new,
        });
        break;
    }
    let unwritten = notes.iter().filter(|it| it.left || inbox.file.is_none());
    let reason = || match shared {
        true => format!(
            "`{path}` is read by several variants of the project, and it is a note of one; name a file of that variant alone, such as `--inbox notes/{{{{=lang}}}}/inbox.yaml`"
        ),
        false => format!(
            "it does not come out of `{path}` as it is; the project may not read that file, or a build may refuse the note"
        ),
    };
    let left = unwritten.map(|it| told(&it.phone, PullOutcome::Left, None, Some(reason())));
    inbox.notes.extend(left.collect::<Vec<_>>());
    Ok(inbox)
}

/// The file that new notes can be added to, and its text: the one that is named, or where that has
/// another form, the first one beside it that has not.
fn place(
    project: &Project,
    known: &Wanted<'_>,
    wanted: &str,
) -> Result<(String, Option<String>), Error> {
    let (stem, extension) = wanted.rsplit_once('.').unwrap_or((wanted, "yaml"));
    for number in 1_u32.. {
        let path = match number {
            1 => wanted.to_owned(),
            _ => format!("{stem}-{number}.{extension}"),
        };
        if known.siblings.marked.contains(&path) {
            continue;
        }
        if project.files.size(&path)?.is_none() {
            if known.texts.contains_key(&path) {
                continue;
            }
            return Ok((path, None));
        }
        if let Ok(text) = String::from_utf8(project.files.read(&path)?)
            && can_be_continued(&text)
        {
            return Ok((path, Some(text)));
        }
    }
    Ok((wanted.to_owned(), None))
}

fn planned(arrival: Arrival, media: &Media, path: &str) -> NewNote {
    let Arrival {
        phone,
        note_type,
        deck,
    } = arrival;
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

/// A file with these notes alone.
fn text(notes: &[NewNote], options: &PullOptions) -> String {
    let notes = notes.iter().filter(|it| !it.left);
    let emitted = notes.map(|it| emitted(it, options));
    notes_file_below(&EmittedHeader::default(), emitted).0
}

/// The text of the inbox with the notes of another one at its end.
pub(super) fn continued(before: Option<&str>, new: &str) -> String {
    let Some(before) = before else {
        return new.to_owned();
    };
    let items = new.strip_prefix("notes:\n").unwrap_or(new);
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

fn emitted<'n>(note: &'n NewNote, options: &PullOptions) -> EmittedNote<'n> {
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

/// The notes that come of the inbox, by their guids.
fn made<'t>(tried: Option<&'t Reading>, path: &str) -> BTreeMap<&'t str, &'t SourceNote> {
    let all = tried.into_iter().flat_map(|it| {
        let notes = it.notes.iter();
        notes.filter(move |note| it.path(note) == path)
    });
    all.map(|it| (it.guid.as_str(), it)).collect()
}

/// Goes on to the next text of each field that does not come out as it has to. Whether there was
/// one.
fn judge(made: &BTreeMap<&str, &SourceNote>, notes: &mut [NewNote]) -> bool {
    let mut failed = false;
    for note in notes.iter_mut().filter(|it| !it.left) {
        let made = made.get(note.phone.guid.as_str());
        let same = |at: usize| {
            let html = made.and_then(|it| it.fields.get(at));
            html.is_some() && html == note.wanted.get(at)
        };
        let wrong: Vec<usize> = (0..note.fields.len()).filter(|at| !same(*at)).collect();
        // What its folder gives to all notes it gives to this one.
        let other = made.is_none_or(|it| {
            !it.tags.is_superset(&note.phone.tags)
                || it.written.note_type.key != note.note_type.key
                || it.written.deck.as_str() != note.deck
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
fn records(
    tried: &Reading,
    made: &BTreeMap<&str, &SourceNote>,
    notes: &[NewNote],
) -> Vec<(String, NoteRecord)> {
    let known: BTreeSet<i64> = known_ids(&tried.lock);
    let mut records = Vec::new();
    for NewNote { phone, .. } in notes.iter().filter(|it| !it.left) {
        let Some(note) = made.get(phone.guid.as_str()) else {
            continue;
        };
        let Some(id) = note.id.as_ref().filter(|_| !known.contains(&phone.id)) else {
            continue;
        };
        // With more tags than the phone has it is newer.
        let ahead = i64::from(note.tags != phone.tags);
        let record = NoteRecord {
            guid: note.guid.clone(),
            note_id: phone.id,
            modified: phone.modified.saturating_add(ahead),
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
        records.push((id.clone(), record));
    }
    records
}

fn known_ids(lock: &Lock) -> BTreeSet<i64> {
    let all = lock.notes.values().chain(lock.removed.values());
    all.map(|it| it.note_id).collect()
}
