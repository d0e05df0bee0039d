//! What people read of a difference.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use deckle::package::{
    Conflict, DeckChange, Difference, Measure, MediaChange, NoteChange, NoteDifference,
    NoteTypeChange, NoteTypeDifference, PresetChange, excerpts,
};

use super::super::args::DiffArgs;
use super::super::words::{plain, plural};
use super::{alike, progress, word};

/// How many of a kind are named.
const SHOWN: usize = 10;

/// The difference for each client; once, where all are alike.
pub(super) fn report(differences: &[Difference], args: &DiffArgs) -> String {
    let [old, new] = [&args.old, &args.new].map(|path| plain(&path.to_string_lossy()));
    let mut text = String::new();
    let shown = if args.all { usize::MAX } else { SHOWN };
    for (clients, difference) in alike(differences) {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        let _ = match difference.learner {
            None => writeln!(
                text,
                "An import of {new} where {old} was imported, with {clients}"
            ),
            Some(learner) => writeln!(
                text,
                "An import of {new} into the collection of {old}, with {clients}\n{}",
                progress::whose(learner)
            ),
        };
        let mut report = Report {
            difference,
            shown,
            text: &mut text,
        };
        report.write();
        text.truncate(text.trim_end().len());
    }
    text
}

struct Report<'a> {
    difference: &'a Difference,
    shown: usize,
    text: &'a mut String,
}

