//! Plans of small packages against small servers.

use std::io::Cursor;

use serde_json::{Value, json};

use super::super::rows::{CardRow, Graves, NoteRow, Object};
use super::super::state::State;
use super::{Plan, Wish};
use crate::model::{BuildTime, Deck, Field, Note, NoteType, Removed};
use crate::package::{Contents, Package, PackageReader, ReadLimits};

const TYPE: i64 = 1_607_392_000;
const DECK: i64 = 500;
const NOW: i64 = 2_000_000;

/// A package of notes: id, fields, time.
fn package(fields: &[&str], deck: &str, notes: &[(i64, &[&str], i64)]) -> Contents {
    let mut builder = NoteType::builder("T").id(TYPE).modified(100);
    for (name, id) in fields.iter().zip(1..) {
        // The id goes with the name, wherever it stands.
        let id = match *name {
            "A" => 11,
            "B" => 12,
            _ => 20 + id,
        };
        builder = builder.field(Field::new(*name).id(id));
    }
    let note_type = builder.template("C", "{{A}}", "x").build().unwrap();
    let mut filled = Deck::new(deck);
    for (id, values, modified) in notes {
        let note = Note::new(&note_type)
            .fields(values.iter().copied())
            .key(id.to_string())
            .id(*id * 512)
            .modified(*modified);
        filled.add(note).unwrap();
    }
    let time = BuildTime::from_unix(NOW);
    let bytes = Package::new(time).deck(filled).to_bytes().unwrap();
    let reader = PackageReader::new(Cursor::new(bytes), ReadLimits::default()).unwrap();
    reader.into_contents()
}

fn object(value: Value) -> Object {
    match value {
        Value::Object(it) => it,
        _ => panic!("no object: {value}"),
    }
}

/// A server with the decks `Default`, `D` and `Other`, and nothing else.
fn empty() -> State {
    let mut state = State::default();
    for (id, name) in [(1, "Default"), (DECK, "D"), (600, "Other")] {
        let deck = json!({"id": id, "name": name, "dyn": 0, "usn": 1});
        state.decks.insert(id, object(deck));
    }
    state
}

/// A server that has what this package has, all of it as it was sent.
fn with(package: &Contents) -> State {
    let mut state = empty();
    let plan = Plan::new(&state, &wish(package, None));
    apply(&mut state, plan);
    state
}

fn apply(state: &mut State, plan: Plan) {
    let id = |it: &Object| it["id"].as_i64().unwrap();
    let Plan {
        note_types,
        decks,
        notes,
        cards,
        graves,
        ..
    } = plan;
    state
        .note_types
        .extend(note_types.into_iter().map(|it| (id(&it), it)));
    state
        .decks
        .extend(decks.into_iter().map(|it| (id(&it), it)));
    state.notes.extend(notes.into_iter().map(|it| (it.id, it)));
    state.cards.extend(cards.into_iter().map(|it| (it.id, it)));
    state.notes.retain(|it, _| !graves.notes.contains(it));
    state.cards.retain(|it, _| !graves.cards.contains(it));
}

fn wish<'a>(package: &'a Contents, base: Option<&'a Contents>) -> Wish<'a> {
    Wish {
        package,
        base,
        removed: Removed::Keep,
        tag: Removed::TAG,
        now: NOW,
    }
}

fn note(state: &mut State) -> &mut NoteRow {
    state.notes.values_mut().next().unwrap()
}

fn card(state: &mut State) -> &mut CardRow {
    state.cards.values_mut().next().unwrap()
}

const AB: &[&str] = &["A", "B"];

#[test]
fn the_newer_of_two_notes_wins() {
    let base = package(AB, "D", &[(1, &["a", "b"], 10)]);
    let new = package(AB, "D", &[(1, &["x", "y"], 20)]);
    // What a learner did, and when; whether the package's note goes out, and what is told.
    let check = |fields: &str, modified: i64, expect: (bool, usize, usize)| {
        let mut state = with(&base);
        let row = note(&mut state);
        row.fields = fields.to_owned();
        row.modified = modified;
        row.tags = " mine ".to_owned();
        let plan = Plan::new(&state, &wish(&new, Some(&base)));
        let told = &plan.told;
        let found = (
            !plan.notes.is_empty(),
            told.overwritten.len(),
            told.kept.len(),
        );
        assert_eq!(found, expect, "{fields} {modified}");
        for row in &plan.notes {
            assert_eq!((row.fields.as_str(), row.modified), ("x\u{1f}y", 20));
            assert_eq!(row.tags, " mine ");
        }
        assert!(plan.cards.is_empty() && plan.note_types.is_empty());
    };
    check("a\u{1f}b", 10, (true, 0, 0));
    check("a\u{1f}mine", 19, (true, 1, 0));
    // Tags alone make a note newer.
    check("a\u{1f}b", 19, (true, 0, 0));
    check("a\u{1f}mine", 20, (false, 0, 0));
    check("a\u{1f}mine", 21, (false, 0, 1));
    check("x\u{1f}y", 21, (false, 0, 0));
}

