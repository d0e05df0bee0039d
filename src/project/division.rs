//! One project, several packages: which notes go into which, and what they bring with them.
//!
//! The project is built as a whole before, with one lock. So a note has the same guid, id and time
//! in every package, and a package has the same bytes whether it is written alone or not.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::decks;
use super::latex::LatexPictures;
use super::output::{self, Place};
use super::render::{Facts, Made};
use crate::diag::{Code, Diagnostic, Diagnostics, Sources, Spanned, nearest};
use crate::files::file_name;
use crate::model::{Deck, DeckName, Guid, MediaFile, Note};
use crate::render::{MediaKey, MediaNames};
use crate::source::layout::Selection;
use crate::source::outputs::{Output, Outputs, Split};

/// Where notes come from, and which media they show.
#[derive(Default)]
pub(super) struct Origins {
    notes: HashMap<Guid, Origin>,
    /// The files that note types refer to, by the types' ids.
    types: BTreeMap<i64, Vec<String>>,
}

struct Origin {
    path: Arc<str>,
    media: Box<[Arc<str>]>,
}

impl Origins {
    /// Of notes that have their guids and the names of their media. `types` are the files that
    /// each note type refers to.
    pub(super) fn new(
        made: &Made,
        names: &MediaNames,
        latex: &LatexPictures,
        types: BTreeMap<i64, Vec<String>>,
        sources: &Sources,
    ) -> Self {
        let mut by_key: BTreeMap<MediaKey, Vec<Arc<str>>> = BTreeMap::new();
        for file in names.files() {
            let of_key = by_key.entry(file.key).or_default();
            of_key.push(file.name.as_str().into());
        }
        let mut paths: HashMap<&str, Arc<str>> = HashMap::new();
        let mut notes = HashMap::new();
        for (index, (note, facts)) in made.iter().enumerate() {
            let path = sources.path(facts.span().file);
            let path = paths.entry(path).or_insert_with(|| path.into()).clone();
            let mut media = shown(note, facts, &by_key);
            if let Some(names) = latex.of_notes.get(&index) {
                media = media.into_iter().chain(names.iter().cloned()).collect();
            }
            if let Some(guid) = note.guid.clone() {
                notes.insert(guid, Origin { path, media });
            }
        }
        Self { notes, types }
    }

    /// Takes in those of a project in this folder.
    pub(super) fn absorb(&mut self, guest: Self, folder: &str) {
        let notes = guest.notes.into_iter().map(|(guid, it)| {
            let path = format!("{folder}/{}", it.path).into();
            (guid, Origin { path, ..it })
        });
        self.notes.extend(notes);
        self.types.extend(guest.types);
    }

    fn path(&self, note: &Note) -> Arc<str> {
        let origin = note.guid.as_ref().and_then(|guid| self.notes.get(guid));
        origin.map_or_else(|| "".into(), |it| it.path.clone())
    }
}

/// The media that a note shows. Of a content that has several names, those that its fields say.
fn shown(note: &Note, facts: &Facts, names: &BTreeMap<MediaKey, Vec<Arc<str>>>) -> Box<[Arc<str>]> {
    let of_note = facts.media().iter().filter_map(|key| names.get(key));
    let mut shown = Vec::new();
    for names in of_note {
        match names.as_slice() {
            [one] => shown.push(one.clone()),
            several => {
                let fields = note.fields.to_vec();
                let said = |name: &Arc<str>| fields.iter().any(|it| it.contains(&**name));
                let before = shown.len();
                shown.extend(several.iter().filter(|it| said(it)).cloned());
                // Written in escapes, it may stand there in another form.
                if shown.len() == before {
                    shown.extend(several.iter().cloned());
                }
            }
        }
    }
    shown.into()
}

/// A package.
pub(super) struct Share {
    /// What it is called.
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) decks: Vec<Deck>,
    pub(super) media: Vec<MediaFile>,
}

/// A package while notes are put into it.
#[derive(Default)]
struct Slot {
    /// What it is for, where its output is split.
    part: String,
    /// By their places among all decks.
    decks: BTreeMap<usize, Deck>,
    media: BTreeSet<Arc<str>>,
    types: BTreeSet<i64>,
}

