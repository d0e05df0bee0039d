use std::collections::HashSet;

use proptest::prelude::*;

use super::super::hash::Hasher;
use super::*;

/// `type | file | first field | other fields`; the type and the file may be left out.
#[derive(Debug, Clone)]
struct Note {
    note_type: String,
    path: String,
    first: String,
    rest: String,
}

impl Note {
    fn read(line: &str) -> Self {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let part = |from_end: usize, default: &str| {
            let at = parts.len().checked_sub(from_end);
            at.map_or(default, |at| parts[at]).to_owned()
        };
        Self {
            note_type: part(4, "basic"),
            path: part(3, "a.md"),
            first: part(2, ""),
            rest: part(1, ""),
        }
    }

    fn item(&self) -> Item<'_> {
        let mut hasher = Hasher::default();
        hasher.text(&self.first);
        let mut sketcher = Sketcher::default();
        sketcher.first(&self.first);
        sketcher.rest(&self.rest);
        Item {
            note_type: &self.note_type,
            path: &self.path,
            fingerprint: hasher.digest(),
            sketch: Some(sketcher.sketch()),
        }
    }
}

fn items(notes: &[Note]) -> Vec<Item<'_>> {
    notes.iter().map(Note::item).collect()
}

fn run(old: &[Note], gone: &[Note], new: &[Note]) -> Matching {
    find(&items(old), &items(gone), &items(new), &[])
}

/// `expect`: for each new note `-`, or the letter of `how` and the number of the old note.
fn check(old: &str, new: &str, expect: &str) {
    let read = |notes: &str| -> Vec<Note> {
        let lines = notes.lines().filter(|line| !line.trim().is_empty());
        lines.map(Note::read).collect()
    };
    let (live, gone) = old.split_once("gone:").unwrap_or((old, ""));
    let (live, gone, notes) = (read(live), read(gone), read(new));
    let found = run(&live, &gone, &notes);
    let mut told = vec!["-".to_owned(); notes.len()];
    for it in &found.matches {
        let letter = match it.how {
            How::Kept => "k",
            How::Moved => "m",
            How::Edited => "e",
            How::EditedAndMoved => "em",
            How::CameBack => "b",
        };
        told[it.new] = format!("{letter}{}", it.old);
    }
    for it in &found.ambiguities {
        for new in &it.new {
            told[*new] = "?".to_owned();
        }
    }
    assert_eq!(told.join(" "), expect, "{old}\n=>\n{new}");
}

const HEART: &str = "
    What does the heart pump through the body? | Blood, five liters a minute at rest
    Which valve lies between left atrium and ventricle? | The mitral valve
    What is a systole? | The contraction of the ventricles
";

#[test]
fn unchanged_and_moved_notes_are_themselves() {
    check(HEART, HEART, "k0 k1 k2");
    let moved = "
        What is a systole? | The contraction of the ventricles
        basic | b.md | What does the heart pump through the body? | Blood, five liters a minute at rest
        Which valve lies between left atrium and ventricle? | The mitral valve";
    check(HEART, moved, "k2 m0 k1");
    let answer = HEART.replace("The mitral valve", "Nobody knows");
    check(HEART, &answer, "k0 k1 k2");
}

#[test]
fn an_edited_question_is_found() {
    let typo = HEART.replace("What is a systole", "What is the systole");
    check(HEART, &typo, "k0 k1 e2");
    let rewritten = HEART.replace(
        "What does the heart pump through the body",
        "Name the liquid that is moved by our central muscle",
    );
    check(HEART, &rewritten, "e0 k1 k2");
    let all = HEART.replace("the ", "our ").replace(" a ", " one ");
    check(HEART, &all, "e0 k1 e2");
    // Another file, and slightly edited.
    let moved = "
        basic | b.md | What does the heart pump through our body? | Blood, five liters a minute at rest
        Which valve lies between left atrium and ventricle? | The mitral valve
        What is a systole? | The contraction of the ventricles";
    check(HEART, moved, "em0 k1 k2");
}

#[test]
fn notes_of_one_question_are_told_apart_by_their_answers() {
    let old = "
        What does it print? | The numbers from zero to nine in one line
        What is a loop? | Something that goes round and round until it is told to stop
        What does it print? | Nothing, since the vector was moved before";
    let swapped = "
        What does it print? | Nothing, since the vector was moved before
        What is a loop? | Something that goes round and round until it is told to stop
        What does it print? | The numbers from zero to nine in one line";
    check(old, swapped, "k2 k1 k0");
    let edited = swapped.replace("was moved before", "was moved long before");
    check(old, &edited, "k2 k1 k0");
    // Written anew, one of them elsewhere: either may be either.
    let anew = "
        What is a loop? | Something that goes round and round until it is told to stop
        What does it print? | Hello world, followed by a line feed
        What does it print? | An error: types do not match";
    check(old, anew, "k1 ? ?");
}