#[test]
fn a_repeat_sends_nothing() {
    let first = package(AB, "D::E", &[(1, &["a", "b"], 10), (2, &["c", "d"], 10)]);
    let mut state = with(&first);
    for base in [None, Some(&first)] {
        let plan = Plan::new(&state, &wish(&first, base));
        assert!(plan.is_empty(), "{plan:#?}");
        assert_eq!(plan.told.current, 2);
    }
    // Nor where a learner has renamed the deck, and put the note type right.
    let renamed: Vec<i64> = state
        .decks
        .keys()
        .copied()
        .filter(|it| ![1, DECK, 600].contains(it))
        .collect();
    for id in renamed {
        state
            .decks
            .get_mut(&id)
            .unwrap()
            .insert("name".to_owned(), "Mine".into());
    }
    let held = state.note_types.values_mut().next().unwrap();
    held.insert("css".to_owned(), "mine".into());
    held.insert("mod".to_owned(), 200.into());
    let plan = Plan::new(&state, &wish(&first, None));
    assert!(plan.is_empty(), "{plan:#?}");
    assert_eq!(plan.told.styles_kept, ["T"]);
}

#[test]
fn ids_and_positions_make_room() {
    let first = package(AB, "D", &[(1, &["a", "b"], 10), (2, &["c", "d"], 10)]);
    let taken = first.notes[0].id;
    let mut state = with(&package(AB, "D", &[(9, &["z", "z"], 10)]));
    let mut own = note(&mut state).clone();
    own.id = taken;
    own.guid = "another".to_owned();
    state.notes.insert(taken, own);
    let mut other = card(&mut state).clone();
    other.id = first.cards[0].id;
    other.due = 41;
    state.cards.insert(other.id, other);
    let plan = Plan::new(&state, &wish(&first, None));
    let ids: Vec<i64> = plan.notes.iter().map(|it| it.id).collect();
    assert_eq!(ids, [taken + 1, first.notes[1].id]);
    let cards: Vec<(i64, i64, i64)> = plan
        .cards
        .iter()
        .map(|it| (it.id, it.note, it.due))
        .collect();
    assert_eq!(
        cards,
        [(taken + 1, taken + 1, 42), (first.cards[1].id, ids[1], 43)]
    );
    // What had an id and is deleted keeps it, too.
    state.graves.notes = vec![taken + 1, first.notes[1].id];
    state.graves.cards = vec![first.cards[1].id];
    let plan = Plan::new(&state, &wish(&first, None));
    let ids: Vec<i64> = plan.notes.iter().map(|it| it.id).collect();
    assert_eq!(ids, [taken + 2, first.notes[1].id + 1]);
    assert_eq!(plan.told.returned, [first.notes[1].guid.as_str()]);
    let cards: Vec<(i64, i64)> = plan.cards.iter().map(|it| (it.id, it.note)).collect();
    assert_eq!(
        cards,
        [(taken + 1, ids[0]), (first.cards[1].id + 1, ids[1])]
    );
    state.graves = Graves::default();
    state.next_position = 100;
    let plan = Plan::new(&state, &wish(&first, None));
    assert_eq!(plan.cards[0].due, 100);
}

#[test]
fn cards_move_from_where_the_base_left_them() {
    let base = package(AB, "D", &[(1, &["a", "b"], 10)]);
    let new = package(AB, "other", &[(1, &["a", "b"], 10)]);
    // The deck and the home deck there; both afterwards; whether the card stayed elsewhere.
    let check = |deck: (i64, i64), expect: Option<(i64, i64)>, stayed: usize| {
        let mut state = with(&base);
        let row = card(&mut state);
        (row.deck, row.original_deck) = deck;
        (row.modified, row.due) = (77, 5);
        let plan = Plan::new(&state, &wish(&new, Some(&base)));
        let found = plan.cards.first().map(|it| (it.deck, it.original_deck));
        assert_eq!((found, plan.told.stayed), (expect, stayed), "{deck:?}");
        assert_eq!(plan.told.moved, usize::from(expect.is_some()));
        for row in &plan.cards {
            // Older than anything that a device did since.
            assert_eq!((row.modified, row.due), (78, 5));
        }
        assert!(plan.notes.is_empty() && plan.decks.is_empty());
        assert!(Plan::new(&state, &wish(&new, None)).is_empty());
    };
    check((DECK, 0), Some((600, 0)), 0);
    check((600, 0), None, 0);
    check((1, 0), None, 1);
    check((700, DECK), Some((700, 600)), 0);
    check((700, 1), None, 1);
}