/// Sorts the notes of all `decks` into the packages that the project asks for. Packages that
/// would be written over one another, notes that come into none and patterns that take none are
/// told.
pub(super) fn divide(
    outputs: &Outputs,
    root: &DeckName,
    decks: Vec<Deck>,
    media: &[MediaFile],
    origins: &Origins,
    sink: &mut Diagnostics,
) -> Vec<Share> {
    let mut rules: Vec<Taker<'_>> = outputs.list.iter().map(|it| Taker::new(it, root)).collect();
    let mut slots: BTreeMap<(usize, String), Slot> = BTreeMap::new();
    let mut untaken: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    let (shells, notes): (Vec<Deck>, Vec<Vec<Vec<Note>>>) = decks
        .into_iter()
        .map(|mut deck| {
            let notes = deck.take_notes();
            (deck, notes)
        })
        .unzip();
    let by_name = shells.iter().enumerate().map(|(at, it)| (it.name(), at));
    let by_name: HashMap<&str, usize> = by_name.collect();
    for (at, notes) in notes.into_iter().enumerate() {
        let Some(deck) = shells.get(at).map(Deck::name) else {
            continue;
        };
        for rule in &mut rules {
            rule.enter(deck);
        }
        for note in notes.into_iter().flatten() {
            let path = origins.path(&note);
            let taking = rules.iter_mut().enumerate();
            let mut keys: Vec<(usize, String, String)> = taking
                .filter_map(|(index, rule)| {
                    let (key, part) = rule.take(deck, &path)?;
                    Some((index, key, part))
                })
                .collect();
            let Some((index, key, part)) = keys.pop() else {
                *untaken.entry(path).or_default() += 1;
                continue;
            };
            for (index, key, part) in keys {
                let slot = slots.entry((index, key)).or_default();
                slot.take(note.clone(), part, at, &shells, &by_name, origins);
            }
            let slot = slots.entry((index, key)).or_default();
            slot.take(note, part, at, &shells, &by_name, origins);
        }
    }
    rules.iter().for_each(|it| it.tell(&shells, origins, sink));
    tell_untaken(outputs, &untaken, sink);
    let mut shares = Vec::new();
    for ((index, _), slot) in slots {
        if let Some(output) = outputs.list.get(index) {
            shares.push(share(slot, output, media, origins));
        }
    }
    output::tell_clashes(&shares, sink);
    shares
}

impl Slot {
    fn take(
        &mut self,
        note: Note,
        part: String,
        at: usize,
        shells: &[Deck],
        by_name: &HashMap<&str, usize>,
        origins: &Origins,
    ) {
        if self.part.is_empty() {
            self.part = part;
        }
        self.types.insert(note.note_type().id());
        let origin = note.guid.as_ref().and_then(|guid| origins.notes.get(guid));
        self.media
            .extend(origin.iter().flat_map(|it| it.media.iter().cloned()));
        if !self.decks.contains_key(&at) {
            // Those above it go along, for their descriptions and options.
            let mut name = shells.get(at).map_or("", Deck::name);
            loop {
                let place = by_name.get(name);
                if let Some((place, shell)) = place.and_then(|it| Some((*it, shells.get(*it)?))) {
                    self.decks.entry(place).or_insert_with(|| shell.clone());
                }
                match name.rsplit_once("::") {
                    Some((above, _)) => name = above,
                    None => break,
                }
            }
        }
        if let Some(deck) = self.decks.get_mut(&at) {
            deck.add_checked(note);
        }
    }
}

fn share(slot: Slot, output: &Output, media: &[MediaFile], origins: &Origins) -> Share {
    let of_types = slot.types.iter().filter_map(|id| origins.types.get(id));
    let of_types: BTreeSet<&str> = of_types.flatten().map(String::as_str).collect();
    let is_shown = |name: &str| slot.media.contains(name) || of_types.contains(name);
    let called = output.name.as_ref().map(|it| it.value.as_str());
    let name = match (called, slot.part.as_str()) {
        (Some(name), "") => name.to_owned(),
        (Some(name), part) => format!("{name}/{part}"),
        (None, part) => part.to_owned(),
    };
    Share {
        name,
        place: Place::of(output, &slot.part),
        decks: without_gaps(slot.decks.into_values().collect()),
        media: media
            .iter()
            .filter(|it| is_shown(&it.name))
            .cloned()
            .collect(),
    }
}

/// Decks whose notes keep their order among new cards and stand one behind another: a note that goes
/// into another package, or is new there, changes nothing in this one.
fn without_gaps(mut decks: Vec<Deck>) -> Vec<Deck> {
    let positions = |it: &mut Deck| {
        it.notes_mut()
            .filter_map(|it| it.position)
            .collect::<Vec<_>>()
    };
    let mut taken: Vec<u32> = decks.iter_mut().flat_map(positions).collect();
    taken.sort_unstable();
    taken.dedup();
    for note in decks.iter_mut().flat_map(Deck::notes_mut) {
        let place = note.position.and_then(|it| taken.binary_search(&it).ok());
        note.position = place.and_then(|it| u32::try_from(it).ok());
    }
    decks
}

/// An output while it takes notes.
struct Taker<'o> {
    output: &'o Output,
    root: &'o DeckName,
    /// Each pattern of files, and whether it took a note.
    files: Vec<(Selection, bool)>,
    /// For each pattern of decks, whether it took a note.
    decks: Vec<bool>,
    /// Which of them take the deck whose notes come now.
    open: Vec<usize>,
    took: bool,
}

impl<'o> Taker<'o> {
    fn new(output: &'o Output, root: &'o DeckName) -> Self {
        let files = output.files.iter().map(|it| {
            // What is wrong with a pattern was told when it was read.
            let selection = Selection::of(std::slice::from_ref(it), &mut Diagnostics::new());
            (selection, false)
        });
        Self {
            output,
            root,
            files: files.collect(),
            decks: vec![false; output.decks.len()],
            open: Vec::new(),
            took: false,
        }
    }

