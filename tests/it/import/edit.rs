//! What an author does between two releases.

use super::random::Random;
use super::world::{DECKS, MEDIA, World};

#[derive(Debug, Clone, Copy)]
pub(super) enum Edit {
    Text,
    Tags,
    Time,
    AddNote,
    RemoveNote,
    MoveNote,
    RetypeNote,
    RenameField,
    NamesMove,
    RenameTemplate,
    AddField,
    RemoveField,
    SwapFields,
    AddTemplate,
    RemoveTemplate,
    Front,
    Css,
    SortField,
    TypeName,
    AddType,
    MediaBytes,
    MediaGone,
    MediaNew,
    Description,
    RenameDeck,
}

const EDITS: [Edit; 34] = [
    Edit::NamesMove,
    Edit::Text,
    Edit::Text,
    Edit::Text,
    Edit::Text,
    Edit::Tags,
    Edit::Tags,
    Edit::Time,
    Edit::AddNote,
    Edit::AddNote,
    Edit::RemoveNote,
    Edit::MoveNote,
    Edit::MoveNote,
    Edit::RetypeNote,
    Edit::RenameField,
    Edit::RenameTemplate,
    Edit::AddField,
    Edit::RemoveField,
    Edit::SwapFields,
    Edit::AddTemplate,
    Edit::RemoveTemplate,
    Edit::Front,
    Edit::Front,
    Edit::Css,
    Edit::SortField,
    Edit::TypeName,
    Edit::AddType,
    Edit::MediaBytes,
    Edit::MediaBytes,
    Edit::MediaBytes,
    Edit::MediaGone,
    Edit::MediaNew,
    Edit::Description,
    Edit::RenameDeck,
];

impl Edit {
    pub(super) fn choose(random: &mut Random) -> Self {
        *random.pick(&EDITS)
    }