#[test]
fn removed_notes_are_treated_as_was_said() {
    let base = package(AB, "D", &[(1, &["a", "b"], 10), (2, &["c", "d"], 10)]);
    let new = package(AB, "D", &[(1, &["a", "b"], 10)]);
    let check = |removed: Removed, expect: [usize; 4]| {
        let mut state = with(&base);
        let plan = |state: &State| {
            let wish = Wish {
                removed,
                tag: "gone",
                ..wish(&new, Some(&base))
            };
            Plan::new(state, &wish)
        };
        let first = plan(&state);
        let found = [
            first.notes.len(),
            first.cards.len(),
            first.graves.notes.len(),
            first.graves.cards.len(),
        ];
        assert_eq!(found, expect, "{removed:?}");
        let treated = usize::from(removed != Removed::Keep);
        assert_eq!((first.told.removed.len(), first.told.treated), (1, treated));
        let tags = if removed == Removed::Tag {
            vec!["gone"]
        } else {
            Vec::new()
        };
        assert_eq!(first.tags, tags);
        apply(&mut state, first);
        assert!(plan(&state).is_empty(), "{removed:?}");
    };
    check(Removed::Keep, [0; 4]);
    check(Removed::Tag, [1, 0, 0, 0]);
    check(Removed::Suspend, [0, 1, 0, 0]);
    check(Removed::Delete, [0, 0, 1, 1]);
}

#[test]
fn a_note_type_that_grows_has_an_heir() {
    let base = package(AB, "D", &[(1, &["a", "b"], 10), (2, &["c", "d"], 10)]);
    let wide = |third: &str, modified: i64| {
        let fields = &["B", "New", "A"];
        package(
            fields,
            "D",
            &[(1, &["b", "n", "a"], 10), (2, &["d", third, "c"], modified)],
        )
    };
    let mut state = with(&base);
    // The learner's own text, and a field of the learner's own.
    let held = state.note_types.get_mut(&TYPE).unwrap();
    held["flds"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "Mine", "ord": 2, "id": 99}));
    for row in state.notes.values_mut() {
        row.fields.push_str("\u{1f}own");
    }
    note(&mut state).modified = 50;
    note(&mut state).fields = "a\u{1f}mine\u{1f}own".to_owned();
    let new = wide("n", 60);
    let plan = Plan::new(&state, &wish(&new, Some(&base)));
    let heir = &plan.note_types[0];
    assert_eq!(
        (heir["id"].clone(), heir["originalId"].clone()),
        (json!(TYPE + 1), json!(TYPE))
    );
    assert_eq!(
        (heir["name"].clone(), plan.note_types.len()),
        (json!("T+"), 1)
    );
    let names: Vec<&str> = heir["flds"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| it["name"].as_str())
        .collect();
    assert_eq!(names, ["B", "New", "A", "Mine"]);
    let rows: Vec<(i64, &str, i64)> = plan
        .notes
        .iter()
        .map(|it| (it.note_type, it.fields.as_str(), it.modified))
        .collect();
    assert_eq!(
        rows,
        [
            (TYPE + 1, "mine\u{1f}n\u{1f}a\u{1f}own", 51),
            (TYPE + 1, "d\u{1f}n\u{1f}c\u{1f}own", 60),
        ]
    );
    assert_eq!((plan.told.repointed, plan.told.kept.len()), (2, 1));
    assert_eq!(plan.counts(&state)[5], 2);
    apply(&mut state, plan);
    assert!(Plan::new(&state, &wish(&new, Some(&new))).is_empty());
    // It is the one from now on.
    let later = wide("later", 70);
    let plan = Plan::new(&state, &wish(&later, Some(&new)));
    assert_eq!((plan.note_types.len(), plan.notes.len()), (0, 1));
    assert_eq!(plan.notes[0].fields, "d\u{1f}later\u{1f}c\u{1f}own");
}

#[test]
fn counts_and_parts_are_those_of_what_is_sent() {
    let notes: Vec<(i64, &[&str], i64)> = (1..=5).map(|it| (it, &["a", "b"][..], 10)).collect();
    let first = package(AB, "New::Deck", &notes);
    let mut state = empty();
    state.reviews = 7;
    let mut plan = Plan::new(&state, &wish(&first, None));
    assert_eq!(plan.counts(&state), json!([[0, 0, 0], 5, 5, 7, 0, 1, 5, 0]));
    plan.stamp(4);
    let chunks = plan.chunks(2);
    assert_eq!(chunks.len(), 6);
    let done: Vec<bool> = chunks
        .iter()
        .filter_map(|it| it["done"].as_bool())
        .collect();
    assert_eq!(done, [false, false, false, false, false, true]);
    assert_eq!(chunks[0]["notes"][1][4], 4);
    assert_eq!(chunks[5]["cards"][0][5], 4);
    let changes = plan.changes();
    assert_eq!(
        (
            changes["models"][0]["usn"].clone(),
            changes["decks"][0][1]["usn"].clone()
        ),
        (json!(4), json!(4))
    );
    plan.graves.cards = vec![1, 2, 3];
    plan.graves.notes = vec![4];
    assert_eq!(plan.grave_parts(2).len(), 3);
    assert_eq!(Plan::default().chunks(2), [json!({"done": true})]);
}