impl Report<'_> {
    fn write(&mut self) {
        let it = self.difference;
        if let Some(refused) = &it.refused {
            let which = if refused.is_new { "new" } else { "old" };
            let rest = match refused.is_new {
                true => "nothing is imported",
                false => "learners have nothing of it",
            };
            self.line(&format!(
                "\nAnki refuses the {which} package, {rest}: {}",
                plain(&refused.why.to_string())
            ));
            if refused.is_new {
                return;
            }
        }
        let log = it.log;
        self.line(&format!(
            "\nAnki's log  {} new, {} updated, {} duplicate, {} conflicting",
            log.new, log.updated, log.duplicate, log.conflicting
        ));
        if it.is_empty() {
            self.line("\nNothing changes.");
            return;
        }
        self.notes();
        self.cards();
        for (heading, lines) in progress::groups(it) {
            match lines.is_empty() {
                true => self.line(&format!("\n{heading}")),
                false => self.list(&heading, lines.into_iter()),
            }
        }
        self.list("Note types", it.note_types.iter().flat_map(note_type));
        self.decks();
        self.media();
        let presets = it.presets.iter().map(|preset| {
            let name = plain(&preset.name);
            match preset.change {
                PresetChange::Added => {
                    format!("{name}: only for learners who tick \"Import any deck presets\"")
                }
                _ => format!("{name}: changed, but an import never changes a preset"),
            }
        });
        self.list("Presets", presets);
        if it.log.updated > 0 {
            self.line("\nUpdates replace all tags, those that learners added too.");
        }
        self.line(&format!("\nTell learners: {}", it.advice()));
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A heading and lines below it, if there are any.
    fn list(&mut self, heading: &str, lines: impl Iterator<Item = String>) {
        let lines: Vec<String> = lines.collect();
        if lines.is_empty() {
            return;
        }
        self.line(&format!("\n{heading}"));
        for line in lines.iter().take(self.shown) {
            self.line(&format!("  {line}"));
        }
        if let Some(more @ 1..) = lines.len().checked_sub(self.shown) {
            self.line(&format!("  and {more} more"));
        }
    }

    fn notes(&mut self) {
        type Wanted = fn(&NoteChange) -> bool;
        let groups: [(&str, Wanted); 7] = [
            ("are added", |it| *it == NoteChange::Added),
            ("are updated", |it| *it == NoteChange::Updated),
            (
                "differ but do not arrive: they are not newer than what learners have",
                |it| {
                    matches!(
                        it,
                        NoteChange::Skipped {
                            same_time: false,
                            ..
                        }
                    )
                },
            ),
            (
                "differ but do not arrive, whatever learners choose: they have the very time of \
                 what learners have",
                |it| {
                    matches!(
                        it,
                        NoteChange::Skipped {
                            same_time: true,
                            ..
                        }
                    )
                },
            ),
            (
                "do not arrive: fields or card templates of their note type changed",
                |it| *it == NoteChange::Conflicting(Conflict::NoteTypeChanged),
            ),
            (
                "do not arrive: learners have them with another note type",
                |it| *it == NoteChange::Conflicting(Conflict::OtherNoteType),
            ),
            ("are not in the new package; learners keep them", |it| {
                *it == NoteChange::Removed
            }),
        ];
        for (words, wanted) in groups {
            let difference = self.difference;
            let notes = difference.notes.iter().filter(|it| wanted(&it.change));
            let notes: Vec<&NoteDifference> = notes.collect();
            let mut heading = format!("{} {words}", plural(notes.len(), "note"));
            if notes.len() == 1 {
                heading = singular(&heading);
            }
            self.list(&heading, notes.iter().map(|it| note(it)));
        }
    }

    fn cards(&mut self) {
        let mut lines = Vec::new();
        let count = |measure| self.difference.count(measure);
        let added = count(Measure::CardsAdded);
        if added > 0 {
            let verb = if added == 1 { "comes" } else { "come" };
            lines.push(format!(
                "{} {verb} to notes that learners have",
                plural(added, "card")
            ));
        }
        let left = count(Measure::CardsLeft);
        if left > 0 {
            let (verb, them) = if left == 1 {
                ("stays", "it")
            } else {
                ("stay", "them")
            };
            lines.push(format!(
                "{} {verb}, though the new package no longer has {them}; \"Empty Cards\" removes \
                 what shows nothing",
                plural(left, "card")
            ));
        }
        let mut moves: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for card in self
            .difference
            .notes
            .iter()
            .flat_map(|it| &it.cards_staying)
        {
            *moves.entry((&card.deck, &card.wanted)).or_default() += 1;
        }
        for ((deck, wanted), count) in moves {
            lines.push(format!(
                "{} in {}, though the new package has {} in {}",
                match count {
                    1 => "1 card stays".to_owned(),
                    _ => format!("{} stay", plural(count, "card")),
                },
                plain(deck),
                if count == 1 { "it" } else { "them" },
                plain(wanted)
            ));
        }
        self.list("Cards", lines.into_iter());
    }

    fn decks(&mut self) {
        let decks = self.difference.decks.iter().map(|deck| {
            let name = plain(&deck.name);
            match &deck.change {
                DeckChange::Added {
                    cards: 0,
                    renamed_from: Some(old),
                    ..
                } => format!(
                    "{name}: a new name for {}; it comes in empty, and cards stay in the old one",
                    plain(old)
                ),
                DeckChange::Added { cards: 0, .. } => {
                    format!("{name}: added, with no card in it")
                }
                DeckChange::Added { cards, .. } => {
                    format!("{name}: added, with {}", plural(*cards, "card"))
                }
                DeckChange::Described { .. } => format!("{name}: the description is replaced"),
                _ => format!("{name}: no longer in the package; learners keep it"),
            }
        });
        self.list("Decks", decks);
    }

    fn media(&mut self) {
        let media = self.difference.media.iter().map(|file| {
            let name = plain(&file.name);
            match &file.change {
                MediaChange::Added => format!("{name}: added"),
                MediaChange::Replaced => format!("{name}: replaces the learner's"),
                MediaChange::Renamed(to) => {
                    format!("{name}: changed, comes in as {}", plain(to))
                }
                MediaChange::Kept => format!(
                    "{name}: changed, but files whose names begin with `_` or `latex-` are never \
                     replaced"
                ),
                MediaChange::NotSent => format!(
                    "{name}: changed, but no note that is added or updated names it, so it does \
                     not arrive"
                ),
                MediaChange::Unused => {
                    format!("{name}: no note that is added or updated names it; left out")
                }
                _ => format!("{name}: no longer in the package; learners keep it"),
            }
        });
        self.list("Media", media);
    }
}

