//! Notes that were written on the phone, as a file of notes: each with its guid, so that the next
//! build's note is the phone's, with its schedule. What cannot be written in Markdown goes into a file
//! in YAML beside it, which takes every note.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::PullOptions;
use super::arrival::{Form, NewNote, can_be_continued, planned};
use super::media::Media;
use super::outcome::{PullOutcome, PulledNote};
use super::reading::{Given, Reading, SourceNote};
use super::siblings::Siblings;
use super::strangers::{Arrival, told};
use crate::Error;
use crate::identity::{Lock, NoteRecord};
use crate::project::overlay::with_shared;
use crate::project::{Project, Scope};
use crate::source::layout::Dialect;

/// Where new notes go if nobody says otherwise.
const MARKDOWN: &str = "inbox.md";
const YAML: &str = "inbox.yaml";

/// How often the notes are written at most before what does not come out is left.
const MOST_ROUNDS: usize = 24;

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
        let is_marked = |it: &NewNote| it.is_marked(options);
        let (marked, plain): (Vec<_>, Vec<_>) = notes.into_iter().partition(is_marked);
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
