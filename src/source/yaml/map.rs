//! Keys of other people's files, as the keys that they stand for: the setting `map`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::node::{Entry, Scalar};
use crate::diag::{Code, Diagnostic, Diagnostics, TextBuilder};

/// The entries with the keys that `map` gives them, at the places of the keys that are written.
/// Those that it gives none are left out. Two that come to one key are told; the first one counts.
pub(super) fn mapped<'e>(
    entries: &'e [Entry],
    map: &BTreeMap<String, Option<String>>,
    sink: &mut Diagnostics,
) -> Cow<'e, [Entry]> {
    if map.is_empty() || entries.iter().all(|it| !map.contains_key(it.name())) {
        return Cow::Borrowed(entries);
    }
    let mut found: Vec<Entry> = Vec::with_capacity(entries.len());
    for entry in entries {
        let mut entry = entry.clone();
        match map.get(entry.name()) {
            None => {}
            Some(None) => continue,
            Some(Some(ours)) => entry.key = renamed(&entry.key, ours),
        }
        match found.iter().find(|it| it.name() == entry.name()) {
            None => found.push(entry),
            Some(first) => sink.push(
                Diagnostic::new(
                    Code::DuplicateKey,
                    format!("two keys of one mapping mean `{}`", entry.name()),
                )
                .at(entry.key_span(), "here again")
                .also(first.key_span(), "first here")
                .help("`map` says what each key means; `KEY: ~` in it leaves one out"),
            ),
        }
    }
    Cow::Owned(found)
}

fn renamed(key: &Scalar, name: &str) -> Scalar {
    let span = key.text.whole();
    let mut text = TextBuilder::new(span.file, span.range().start);
    text.push(name, span.range());
    Scalar {
        text: text.finish(),
        ..key.clone()
    }
}
