//! What an author has written: note types, notes, decks and media, as a package of deckle's.

use std::collections::BTreeMap;

use deckle::package::Format;
use deckle::{BuildTime, CardTemplate, Deck, Field, Guid, Note, NoteType, Package};

use super::random::Random;

pub(super) const TIME: i64 = 1_700_000_000;

#[derive(Clone)]
pub(super) struct World {
    pub types: Vec<TypeSpec>,
    pub notes: Vec<NoteSpec>,
    pub media: BTreeMap<String, Vec<u8>>,
    pub descriptions: BTreeMap<String, String>,
    /// Makes names and ids that were not there before.
    pub counter: i64,
}

#[derive(Clone)]
pub(super) struct TypeSpec {
    pub id: i64,
    pub name: String,
    pub cloze: bool,
    pub fields: Vec<(String, i64)>,
    pub templates: Vec<TemplateSpec>,
    pub css: String,
    pub sort: usize,
    pub modified: i64,
}

#[derive(Clone)]
pub(super) struct TemplateSpec {
    pub name: String,
    pub id: i64,
    /// Which shape the front has, and the fields that it names.
    pub shape: usize,
    pub fields: [usize; 2],
    /// Text that only this front has.
    pub salt: i64,
}

#[derive(Clone)]
pub(super) struct NoteSpec {
    pub guid: String,
    pub id: i64,
    pub note_type: usize,
    pub fields: Vec<String>,
    pub tags: Vec<String>,
    pub deck: String,
    pub modified: i64,
}

pub(super) const DECKS: [&str; 6] = [
    "Alpha",
    "Alpha::One",
    "Alpha::Two",
    "Beta::Deep::Down",
    "Gamma",
    "Default",
];
pub(super) const MEDIA: [&str; 9] = [
    "a.png",
    "b.mp3",
    "c.jpg",
    "_font.woff2",
    "_x.css",
    "latex-00.png",
    "Big.PNG",
    "no extension",
    "é.png",
];
const TAGS: [&str; 6] = ["one", "Two", "marked", "deep::er", "LEECH", "x"];

impl World {
    pub(super) fn new(random: &mut Random) -> Self {
        let mut world = Self {
            types: Vec::new(),
            notes: Vec::new(),
            media: BTreeMap::new(),
            descriptions: BTreeMap::new(),
            counter: 0,
        };
        for _ in 0..4 {
            let name = (*random.pick(&MEDIA)).to_owned();
            let byte = random.below(3) as u8;
            world.media.insert(name, vec![byte; 4]);
        }
        for _ in 0..1 + random.below(3) {
            world.add_type(random);
        }
        for _ in 0..1 + random.below(6) {
            world.add_note(random);
        }
        if random.chance(40) {
            let deck = (*random.pick(&DECKS)).to_owned();
            world.descriptions.insert(deck, "a deck".to_owned());
        }
        world
    }

    pub(super) fn count(&mut self) -> i64 {
        self.counter += 1;
        self.counter
    }

    pub(super) fn add_type(&mut self, random: &mut Random) {
        let number = self.count();
        let cloze = random.chance(35);
        let mut it = TypeSpec {
            id: 1_600_000_000_000 + number * 7 % 5 * 100 + number,
            name: format!("Type {number}"),
            cloze,
            fields: Vec::new(),
            templates: Vec::new(),
            css: String::new(),
            sort: 0,
            modified: TIME,
        };
        for _ in 0..2 + random.below(2) {
            let number = self.count();
            it.fields.push((format!("F{number}"), 9_000 + number));
        }
        self.types.push(it);
        let index = self.types.len() - 1;
        let templates = if cloze { 1 } else { 1 + random.below(2) };
        for _ in 0..templates {
            self.add_template(index, random);
        }
        // The first card template shows the first field, which is never empty.
        let first = &mut self.types[index].templates[0];
        first.fields[0] = 0;
        first.shape = 0;
    }

    pub(super) fn add_template(&mut self, index: usize, random: &mut Random) {
        let number = self.count();
        let fields = self.types[index].fields.len();
        self.types[index].templates.push(TemplateSpec {
            name: format!("T{number}"),
            id: 8_000 + number,
            shape: random.below(4),
            fields: [random.below(fields), random.below(fields)],
            salt: number,
        });
    }

