//! What a complete mapping comes to: merge keys unfolded, each key once.

use std::collections::BTreeSet;

use super::node::{Entry, ScalarStyle, Value};
use crate::diag::{Code, Diagnostic, Diagnostics};

/// The entries of a mapping as they count.
pub(super) fn finish(entries: Vec<Entry>, sink: &mut Diagnostics) -> Vec<Entry> {
    without_repetition(merge(entries, sink), sink)
}

/// Takes the entries of mappings under `<<` in, unless their keys stand there already.
fn merge(entries: Vec<Entry>, sink: &mut Diagnostics) -> Vec<Entry> {
    let is_merge = |entry: &Entry| entry.key.style == ScalarStyle::Plain && entry.name() == "<<";
    if !entries.iter().any(is_merge) {
        return entries;
    }
    let (merges, mut own): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(is_merge);
    let mut known: BTreeSet<String> = own.iter().map(|it| it.name().to_owned()).collect();
    for merge in merges {
        let sources = match merge.value.value {
            Value::Sequence(items) => items,
            _ => vec![merge.value],
        };
        for source in sources {
            let span = source.span;
            let shape = source.shape();
            match source.value {
                Value::Mapping(more) => {
                    for entry in more {
                        if known.insert(entry.name().to_owned()) {
                            own.push(entry);
                        }
                    }
                }
                _ => sink.push(
                    Diagnostic::new(Code::WrongShape, "`<<` takes the entries of a mapping")
                        .at(span, format!("this is {shape}"))
                        .help("write `<<: *NAME`, where `&NAME` marks a mapping above"),
                ),
            }
        }
    }
    own
}

/// Tells of keys that stand twice; the first one counts.
fn without_repetition(mut entries: Vec<Entry>, sink: &mut Diagnostics) -> Vec<Entry> {
    // Most mappings are notes of a few fields; they are worth no list of their own.
    let repeats = |(index, entry): (usize, &Entry)| {
        entries
            .iter()
            .take(index)
            .any(|it| it.name() == entry.name())
    };
    if entries.len() <= 12 && !entries.iter().enumerate().any(repeats) {
        return entries;
    }
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|&index| entries.get(index).map(Entry::name));
    let mut repeated: Vec<usize> = Vec::new();
    let mut first = 0;
    for &index in &order {
        let (Some(earlier), Some(entry)) = (entries.get(first), entries.get(index)) else {
            continue;
        };
        if index != first && earlier.name() == entry.name() {
            repeated.push(index);
            sink.push(
                Diagnostic::new(
                    Code::DuplicateKey,
                    format!("the key `{}` stands twice in one mapping", entry.name()),
                )
                .at(entry.key_span(), "here again")
                .also(earlier.key_span(), "first here"),
            );
        } else {
            first = index;
        }
    }
    repeated.sort_unstable();
    let mut index = 0;
    entries.retain(|_| {
        index += 1;
        repeated.binary_search(&(index - 1)).is_err()
    });
    entries
}
