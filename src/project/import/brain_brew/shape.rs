//! Which exports are one project: those that differ in texts alone. What differs becomes a variable
//! of the project's matrix.

use std::collections::BTreeSet;

use super::recipe::{Export, Notes};
use crate::project::unpack::names::{Unique, slug};

/// What differs between the exports of a project.
pub(super) struct Variables {
    /// The key of each export.
    pub(super) keys: Vec<String>,
    /// Names, and what they stand for in each.
    pub(super) list: Vec<(String, Vec<String>)>,
}

/// The name of the list of the matrix.
pub(super) const LIST: &str = "deck";

impl Variables {
    pub(super) fn new(exports: &[Export]) -> Self {
        Self {
            keys: keys(exports),
            list: Vec::new(),
        }
    }

    /// Whether there is more than one export.
    pub(super) fn are_needed(&self) -> bool {
        self.keys.len() > 1
    }

    /// A text that stands for these values, one of each export: the text itself where they are one,
    /// else a variable, which is called `name` if it is new.
    pub(super) fn place(&mut self, name: &str, values: Vec<String>) -> String {
        let first = values.first().cloned().unwrap_or_default();
        let same = values.iter().all(|it| *it == first);
        // In a project with a matrix, such a text would be taken for a variable.
        if same && (!self.are_needed() || !first.contains("{{=")) {
            return first;
        }
        if values == self.keys {
            return format!("{{{{={LIST}}}}}");
        }
        if let Some((known, _)) = self.list.iter().find(|(_, known)| *known == values) {
            return format!("{{{{={known}}}}}");
        }
        let mut unique = name.to_owned();
        let mut number = 2_u32;
        while unique == LIST || self.list.iter().any(|(known, _)| *known == unique) {
            unique = format!("{name}-{number}");
            number = number.saturating_add(1);
        }
        self.list.push((unique.clone(), values));
        format!("{{{{={unique}}}}}")
    }

    /// As [`Variables::place`], with what the values begin with left as it is.
    pub(super) fn place_end(&mut self, name: &str, values: &[String]) -> String {
        let first = values.first().map_or("", String::as_str);
        let shared = |length: usize| {
            let start = first.get(..length);
            start.is_some_and(|start| values.iter().all(|it| it.starts_with(start)))
        };
        let ends = first.char_indices().map(|(at, it)| at + it.len_utf8());
        let length = ends.take_while(|it| shared(*it)).last().unwrap_or_default();
        let rest = |it: &String| it.get(length..).unwrap_or_default().to_owned();
        let end = self.place(name, values.iter().map(rest).collect());
        format!("{}{end}", first.get(..length).unwrap_or_default())
    }
}

/// Short keys of exports: what is left of their names without the words that all begin with.
fn keys(exports: &[Export]) -> Vec<String> {
    let slugs: Vec<String> = exports.iter().map(|it| slug(&it.name)).collect();
    let words: Vec<Vec<&str>> = slugs.iter().map(|it| it.split('-').collect()).collect();
    let first = words.first().cloned().unwrap_or_default();
    let is_shared = |at: usize| {
        let word = first.get(at);
        words
            .iter()
            .all(|it| it.get(at) == word && it.len() > at + 1)
    };
    let shared = (0..first.len()).take_while(|at| is_shared(*at)).count();
    let mut unique = Unique::default();
    let keys = words.iter().map(|it| {
        let own = it.get(shared..).unwrap_or_default().join("-");
        match own.as_str() {
            "" => unique.take("deck", ""),
            own => unique.take(own, ""),
        }
    });
    keys.collect()
}

/// What exports of one project have in common, as a text to be compared.
pub(super) fn shape(export: &Export) -> String {
    let preset = export.header.preset.is_some();
    let notes = match &export.notes {
        Notes::Listed(_) => "listed".to_owned(),
        Notes::Tables(tables) => {
            let of_table = tables.iter().map(|it| {
                let fields: Vec<_> = it
                    .fields
                    .iter()
                    .map(|(_, place)| it.model.fields.get(*place))
                    .collect();
                format!(
                    "{:?}",
                    (
                        (&it.path, it.delimiter, &it.joins),
                        (fields, it.tags.is_some(), it.flags.is_some()),
                        &it.left_out
                    )
                )
            });
            of_table.collect::<Vec<_>>().join("\n")
        }
    };
    format!("{preset} {notes}")
}

/// Exports that are one project each.
pub(super) fn groups(exports: Vec<Export>) -> Vec<Vec<Export>> {
    let mut groups: Vec<(String, Vec<Export>)> = Vec::new();
    for export in exports {
        let shape = shape(&export);
        match groups.iter_mut().find(|(known, _)| *known == shape) {
            Some((_, group)) => group.push(export),
            None => groups.push((shape, vec![export])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// For each export the place of the first one that shares notes with it: a learner has one of them.
pub(super) fn editions(exports: &[Export]) -> Vec<Option<usize>> {
    let guids: Vec<BTreeSet<&str>> = exports.iter().map(guids).collect();
    let mut found: Vec<Option<usize>> = Vec::new();
    for (index, own) in guids.iter().enumerate() {
        let before = guids.iter().take(index).enumerate();
        let mut firsts = before.filter(|(at, _)| found.get(*at) == Some(&None));
        let first = firsts.find(|(_, known)| !own.is_disjoint(known));
        let first = first.map(|(at, _)| at);
        found.push(first);
    }
    found
}

fn guids(export: &Export) -> BTreeSet<&str> {
    match &export.notes {
        Notes::Tables(tables) => {
            let all = tables.iter().flat_map(|it| &it.guids);
            all.map(String::as_str).collect()
        }
        Notes::Listed(listed) => listed.iter().map(|it| it.guid.as_str()).collect(),
    }
}