#[test]
fn what_is_another_note_is_new() {
    let replaced = HEART.replace(
        "What is a systole? | The contraction of the ventricles",
        "Who discovered circulation? | William Harvey, 1628",
    );
    check(HEART, &replaced, "k0 k1 -");
    let retyped = HEART.replace("What is a systole", "cloze | a.md | What is the systole");
    check(HEART, &retyped, "k0 k1 -");
    let added = format!("{HEART}What is a diastole? | The relaxation of the ventricles");
    check(HEART, &added, "k0 k1 k2 -");
    // A question of a pattern that all share is like each of them.
    let capitals = "
        What is the capital of Sweden? | Stockholm
        What is the capital of Norway? | Oslo
        What is the capital of France? | Paris";
    let others = "
        What is the capital of Sweden? | Stockholm
        What is the capital of Norway? | Oslo
        basic | b.md | What is the capital of Greece? | Athens";
    check(capitals, others, "k0 k1 -");
}

#[test]
fn undone_deletions_come_back() {
    let old = "
        What is a systole? | The contraction of the ventricles
        gone:
        What is blood? | A liquid
        What is blood? | A tissue";
    let new = "
        What is a systole? | The contraction of the ventricles
        What is blood? | A tissue";
    check(old, new, "k0 b1");
}

#[test]
fn notes_that_ask_the_same_are_told_apart_by_the_rest() {
    let old = "
        Output? | print(1)
        Output? | print(2)
        Output? | for x in range(10): print(x)";
    check(old, "Output? | print(2)", "k1");
    check(old, "basic | b.md | Output? | print(2)", "m1");
    let edited = "
        Output? | for x in range(12): print(x)
        Output? | print(1)
        Output? | print(2)";
    check(old, edited, "k2 k0 k1");
}

#[test]
fn what_may_be_either_of_two_is_neither() {
    let old = "
        Which muscle of the arm bends the elbow joint? | Biceps
        Which Muscle of the arm bends the elbow joint? | Biceps";
    let new = "Which muscle of an arm bends the elbow joint? | Biceps";
    check(old, new, "?");
    let (one, two) = (old.lines().nth(1).unwrap(), old.lines().nth(2).unwrap());
    check(new, &format!("{one}\n{two}"), "? ?");
}

#[test]
fn notes_with_ids_of_their_own_are_neighbors_but_no_candidates() {
    let old: Vec<Note> = HEART
        .lines()
        .filter(|it| !it.trim().is_empty())
        .map(Note::read)
        .collect();
    let mut new = old.clone();
    new[0].first = "Something with an id".to_owned();
    new[1].first = "What is the name of the valve on the left?".to_owned();
    let found = find(&items(&old), &[], &items(&new), &[(0, 0)]);
    let pairs: Vec<(usize, usize)> = found.matches.iter().map(|it| (it.old, it.new)).collect();
    assert_eq!(pairs, [(1, 1), (2, 2)]);
}