    pub(super) fn add_note(&mut self, random: &mut Random) {
        let number = self.count();
        let note_type = random.below(self.types.len());
        let tags = (0..random.below(3))
            .map(|_| (*random.pick(&TAGS)).to_owned())
            .collect();
        let mut note = NoteSpec {
            guid: format!("guid{number}"),
            id: TIME * 1000 + number,
            note_type,
            fields: vec![String::new(); self.types[note_type].fields.len()],
            tags,
            deck: (*random.pick(&DECKS)).to_owned(),
            modified: TIME,
        };
        for index in 0..note.fields.len() {
            note.fields[index] = self.text(note_type, index, random);
        }
        self.notes.push(note);
    }

    /// A field's text; the first field's is never empty.
    pub(super) fn text(&mut self, note_type: usize, field: usize, random: &mut Random) -> String {
        if field > 0 && random.chance(35) {
            return String::new();
        }
        let number = self.count();
        let mut text = format!("text {number}");
        if random.chance(45) {
            let name = *random.pick(&MEDIA);
            text += &match random.below(4) {
                0 => format!("[sound:{name}]"),
                1 => format!("<img alt=x src='{name}'>"),
                2 => format!("<img src=\"{}\">", name.to_lowercase()),
                _ => format!("<img src=\"{name}\">"),
            };
        }
        if self.types[note_type].cloze && (field == 0 || random.chance(20)) {
            let first = 1 + random.below(3);
            text += &format!("{{{{c{first}::cloze}}}}");
            if random.chance(50) {
                text += "{{c2::two::hint}}";
            }
            if random.chance(10) {
                text += "{{c4,5::both}}";
            }
        }
        text
    }

    pub(super) fn bytes(&self, format: Format) -> Vec<u8> {
        let types: Vec<NoteType> = self.types.iter().map(TypeSpec::build).collect();
        let mut decks: BTreeMap<&str, Deck> = BTreeMap::new();
        for note in &self.notes {
            let name = note.deck.as_str();
            let mut made = Note::new(&types[note.note_type])
                .fields(note.fields.clone())
                .tags(note.tags.iter().map(String::as_str))
                .guid(Guid::new(&note.guid).unwrap())
                .id(note.id)
                .modified(note.modified);
            if made.cards().is_empty() {
                made = made.field(&self.types[note.note_type].fields[0].0, "filled");
            }
            let deck = decks.entry(name).or_insert_with(|| {
                let description = self.descriptions.get(name);
                Deck::new(name).description(description.map_or("", String::as_str))
            });
            // What deckle refuses is no case here.
            let _ = deck.add(made);
        }
        let mut package = Package::new(BuildTime::from_unix(TIME)).format(format);
        for deck in decks.into_values() {
            package = package.deck(deck);
        }
        for (name, bytes) in &self.media {
            package = package.media_bytes(name, bytes.clone());
        }
        package.to_bytes().unwrap()
    }
}

impl TypeSpec {
    fn build(&self) -> NoteType {
        let mut builder = NoteType::builder(&self.name)
            .id(self.id)
            .css(&self.css)
            .modified(self.modified);
        for (name, id) in &self.fields {
            builder = builder.field(Field::new(name).id(*id));
        }
        if self.cloze {
            builder = builder.cloze();
        }
        for it in &self.templates {
            let [one, other] = it.fields.map(|at| &self.fields[at % self.fields.len()].0);
            let salt = it.salt;
            let (front, back) = match (self.cloze, it.shape) {
                (true, _) => (
                    format!("{salt}{{{{cloze:{}}}}}", self.fields[0].0),
                    format!("{{{{cloze:{}}}}}", self.fields[0].0),
                ),
                (_, 0) => (format!("{salt}{{{{{one}}}}}"), "{{FrontSide}}".to_owned()),
                (_, 1) => (
                    format!("{salt}{{{{{one}}}}} {{{{{other}}}}}"),
                    "{{FrontSide}}".to_owned(),
                ),
                (_, 2) => (
                    format!("{salt}{{{{#{one}}}}}{{{{{other}}}}}{{{{/{one}}}}}"),
                    "{{FrontSide}}".to_owned(),
                ),
                _ => (
                    format!("{salt}{{{{^{one}}}}}{{{{{other}}}}}{{{{/{one}}}}}"),
                    "{{FrontSide}}".to_owned(),
                ),
            };
            builder = builder.card_template(CardTemplate::new(&it.name, front, back).id(it.id));
        }
        let sort = &self.fields[self.sort % self.fields.len()].0;
        builder
            .sort_field(sort)
            .build()
            .unwrap_or_else(|error| panic!("{error}"))
    }
}
