//! Gives clozes without a number the one that the lock has for their text.

use std::collections::{BTreeMap, BTreeSet};

use super::render::Facts;
use crate::identity::{Heirs, Lock, cloze_text, number_clozes};
use crate::model::{Note, Suspend};
use crate::template::cloze::{ClozeNode, ClozeText};

/// Puts the numbers that the lock knows into the rendered fields of a note, and keeps what the
/// next lock is to know of them.
pub(super) fn renumber(note: &mut Note, facts: &mut Facts, lock: &Lock, heirs: &Heirs) {
    let Some(id) = &facts.id else { return };
    let source: &str = heirs.get(id).unwrap_or(id);
    let record = lock.notes.get(source).or_else(|| lock.removed.get(source));
    let known = record.map_or(&[][..], |it| &it.clozes);
    if facts.given_numbers().is_empty() && known.is_empty() {
        return;
    }
    let (mut explicit, mut texts) = (BTreeSet::new(), BTreeMap::<u16, String>::new());
    let mut order: Vec<u16> = Vec::new();
    for field in note.fields.iter() {
        let clozes = ClozeText::parse(field);
        for (index, node) in clozes.nodes().iter().enumerate() {
            let ClozeNode::Open { numbers, close, .. } = node else {
                continue;
            };
            for number in numbers {
                if facts.given_numbers().binary_search(number).is_err() {
                    explicit.insert(*number);
                    continue;
                }
                if !order.contains(number) {
                    order.push(*number);
                }
                let inside = clozes.nodes().get(index..*close).unwrap_or_default();
                let text = texts.entry(*number).or_default();
                for node in inside {
                    if let ClozeNode::Text(range) = node {
                        text.push_str(clozes.text(range));
                    }
                }
            }
        }
    }
    let hashes = order.iter().filter_map(|it| texts.get(it));
    let hashes: Vec<_> = hashes.map(|text| cloze_text(text)).collect();
    let next = number_clozes(known, &hashes, &explicit);
    let given = order.iter().zip(&next);
    let changed: BTreeMap<u16, u16> = given
        .map(|(from, to)| (*from, to.number))
        .filter(|(from, to)| from != to)
        .collect();
    facts.keep_clozes(next);
    if changed.is_empty() {
        return;
    }
    note.fields.change(|_, field| rewritten(field, &changed));
    if let Suspend::Cards(ords) = note.suspended() {
        // Who names cards of such clozes counts them as they stand in the source.
        let ords = ords.iter().map(|ord| {
            let number = ord.saturating_add(1);
            changed.get(&number).map_or(*ord, |number| number - 1)
        });
        *note = note.clone().suspend(Suspend::Cards(ords.collect()));
    }
}

/// The field with these numbers changed; `None` where it has none of them.
fn rewritten(field: &str, changed: &BTreeMap<u16, u16>) -> Option<String> {
    let clozes = ClozeText::parse(field);
    let mut tags: Vec<(std::ops::Range<usize>, u16)> = Vec::new();
    for node in clozes.nodes() {
        if let ClozeNode::Open { tag, numbers, .. } = node
            && let [number] = numbers.as_slice()
            && let Some(number) = changed.get(number)
        {
            tags.push((tag.clone(), *number));
        }
    }
    if tags.is_empty() {
        return None;
    }
    let mut text = String::with_capacity(field.len() + 2 * tags.len());
    let mut from = 0;
    for (tag, number) in tags {
        text.push_str(field.get(from..tag.start).unwrap_or_default());
        text.push_str(&format!("{{{{c{number}::"));
        from = tag.end;
    }
    text.push_str(field.get(from..).unwrap_or_default());
    Some(text)
}