/// A deck of this size, each question of its own words.
fn deck(size: usize, edit: bool) -> Vec<Note> {
    let word = |seed: usize| -> String {
        let mut number = (seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let letter = |_| {
            number = number.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            char::from(b'a' + (number >> 40) as u8 % 26)
        };
        (0..7).map(letter).collect()
    };
    (0..size)
        .map(|at| {
            let ask = if edit { "and which" } else { "which" };
            let [one, two, three, four] = [0, 1, 2, 3].map(|it| word(4 * at + it));
            Note::read(&format!(
                "basic|{}.md|{ask} {one} has {two}?|{three} {four}",
                at / 5000
            ))
        })
        .collect()
}

#[test]
fn what_is_unchanged_is_compared_with_nothing() {
    let notes = deck(5_000, false);
    let found = run(&notes, &[], &notes);
    assert_eq!((found.matches.len(), found.comparisons), (5_000, 0));
}

#[test]
fn a_deck_whose_every_note_is_edited_is_found_without_comparing_all_with_all() {
    let size = 20_000;
    let found = run(&deck(size, false), &[], &deck(size, true));
    assert!(found.matches.iter().all(|it| it.old == it.new));
    assert!(
        found.matches.len() > size * 99 / 100,
        "{}",
        found.matches.len()
    );
    // 400,000,000 would be all with all.
    assert!(found.comparisons < size * 1_000, "{}", found.comparisons);
}

#[test]
fn notes_without_a_difference_cost_no_more() {
    // Each question and each answer is in one bucket with all others.
    let same = |first: &str| vec![Note::read(&format!("{first}|the same answer")); 5_000];
    let found = run(&same("one question"), &[], &same("other question"));
    assert!(found.comparisons < 5_000 * 15_000, "{}", found.comparisons);
    let found = run(&same("one question"), &[], &same("one question"));
    assert_eq!(found.matches.len(), 5_000);
}

fn notes() -> impl Strategy<Value = Vec<Note>> {
    let word = prop::sample::select(vec![
        "atrium", "valve", "pulse", "left", "right", "of", "the",
    ]);
    let text = prop::collection::vec(word, 0..6).prop_map(|words| words.join(" "));
    let note = (
        prop::sample::select(vec!["basic", "cloze"]),
        prop::sample::select(vec!["a.md", "b.md"]),
        text.clone(),
        text,
    );
    let note = note.prop_map(|(note_type, path, first, rest)| Note {
        note_type: note_type.to_owned(),
        path: path.to_owned(),
        first,
        rest,
    });
    prop::collection::vec(note, 0..24).prop_map(|mut notes| {
        notes.sort_by(|one, other| one.path.cmp(&other.path));
        notes
    })
}

proptest! {
    #[test]
    fn nothing_is_given_twice(old in notes(), gone in notes(), new in notes()) {
        let found = run(&old, &gone, &new);
        let (mut from, mut to) = (HashSet::new(), HashSet::new());
        for it in &found.matches {
            let came_back = it.how == How::CameBack;
            prop_assert!(from.insert((came_back, it.old)));
            prop_assert!(to.insert(it.new));
            let known = if came_back { &gone } else { &old };
            prop_assert_eq!(&known[it.old].note_type, &new[it.new].note_type);
        }
        for it in found.ambiguities.iter().flat_map(|it| &it.new) {
            prop_assert!(!to.contains(it));
        }
        prop_assert_eq!(run(&old, &gone, &new).matches, found.matches);
    }

    #[test]
    fn unchanged_notes_stay_themselves(kept in notes(), more in notes()) {
        // Whatever else is added.
        let mut new = kept.clone();
        new.extend(more.into_iter().map(|mut note| {
            note.first.push_str(" anew");
            note
        }));
        let found = run(&kept, &[], &new);
        prop_assert_eq!(found.matches.iter().filter(|it| it.how == How::Kept).count(), kept.len());
        prop_assert!(found.matches.iter().all(|it| it.new < kept.len()));
    }

    #[test]
    fn the_order_of_files_makes_no_difference(old in notes(), new in notes()) {
        let swapped = |notes: &[Note]| -> (Vec<Note>, Vec<usize>) {
            let mut order: Vec<usize> = (0..notes.len()).collect();
            order.sort_by(|one, other| notes[*other].path.cmp(&notes[*one].path).then(one.cmp(other)));
            (order.iter().map(|at| notes[*at].clone()).collect(), order)
        };
        // Of equal texts any may be taken: only what is alone of its text is compared.
        let alone = |notes: &[Note], at: usize| {
            let same = |it: &&Note| it.first == notes[at].first && it.rest == notes[at].rest;
            notes.iter().filter(same).count() == 1
        };
        let ((other_old, old_order), (other_new, new_order)) = (swapped(&old), swapped(&new));
        let found = run(&old, &[], &new);
        let other = run(&other_old, &[], &other_new);
        let exact = |it: &&Match| matches!(it.how, How::Kept | How::Moved) && alone(&old, it.old) && alone(&new, it.new);
        let pairs: HashSet<(usize, usize)> = found.matches.iter().filter(exact)
            .filter(|it| old[it.old].rest == new[it.new].rest).map(|it| (it.old, it.new)).collect();
        let others: HashSet<(usize, usize)> = other.matches.iter()
            .map(|it| (old_order[it.old], new_order[it.new])).collect();
        prop_assert!(pairs.is_subset(&others), "{:?} {:?}", pairs, others);
    }

    #[test]
    fn sketches_survive_the_lock(first in any::<u64>(), rest in any::<u64>(), text in ".{0,40}") {
        let sketch = Sketch { first, rest };
        prop_assert_eq!(Sketch::parse(&sketch.to_string()), Some(sketch));
        prop_assert!(Sketch::parse(&text).is_none() || text.len() == 32);
        prop_assert_eq!(sketch.distance(sketch) , if (first, rest) == (0, 0) { Sketch::FARTHEST } else { 0 });
    }
}
