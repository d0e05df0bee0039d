//! Gives clozes without a number the one that the lock has for their text, and masks the one that it
//! has for their label.

use std::collections::{BTreeMap, BTreeSet};

use super::render::Facts;
use crate::identity::{Lock, MaskCard, cloze_text, number_clozes, number_masks};
use crate::model::{Note, Suspend};
use crate::render::MaskGroup;
use crate::template::cloze::{ClozeNode, ClozeText};

/// Puts the numbers that the lock knows into the rendered fields of a note, and keeps what the
/// next lock is to know of them.
pub(super) fn renumber(note: &mut Note, facts: &mut Facts, lock: &Lock) {
    let record = facts.known(lock);
    let masks = record.map_or(&[][..], |it| &it.masks);
    if !facts.mask_groups().is_empty() || !masks.is_empty() {
        let (explicit, _) = numbers(note, facts);
        let order: Vec<u16> = facts.mask_groups().iter().map(|it| it.number).collect();
        let cards: Vec<MaskCard> = facts.mask_groups().iter().map(mask_card).collect();
        let next = number_masks(masks, &cards, &explicit);
        let changed = changes(&order, next.iter().map(|it| it.number));
        facts.keep_masks(next);
        return change(note, &changed);
    }
    let known = record.map_or(&[][..], |it| &it.clozes);
    if facts.given_numbers().is_empty() && known.is_empty() {
        return;
    }
    let (explicit, clozes) = numbers(note, facts);
    let hashes: Vec<_> = clozes.iter().map(|(_, text)| cloze_text(text)).collect();
    let next = number_clozes(known, &hashes, &explicit);
    let order: Vec<u16> = clozes.iter().map(|(number, _)| *number).collect();
    let changed = changes(&order, next.iter().map(|it| it.number));
    facts.keep_clozes(next);
    change(note, &changed);
}

/// The numbers that the author gave, and those that deckle gave in the order of their clozes, each
/// with the text of these.
fn numbers(note: &Note, facts: &Facts) -> (BTreeSet<u16>, Vec<(u16, String)>) {
    let mut explicit = BTreeSet::new();
    let mut found: Vec<(u16, String)> = Vec::new();
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
                let at = found.iter().position(|(it, _)| it == number);
                let at = at.unwrap_or_else(|| {
                    found.push((*number, String::new()));
                    found.len() - 1
                });
                let Some((_, text)) = found.get_mut(at) else {
                    continue;
                };
                let inside = clozes.nodes().get(index..*close).unwrap_or_default();
                for node in inside {
                    if let ClozeNode::Text(range) = node {
                        text.push_str(clozes.text(range));
                    }
                }
            }
        }
    }
    (explicit, found)
}

fn mask_card(group: &MaskGroup) -> MaskCard {
    let shapes = group.shapes.join(" ");
    let labels = group.labels.iter().map(String::as_str);
    match &group.name {
        Some(name) => MaskCard::group(name, &shapes, labels),
        None => MaskCard::single(group.labels.first().map_or("", String::as_str), &shapes),
    }
}

/// Which numbers become which, where they differ.
fn changes(from: &[u16], to: impl Iterator<Item = u16>) -> BTreeMap<u16, u16> {
    let pairs = from.iter().copied().zip(to);
    pairs.filter(|(from, to)| from != to).collect()
}

/// Puts other numbers into a note.
fn change(note: &mut Note, changed: &BTreeMap<u16, u16>) {
    if changed.is_empty() {
        return;
    }
    note.fields.change(|_, field| rewritten(field, changed));
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
