//! Sounds for fields that hold none: recorded ones by their names, else ones that were made.
//!
//! Nothing is made here, so that a build runs no programs. A made sound has its place in the
//! project by what it is made from; where there is no file yet, the renderer remembers what to make.

mod spoken;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::media::{Library, MediaKind, Reference, Resolved, clean_name};
use super::sink::{Sink, Target};
use crate::diag::{Code, Diagnostic, Span};
use crate::model::written::{Audio, Missing, SpokenField, WrittenNote};
use spoken::spoken;

/// The folder of made sounds, in the root of a project.
pub const MADE_FOLDER: &str = "media/made";

/// A sound that a program makes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MadeSound {
    /// What is spoken.
    pub text: String,
    /// The voice.
    pub voice: String,
    /// The programs.
    pub audio: Arc<Audio>,
    /// The first note that asks for it, and the path of its file.
    pub span: Span,
    /// The path of this note's file.
    pub source: String,
    /// Whether its file is there.
    pub is_there: bool,
    /// Whether notes may go without it.
    pub may_miss: bool,
}

/// Sounds by their paths.
pub(super) type MadeSounds = BTreeMap<String, MadeSound>;

/// Recorded sounds of a folder: their paths by their names without extensions, as they are and in
/// lower case.
pub(super) type Recorded = BTreeMap<String, String>;

/// Fills the empty fields of a rendered note that are spoken. Returns which they are.
pub(super) fn fill(
    note: &WrittenNote,
    fields: &mut [String],
    brackets: &[bool],
    is_cloze: bool,
    sink: &mut Sink<'_>,
) -> Vec<usize> {
    let settings = Arc::clone(&note.settings);
    let mut filled = Vec::new();
    for field in &settings.audio.fields {
        let Some(target) = note.note_type.field_index(&field.target) else {
            continue;
        };
        if !fields.get(target).is_some_and(|it| it.trim().is_empty()) {
            continue;
        }
        let said = field.texts.iter().find_map(|name| {
            let index = note.note_type.field_index(name)?;
            let html = fields.get(index).filter(|it| !it.trim().is_empty())?;
            let brackets = brackets.get(index).copied().unwrap_or_default();
            Some((index, spoken(html, is_cloze, brackets)))
        });
        let Some((from, said)) = said.filter(|(_, it)| !it.text.is_empty()) else {
            continue;
        };
        if said.formula {
            let content = note.fields.get(from).and_then(Option::as_ref);
            let span = content.map_or(note.span, |it| it.span());
            sink.push(formula(field, span));
        }
        let html = recorded(note, &said.text, sink).or_else(|| made(note, field, said.text, sink));
        if let (Some(html), Some(place)) = (html, fields.get_mut(target)) {
            *place = html;
            filled.push(target);
        }
    }
    filled
}

fn formula(field: &SpokenField, span: Span) -> Diagnostic {
    Diagnostic::new(Code::SpokenFormula, "a formula cannot be spoken")
        .at(span, "the sound leaves it out")
        .help(format!(
            "name another field that says it in words: `audio: {{fields: {{{}: [Spoken, {}]}}}}`",
            field.target,
            field.texts.first().map_or("Front", String::as_str)
        ))
}

/// The recorded sound that has the text as its name.
fn recorded(note: &WrittenNote, text: &str, sink: &mut Sink<'_>) -> Option<String> {
    let folders = &note.settings.audio.recorded;
    let path = folders
        .iter()
        .find_map(|it| sink.library().recorded(it, text))?;
    match sink.follow(&format!("/{path}"), note.span, false) {
        Target::File(name, MediaKind::Sound) => Some(format!("[sound:{name}]")),
        _ => None,
    }
}

fn made(
    note: &WrittenNote,
    field: &SpokenField,
    text: String,
    sink: &mut Sink<'_>,
) -> Option<String> {
    let audio = &note.settings.audio;
    let voice = field.voice.as_ref().unwrap_or(&audio.voice);
    let path = made_path(audio, voice, &text);
    let reference = Reference {
        path: &format!("/{path}"),
        folder: "",
        media_paths: &[],
        wiki: false,
        max_bytes: note.settings.max_media_bytes,
        images: note.settings.images,
        span: note.span,
        lenient: note.settings.missing == Missing::Keep,
        ships: true,
    };
    let found = sink.library().resolve(&reference);
    let is_there = !matches!(found, Resolved::Missing { .. });
    let may_miss = note.settings.missing == Missing::Keep;
    let sound = MadeSound {
        text,
        voice: voice.clone(),
        audio: Arc::clone(audio),
        span: note.span,
        source: sink.path.to_owned(),
        is_there,
        may_miss,
    };
    sink.library().ask(&path, sound);
    if is_there {
        return match sink.follow(reference.path, note.span, false) {
            Target::File(name, _) => Some(format!("[sound:{name}]")),
            _ => None,
        };
    }
    // The build fails with a word about all missing sounds; what else would be said of an empty
    // field is no news.
    (!may_miss).then(|| format!("[sound:{path}]"))
}

/// Where the sound of a text lies: beside a readable beginning, a hash of all that it is made from.
/// The version of the programs is no part of it: sounds that were made once stay as they are until
/// somebody asks for new ones.
fn made_path(audio: &Audio, voice: &str, text: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut put = |part: &str| {
        hasher.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(part.as_bytes());
    };
    put(text);
    put(voice);
    for words in [&audio.command, &audio.encode] {
        put(&words.len().to_string());
        words.iter().for_each(|it| put(it));
    }
    let extension = audio.extension();
    put(extension);
    let hash: String = hasher.finalize().to_hex().chars().take(16).collect();
    let stem = clean_name(text, 40);
    let stem = if stem.is_empty() { "sound" } else { &stem };
    format!("{MADE_FOLDER}/{stem}-{hash}.{extension}")
}

impl Library<'_> {
    /// The sound in a folder whose name is this text, but for what no file's name can hold.
    fn recorded(&self, folder: &str, text: &str) -> Option<String> {
        let index = self.recorded_in(folder, |names| index(folder, names));
        let index = index.get()?;
        let name = file_stem(text);
        let found = index.get(&name).or_else(|| index.get(&name.to_lowercase()));
        found.cloned()
    }
}

/// A text as the name of a file: without what some system does not allow there.
fn file_stem(text: &str) -> String {
    let forbidden = ['/', '\\', ':', '*', '?', '"', '<', '>', '|'];
    let name: String = text.chars().filter(|it| !forbidden.contains(it)).collect();
    let name = name.trim_end_matches(['.', ' ']);
    super::media::nfc(name)
}

fn index(folder: &str, names: &[String]) -> Recorded {
    let mut index = Recorded::new();
    for name in names
        .iter()
        .filter(|it| MediaKind::of(it) == MediaKind::Sound)
    {
        let stem = name
            .rsplit_once('.')
            .map_or(name.as_str(), |(stem, _)| stem);
        let stem = super::media::nfc(stem);
        let Some(path) = crate::files::join(folder, name) else {
            continue;
        };
        index
            .entry(stem.to_lowercase())
            .or_insert_with(|| path.clone());
        index.insert(stem, path);
    }
    index
}