    /// The notes of a deck come next.
    fn enter(&mut self, deck: &str) {
        let patterns = self.output.decks.iter().enumerate();
        let open = patterns.filter(|(_, it)| decks::takes(&it.value, self.root, deck));
        self.open = open.map(|(index, _)| index).collect();
    }

    /// Which of its packages takes a note, and what that is for.
    fn take(&mut self, deck: &str, path: &str) -> Option<(String, String)> {
        let mut of_files = false;
        for (selection, used) in &mut self.files {
            if selection.holds(path) {
                of_files = true;
                *used = true;
            }
        }
        for index in &self.open {
            if let Some(used) = self.decks.get_mut(*index) {
                *used = true;
            }
        }
        let all = self.decks.is_empty() && self.files.is_empty();
        if !all && !of_files && self.open.is_empty() {
            return None;
        }
        self.took = true;
        Some(match self.output.split {
            Split::None => (String::new(), String::new()),
            Split::TopDeck => {
                let part = top_deck(deck, self.root);
                (crate::model::fold(part), part.to_owned())
            }
            Split::File => (path.to_owned(), path.to_owned()),
        })
    }

    /// Tells what took no note.
    fn tell(&self, decks: &[Deck], origins: &Origins, sink: &mut Diagnostics) {
        let dead_files = self.files.iter().zip(&self.output.files);
        let dead_files = dead_files.filter(|((_, used), _)| !used);
        for (_, pattern) in dead_files {
            let mut paths: Vec<&str> = Vec::new();
            paths.extend(origins.paths());
            let found = no_notes(pattern, "no file with notes matches it");
            sink.push(match nearest(&pattern.value, paths.iter().copied()) {
                Some(near) => found.fix("a file with a similar path exists", pattern.span, near),
                None => found.help("mend the pattern, or take it out"),
            });
        }
        let dead_decks = self.decks.iter().zip(&self.output.decks);
        let dead_decks = dead_decks.filter(|(used, _)| !**used);
        for (_, pattern) in dead_decks {
            let found = no_notes(pattern, "no deck with notes matches it");
            let root = format!("{}::", self.root);
            let below = decks.iter().map(|it| match it.name().strip_prefix(&root) {
                Some(rest) if pattern.value.starts_with("::") => format!("::{rest}"),
                _ => it.name().to_owned(),
            });
            let names: Vec<String> = below.collect();
            let near = nearest(&pattern.value, names.iter().map(String::as_str));
            sink.push(match near {
                Some(near) => found.fix("a deck with a similar name exists", pattern.span, near),
                None => found
                    .help("write the full name of a deck, or `::NAME` for one below the root deck"),
            });
        }
    }
}

fn no_notes(pattern: &Spanned<String>, why: &str) -> Diagnostic {
    let title = format!("`{}` takes no note into the package", pattern.value);
    Diagnostic::new(Code::OutputEmpty, title).at(pattern.span, why.to_owned())
}

impl Origins {
    /// The files of all notes, each once, in order.
    fn paths(&self) -> BTreeSet<&str> {
        let mut paths = BTreeSet::new();
        paths.extend(self.notes.values().map(|it| &*it.path));
        paths
    }
}

/// The deck right below the root that holds this one; the root's own last part for the root.
fn top_deck<'d>(deck: &'d str, root: &'d DeckName) -> &'d str {
    let first = |text: &'d str| text.split("::").next().unwrap_or(text);
    match deck.strip_prefix(root.as_str()) {
        Some("") => root.as_str().rsplit("::").next().unwrap_or(deck),
        Some(rest) => rest.strip_prefix("::").map_or_else(|| first(deck), first),
        None => first(deck),
    }
}

fn tell_untaken(outputs: &Outputs, untaken: &BTreeMap<Arc<str>, usize>, sink: &mut Diagnostics) {
    let count: usize = untaken.values().sum();
    let (Some(span), true) = (outputs.span, count > 0) else {
        return;
    };
    let counted = |count: usize| match count {
        1 => "1 note".to_owned(),
        _ => format!("{count} notes"),
    };
    let (goes, them) = if count == 1 {
        ("goes", "it")
    } else {
        ("go", "them")
    };
    let mut places: Vec<String> = untaken
        .iter()
        .take(5)
        .map(|(path, count)| format!("{} of `{path}`", counted(*count)))
        .collect();
    if untaken.len() > places.len() {
        let more = untaken.len() - places.len();
        let word = if more == 1 { "file" } else { "files" };
        places.push(format!("those of {more} more {word}"));
    }
    let title = format!("{} {goes} into no package", counted(count));
    let first = untaken.keys().next().map_or("", |it| file_name(it));
    sink.push(
        Diagnostic::new(Code::OutputUntaken, title)
            .at(span, format!("no output takes {them}"))
            .note(places.join(", "))
            .help(format!(
                "add an output that does, such as `rest: {{match: \"{first}\"}}`, or leave the file out by `exclude`"
            )),
    );
}
