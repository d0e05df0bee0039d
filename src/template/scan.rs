//! Searching in text: the few primitives that the readers of this module share.

/// The position of `needle` (ASCII, lower case) in `text` at or after `from`, in any case.
pub(super) fn find_ignore_case(text: &str, needle: &str, from: usize) -> Option<usize> {
    let (hay, needle) = (text.as_bytes(), needle.as_bytes());
    let last = hay.len().checked_sub(needle.len())?;
    (from..=last).find(|&at| starts_ignore_case(hay, needle, at))
}

/// Whether `hay` holds `needle` (ASCII, lower case) at `at`, in any case.
pub(super) fn starts_ignore_case(hay: &[u8], needle: &[u8], at: usize) -> bool {
    hay.get(at..at + needle.len())
        .is_some_and(|found| found.eq_ignore_ascii_case(needle))
}

/// The position of `needle` in `text` at or after `from`.
pub(super) fn find_from(text: &str, needle: &str, from: usize) -> Option<usize> {
    text.get(from..)?.find(needle).map(|at| from + at)
}

/// Whether a letter, digit or underscore ends at `at`: no word can begin there.
pub(super) fn word_ends_at(text: &str, at: usize) -> bool {
    text.get(..at)
        .and_then(|before| before.chars().next_back())
        .is_some_and(is_word)
}

/// Whether a letter, digit or underscore begins at `at`: no word can end there.
pub(super) fn word_begins_at(text: &str, at: usize) -> bool {
    text.get(at..)
        .and_then(|after| after.chars().next())
        .is_some_and(is_word)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A search that remembers where it found nothing.
///
/// Repeating a failed search for every opening bracket would make the reading of broken
/// text quadratic; a later start can't find what an earlier one did not.
pub(super) struct Search<'a> {
    text: &'a str,
    needle: &'static str,
    next: Option<usize>,
    exhausted: bool,
}

impl<'a> Search<'a> {
    /// Looks for `needle` (ASCII, lower case) in any case.
    pub(super) fn new(text: &'a str, needle: &'static str) -> Self {
        Self {
            text,
            needle,
            next: None,
            exhausted: false,
        }
    }

    /// The first match at or after `from`; calls may come in any order of `from`, rising ones
    /// are cheap.
    pub(super) fn at_or_after(&mut self, from: usize) -> Option<usize> {
        if self.exhausted {
            return None;
        }
        if let Some(next) = self.next.filter(|&next| next >= from) {
            return Some(next);
        }
        self.next = find_ignore_case(self.text, self.needle, from);
        self.exhausted = self.next.is_none();
        self.next
    }
}
