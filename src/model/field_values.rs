//! The values of a note's fields, as one text: most fields of most notes are empty, a deck may
//! have a million notes, and the database wants them joined.

use memchr::{memchr, memchr_iter};

/// What stands between two values, here as in Anki's database.
const SEPARATOR: char = '\u{1f}';

/// The values of all fields, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct FieldValues(Box<str>);

impl FieldValues {
    /// As many empty values. A note has one field at least.
    pub(crate) fn empty(count: usize) -> Self {
        Self::join((0..count).map(|_| ""))
    }

    /// These values. The separator itself cannot be part of one and becomes U+FFFD; it is a
    /// control character, and all of them are told where values come from.
    pub(crate) fn join<'a>(values: impl Iterator<Item = &'a str> + Clone) -> Self {
        let length = values.clone().map(|it| it.len() + 1).sum();
        let mut joined = String::with_capacity(length);
        for (index, value) in values.enumerate() {
            if index > 0 {
                joined.push(SEPARATOR);
            }
            if memchr(SEPARATOR as u8, value.as_bytes()).is_some() {
                joined.push_str(&value.replace(SEPARATOR, "\u{fffd}"));
            } else {
                joined.push_str(value);
            }
        }
        Self(joined.into())
    }

    /// The values that were [`joined`](Self::joined).
    pub(crate) fn of_joined(joined: &str) -> Self {
        Self(joined.into())
    }

    /// The values with the separator between them.
    pub(crate) fn joined(&self) -> &str {
        &self.0
    }

    /// Changes the text of all values at once, which must leave the separators as they are.
    pub(crate) fn change_joined(&mut self, change: impl FnOnce(&str) -> Option<String>) {
        if let Some(changed) = change(&self.0) {
            self.0 = changed.into();
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        let ends = memchr_iter(SEPARATOR as u8, self.0.as_bytes());
        let mut start = 0;
        ends.chain([self.0.len()]).map(move |end| {
            let value = self.0.get(start..end).unwrap_or_default();
            start = end + 1;
            value
        })
    }

    pub(crate) fn first(&self) -> &str {
        self.iter().next().unwrap_or_default()
    }

    pub(crate) fn to_vec(&self) -> Vec<&str> {
        self.iter().collect()
    }

    /// Puts another value into the place of those that `change` has one for.
    pub(crate) fn change(&mut self, change: impl Fn(usize, &str) -> Option<String>) {
        let changed: Vec<Option<String>> = self
            .iter()
            .enumerate()
            .map(|(index, value)| change(index, value))
            .collect();
        if changed.iter().any(Option::is_some) {
            let values = self.iter().zip(&changed);
            *self = Self::join(values.map(|(old, new)| new.as_deref().unwrap_or(old)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_out_as_they_went_in() {
        let check = |values: &[&str], expect: &[&str]| {
            let joined = FieldValues::join(values.iter().copied());
            assert_eq!(joined.to_vec(), expect);
        };
        check(&["a"], &["a"]);
        check(&["", "b", ""], &["", "b", ""]);
        check(&["a\u{1f}b", "c"], &["a\u{fffd}b", "c"]);
        assert_eq!(FieldValues::empty(3).to_vec(), ["", "", ""]);
    }

    #[test]
    fn one_value_changes_alone() {
        let mut values = FieldValues::empty(3);
        values.change(|index, _| (index == 1).then(|| "x".to_owned()));
        assert_eq!(values.to_vec(), ["", "x", ""]);
        values.change_joined(|all| Some(all.replace('x', "yz")));
        assert_eq!(values.to_vec(), ["", "yz", ""]);
    }
}