    /// Makes the edit; says what it was, unless there is nothing to edit.
    pub(super) fn apply(self, world: &mut World, random: &mut Random) -> Option<String> {
        let note = random.below(world.notes.len());
        let kind = random.below(world.types.len());
        match self {
            Self::Text => {
                let note_type = world.notes.get(note)?.note_type;
                let field = random.below(world.notes[note].fields.len());
                let text = world.text(note_type, field, random);
                world.notes[note].fields[field] = text;
                touch(&mut world.notes[note].modified, random);
            }
            Self::Tags => {
                world.notes.get(note)?;
                let number = world.count();
                let it = &mut world.notes[note];
                it.tags.truncate(random.below(2));
                it.tags.push(format!("Tag{number}"));
                touch(&mut it.modified, random);
            }
            Self::Time => touch(&mut world.notes.get_mut(note)?.modified, random),
            Self::AddNote => world.add_note(random),
            Self::RemoveNote => {
                world.notes.get(note)?;
                world.notes.remove(note);
            }
            Self::MoveNote => {
                let deck = *random.pick(&DECKS);
                world.notes.get_mut(note)?.deck = deck.to_owned();
            }
            Self::RetypeNote => {
                world.notes.get(note)?;
                let fields = world.types[kind].fields.len();
                let texts: Vec<String> = (0..fields)
                    .map(|field| world.text(kind, field, random))
                    .collect();
                let it = &mut world.notes[note];
                it.note_type = kind;
                it.fields = texts;
                touch(&mut it.modified, random);
            }
            Self::RenameField => {
                let number = world.count();
                let it = &mut world.types[kind];
                let field = random.below(it.fields.len());
                it.fields[field].0 = format!("G{number}");
                touch(&mut it.modified, random);
            }
            Self::NamesMove => {
                let number = world.count();
                let it = &mut world.types[kind];
                if it.fields.len() < 2 {
                    return None;
                }
                let first = it.fields[0].0.clone();
                let second = std::mem::replace(&mut it.fields[1].0, first);
                it.fields[0].0 = match random.below(2) {
                    0 => second,
                    _ => format!("N{number}"),
                };
                touch(&mut it.modified, random);
            }
            Self::RenameTemplate => {
                let number = world.count();
                let it = &mut world.types[kind];
                let template = random.below(it.templates.len());
                it.templates[template].name = format!("U{number}");
                touch(&mut it.modified, random);
            }
            Self::AddField => {
                let number = world.count();
                let it = &mut world.types[kind];
                it.fields.push((format!("H{number}"), 9_000 + number));
                touch(&mut it.modified, random);
                for note in world.notes.iter_mut().filter(|note| note.note_type == kind) {
                    note.fields.push("added".to_owned());
                }
            }
            Self::RemoveField => {
                let it = &mut world.types[kind];
                if it.fields.len() < 2 {
                    return None;
                }
                it.fields.pop();
                touch(&mut it.modified, random);
                for note in world.notes.iter_mut().filter(|note| note.note_type == kind) {
                    note.fields.pop();
                }
            }
            Self::SwapFields => {
                let it = &mut world.types[kind];
                if it.cloze || it.fields.len() < 2 {
                    return None;
                }
                let last = it.fields.len() - 1;
                it.fields.swap(last - 1, last);
                touch(&mut it.modified, random);
                for note in world.notes.iter_mut().filter(|note| note.note_type == kind) {
                    note.fields.swap(last - 1, last);
                }
            }
            Self::AddTemplate => {
                if world.types[kind].cloze {
                    return None;
                }
                world.add_template(kind, random);
                touch(&mut world.types[kind].modified, random);
            }
            Self::RemoveTemplate => {
                let it = &mut world.types[kind];
                if it.templates.len() < 2 {
                    return None;
                }
                it.templates.pop();
                touch(&mut it.modified, random);
            }
            Self::Front => {
                let number = world.count();
                let it = &mut world.types[kind];
                let at = random.below(it.templates.len());
                let template = &mut it.templates[at];
                template.salt = number;
                template.shape = random.below(4);
                template.fields = [random.below(3), random.below(3)];
                touch(&mut it.modified, random);
            }
            Self::Css => {
                let number = world.count();
                let it = &mut world.types[kind];
                it.css = format!(".n{number} {{}}");
                touch(&mut it.modified, random);
            }
            Self::SortField => {
                let it = &mut world.types[kind];
                it.sort += 1;
                touch(&mut it.modified, random);
            }
            Self::TypeName => {
                let number = world.count();
                let it = &mut world.types[kind];
                it.name = match random.below(3) {
                    0 => "Basic".to_owned(),
                    1 => format!("Basic {number}"),
                    _ => format!("Named {number}"),
                };
                touch(&mut it.modified, random);
                let name = world.types[kind].name.clone();
                let same = world.types.iter().filter(|it| it.name == name).count();
                if same > 1 {
                    world.types[kind].name = format!("Only {number}");
                }
            }
            Self::AddType => world.add_type(random),
            Self::MediaBytes => {
                let names: Vec<String> = world.media.keys().cloned().collect();
                let name = random.pick(&names).clone();
                let byte = random.below(250) as u8;
                world.media.insert(name.clone(), vec![byte; 5]);
                // Half of the authors touch the notes too.
                if random.chance(60) {
                    for note in &mut world.notes {
                        if note.fields.iter().any(|field| field.contains(&name)) {
                            note.modified += 10;
                        }
                    }
                }
            }
            Self::MediaGone => {
                let names: Vec<String> = world.media.keys().cloned().collect();
                let name = random.pick(&names).clone();
                if world.media.len() > 1 {
                    world.media.remove(&name);
                }
            }
            Self::MediaNew => {
                let name = (*random.pick(&MEDIA)).to_owned();
                world.media.entry(name).or_insert_with(|| vec![9; 3]);
            }
            Self::Description => {
                let deck = (*random.pick(&DECKS)).to_owned();
                let text = format!("text {}", world.count());
                world.descriptions.insert(deck, text);
            }
            Self::RenameDeck => {
                let number = world.count();
                let from = world.notes.get(note)?.deck.clone();
                for note in world.notes.iter_mut().filter(|note| note.deck == from) {
                    note.deck = format!("{from}{number}");
                }
            }
        }
        Some(format!("{self:?}"))
    }
}

/// Mostly an edit makes a thing newer.
fn touch(modified: &mut i64, random: &mut Random) {
    *modified += match random.below(10) {
        0 | 1 => 0,
        2 => -100,
        _ => 100,
    };
}
