//! Notes that were written on the phone, as a file of notes: each with its guid, so that the next
//! build's note is the phone's, with its schedule. What cannot be written in Markdown goes into a file
//! in YAML beside it, which takes every note.

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
use crate::model::Flag;
use crate::model::written::{FieldKind, WrittenType};
use crate::project::overlay::with_shared;
use crate::project::{Project, Scope};
use crate::source::emit::{
    EmittedField, EmittedHeader, EmittedNote, EmittedSuspend, PageForm, PageNote, notes_file_below,
    page_file,
};
use crate::source::layout::Dialect;

/// Where new notes go if nobody says otherwise.
const MARKDOWN: &str = "inbox.md";
const YAML: &str = "inbox.yaml";

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

/// How the notes of an inbox are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Below headings.
    Markdown,
    Yaml,
}

/// What comes of the new notes.
#[derive(Default)]
pub(super) struct Inbox {
    pub(super) files: Vec<InboxFile>,
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
    pub(super) form: Form,
}

impl InboxFile {
    /// Its path and its text without marks, where `texts` are the files that were edited.
    pub(super) fn readable(&self, texts: &BTreeMap<String, Arc<[u8]>>) -> (String, Arc<[u8]>) {
        let edited = texts.get(&self.path);
        let edited = edited.and_then(|it| std::str::from_utf8(it).ok());
        let text = self
            .form
            .continued(edited.or(self.before.as_deref()), &self.new);
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

/// The path of the inbox: the one that is named, else one in the form that most notes are written in.
fn named(project: &Project, reading: &Reading, options: &PullOptions) -> Result<String, Error> {
    let Some(name) = &options.inbox else {
        let count = |dialect: Dialect| {
            let files = reading.inputs.values().filter(|it| it.dialect == dialect);
            let notes = files.map(|it| reading.starts(it.file).len());
            notes.sum::<usize>()
        };
        let has = |path: &str| Ok::<_, Error>(project.files.size(path)?.is_some());
        let is_begun = has(YAML)? && !has(MARKDOWN)?;
        return Ok(
            match count(Dialect::Markdown) > count(Dialect::Yaml) && !is_begun {
                true => MARKDOWN.to_owned(),
                false => YAML.to_owned(),
            },
        );
    };
    let mut name = name.clone();
    if let Some(variant) = &reading.manifest.variant {
        for (variable, value) in &variant.variables {
            name = name.replace(&format!("{{{{={variable}}}}}"), value.as_str());
        }
    }
    Ok(name)
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
    let mut name = named(project, wanted.reading, options)?;
    let mut notes: Vec<NewNote> = arrivals.into_iter().map(planned).collect();
    notes.sort_by(|one, other| (&one.deck, one.phone.id).cmp(&(&other.deck, other.phone.id)));
    let mut texts = wanted.texts.clone();
    if Form::of(&name) == Some(Form::Markdown) {
        let known = Wanted {
            texts: &texts,
            ..*wanted
        };
        let plain = |it: &NewNote| {
            let note = emitted(it, options);
            note.flag == Flag::None && note.suspend == EmittedSuspend::None
        };
        let (plain, marked): (Vec<_>, Vec<_>) = notes.into_iter().partition(plain);
        let attempt = written(
            project,
            (&name, Form::Markdown),
            plain,
            &known,
            options,
            &mut inbox,
        )?;
        notes = attempt.left;
        notes.extend(marked);
        let made = inbox.files.iter().map(|it| it.readable(&texts));
        let made: Vec<_> = made.collect();
        texts.extend(made);
        let stem = name.rsplit_once('.').map_or(name.as_str(), |it| it.0);
        name = format!("{stem}.yaml");
    }
    let known = Wanted {
        texts: &texts,
        ..*wanted
    };
    let Attempted { path, left, shared } = written(
        project,
        (&name, Form::Yaml),
        notes,
        &known,
        options,
        &mut inbox,
    )?;
    let reason = || match shared {
        true => format!(
            "`{path}` is read by several variants of the project, and it is a note of one; name a file of that variant alone, such as `--inbox notes/{{{{=lang}}}}/inbox.yaml`"
        ),
        false => format!(
            "it does not come out of `{path}` as it is; the project may not read that file, or a build may refuse the note"
        ),
    };
    let left = left
        .iter()
        .map(|it| told(&it.phone, PullOutcome::Left, None, Some(reason())));
    inbox.notes.extend(left);
    Ok(inbox)
}

/// What could not be written.
struct Attempted {
    path: String,
    left: Vec<NewNote>,
    /// Whether other variants read that file, too.
    shared: bool,
}

/// Writes notes in one form, as far as they come out of it as they are.
fn written(
    project: &Project,
    (name, form): (&str, Form),
    mut notes: Vec<NewNote>,
    wanted: &Wanted<'_>,
    options: &PullOptions,
    inbox: &mut Inbox,
) -> Result<Attempted, Error> {
    let Wanted {
        reading,
        media,
        texts,
        given,
        siblings,
    } = *wanted;
    let (path, before) = place(project, wanted, name, form)?;
    for note in &mut notes {
        note.aim(media, &path, form);
    }
    // The file alone is tried out first, then all of the project.
    let mut alone = given.clone();
    alone.media.extend(reading.media_records());
    let mut shared = false;
    let mut done = false;
    let mut parted = matches!(project.scope, Scope::Manifest { .. });
    for _ in 0..MOST_ROUNDS {
        if notes.iter().all(|it| it.left) {
            break;
        }
        let Some(new) = form.text(&mut notes, options) else {
            continue;
        };
        // What is edited besides is there already.
        let edited = texts.get(&path).and_then(|it| std::str::from_utf8(it).ok());
        let after = form.continued(edited.or(before.as_deref()), &new);
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
        let added = notes.iter().filter(|it| !it.left).count();
        if !keeps(reading, tried, &path, edited.is_some(), added) {
            break;
        }
        if siblings.read(&path, &all)? {
            shared = true;
            break;
        }
        inbox.records.extend(records(tried, &made, &notes));
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
        done = true;
        inbox.files.push(InboxFile {
            path: path.clone(),
            before,
            new,
            form,
        });
        break;
    }
    notes.retain(|it| it.left || !done);
    Ok(Attempted {
        path,
        left: notes,
        shared,
    })
}

/// Whether the notes that the file had are there as they were.
fn keeps(old: &Reading, new: &Reading, path: &str, is_edited: bool, added: usize) -> bool {
    let (old_notes, new_notes) = (old.by_path(), new.by_path());
    let was = old_notes.get(path).map_or(&[][..], Vec::as_slice);
    let is = new_notes.get(path).map_or(&[][..], Vec::as_slice);
    let same = |(was, is): (&usize, &usize)| match (old.notes.get(*was), new.notes.get(*is)) {
        (Some(was), Some(is)) => is_edited || is.is_like(was),
        _ => false,
    };
    is.len() == was.len() + added && was.iter().zip(is).all(same)
}

/// The file that new notes can be added to, and its text: the one that is named, or where that has
/// another form, the first one beside it that has not.
fn place(
    project: &Project,
    known: &Wanted<'_>,
    wanted: &str,
    form: Form,
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
            && (form == Form::Markdown || can_be_continued(&text))
        {
            return Ok((path, Some(text)));
        }
    }
    Ok((wanted.to_owned(), None))
}

fn planned(arrival: Arrival) -> NewNote {
    let Arrival {
        phone,
        note_type,
        deck,
    } = arrival;
    let ids = [Some(phone.note_type.id), phone.note_type.original_id];
    NewNote {
        phone,
        deck,
        fields: Vec::new(),
        other_type: !ids.contains(&Some(note_type.note_type.id())),
        wanted: Vec::new(),
        note_type,
        left: false,
    }
}

impl NewNote {
    /// Prepares it for a file at `path`.
    fn aim(&mut self, media: &Media, path: &str, form: Form) {
        let types = &self.note_type;
        let mut wanted = vec![String::new(); types.note_type.fields().len()];
        let filled = self.phone.note_type.fields.iter().zip(&self.phone.fields);
        for (name, html) in filled {
            let index = types.field_index(name);
            if let Some(slot) = index.and_then(|at| wanted.get_mut(at)) {
                *slot = media.renamed(html);
            }
        }
        let kind = |at: usize| types.fields.get(at).map(|it| it.kind).unwrap_or_default();
        let fields = wanted.iter().enumerate().map(|(at, html)| {
            let html = media.with_paths(html, path);
            let mut texts = match kind(at) {
                FieldKind::Markdown if !html.is_empty() => ways::markdown(&html, false),
                _ => Vec::new(),
            };
            // Markdown lets HTML through, where YAML has a word for it.
            if form == Form::Markdown && !html.is_empty() {
                texts.push(html.clone());
            }
            NewField { html, texts, at: 0 }
        });
        self.fields = fields.collect();
        self.wanted = wanted;
        self.left = false;
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

impl Form {
    /// By the ending of a path; `None` of one that is for no notes of the phone.
    pub(super) fn of(path: &str) -> Option<Self> {
        match Dialect::of(path) {
            Some(Dialect::Markdown) => Some(Self::Markdown),
            Some(Dialect::Yaml) => Some(Self::Yaml),
            _ => None,
        }
    }

    /// A file with these notes alone. Those that have no place in it are left; `None` where there are
    /// such, so that nothing is there to be tried out yet.
    fn text(self, notes: &mut [NewNote], options: &PullOptions) -> Option<String> {
        if self == Self::Yaml {
            let notes = notes.iter().filter(|it| !it.left);
            let emitted = notes.map(|it| emitted(it, options));
            return Some(notes_file_below(&EmittedHeader::default(), emitted).0);
        }
        let header = EmittedHeader::default();
        let text = |pages: &[PageNote<'_>]| page_file(PageForm::Headings, &header, None, pages);
        let mut fits = true;
        for note in notes.iter_mut().filter(|it| !it.left) {
            let is_page = page(note, options).is_some_and(|it| text(&[it]).is_some());
            note.left = !is_page;
            fits &= is_page;
        }
        let pages = notes.iter().filter(|it| !it.left);
        let pages: Option<Vec<PageNote<'_>>> = pages.map(|it| page(it, options)).collect();
        pages.and_then(|it| text(&it)).filter(|_| fits)
    }

    /// The text of an inbox with the notes of another one at its end.
    pub(super) fn continued(self, before: Option<&str>, new: &str) -> String {
        let Some(before) = before else {
            return new.to_owned();
        };
        let newline = match before.contains("\r\n") {
            true => "\r\n",
            false => "\n",
        };
        let mut text = before.to_owned();
        if !text.ends_with('\n') && !text.is_empty() {
            text.push_str(newline);
        }
        let items = match self {
            Self::Yaml => new.strip_prefix("notes:\n").unwrap_or(new),
            Self::Markdown => {
                if !text.trim().is_empty() {
                    text.push_str(newline);
                }
                new
            }
        };
        text.push_str(&items.replace('\n', newline));
        text
    }
}

/// A note as a heading with what stands below it; `None` where a field has no text left to try.
fn page<'n>(note: &'n NewNote, options: &PullOptions) -> Option<PageNote<'n>> {
    let names = note.note_type.note_type.field_names();
    let mut texts = Vec::new();
    for (at, (name, field)) in names.zip(&note.fields).enumerate() {
        if !field.html.is_empty() {
            texts.push((at, name, None, field.texts.get(field.at)?.as_str()));
        }
    }
    let mut emitted = emitted(note, options);
    emitted.fields.clear();
    Some(PageNote {
        note: emitted,
        texts,
    })
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