/// A note and what differs in it, on lines that go below a heading.
fn note(note: &NoteDifference) -> String {
    let mut text = format!("{} ({})", plain(&note.text), plain(&note.note_type));
    let nothing_differs =
        note.fields.is_empty() && note.tags_added.is_empty() && note.tags_lost.is_empty();
    if note.change == NoteChange::Updated && nothing_differs {
        text.push_str("\n    only its time is newer; what learners edited is lost");
    }
    for field in &note.fields {
        let (old, new) = excerpts(&field.old, &field.new);
        let _ = write!(
            text,
            "\n    {}: {} -> {}",
            plain(&field.name),
            quoted(&old),
            quoted(&new)
        );
    }
    for (words, tags) in [("added", &note.tags_added), ("lost", &note.tags_lost)] {
        if !tags.is_empty() {
            let named: Vec<String> = tags.iter().map(|it| plain(it)).collect();
            let _ = write!(
                text,
                "\n    {} {words}: {}",
                word(tags.len(), "tag"),
                named.join(", ")
            );
        }
    }
    text
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", plain(text))
}

/// `1 note are added` as it is said.
fn singular(heading: &str) -> String {
    let heading = heading.replace(" note are ", " note is ");
    let heading = heading.replace(
        "note differ but do not arrive",
        "note differs but does not arrive",
    );
    let heading = heading.replace("note do not arrive", "note does not arrive");
    let heading = heading.replace("they are not newer", "it is not newer");
    let heading = heading.replace("they have the very time", "it has the very time");
    let heading = heading.replace("their note type", "its note type");
    let heading = heading.replace("have them with", "have it with");
    heading.replace("keep them", "keep it")
}

fn note_type(it: &NoteTypeDifference) -> Vec<String> {
    let name = plain(&it.name);
    let mut lines = Vec::new();
    let renamed = it.renamed.as_ref().map(|name| plain(name));
    match &it.change {
        NoteTypeChange::Added => lines.push(match &renamed {
            Some(other) => format!("{name}: added as {other}, because the name is taken"),
            None => format!("{name}: added"),
        }),
        NoteTypeChange::Updated {
            sort_field,
            cards_generated,
            templates_rewritten,
            ..
        } => {
            lines.push(match &renamed {
                Some(other) => format!("{name}: updated, as {other}, because the name is taken"),
                None => format!("{name}: updated"),
            });
            if *sort_field {
                lines.push(format!(
                    "{name}: another sort field; every learner must sync one way, and no changed \
                     text of its notes arrives"
                ));
            }
            if *cards_generated > 0 {
                lines.push(format!(
                    "{name}: the front of a card template changed; Anki makes {}",
                    plural(*cards_generated, "card")
                ));
            }
            if *templates_rewritten {
                lines.push(format!(
                    "{name}: a name moved from one field to another; Anki renames fields in card \
                     templates a second time, so that cards show the wrong field"
                ));
            }
        }
        NoteTypeChange::Skipped { same_time, .. } => lines.push(match same_time {
            true => format!(
                "{name}: differs but does not arrive, whatever learners choose: it has the very \
                 time of what learners have"
            ),
            false => format!(
                "{name}: differs but does not arrive: it is not newer than what learners have"
            ),
        }),
        NoteTypeChange::Copied { why, .. } => lines.push(format!(
            "{name}: comes in a second time, as {}, for added notes alone: {}",
            renamed.as_deref().unwrap_or(&name),
            plain(why)
        )),
        _ => {}
    }
    if it.kind_changed {
        lines.push(format!(
            "{name}: cards that learners have mostly show nothing, because one kind of note type \
             became the other"
        ));
    }
    lines
}
