//! A place in a text that names a file.

use std::ops::Range;

/// A name of a file, as a browser or Anki reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Where the name stands, without quotes and without what follows a `?` or `#`.
    pub(super) range: Range<usize>,
    /// The name: entities and escapes are decoded, percent signs are not.
    pub(super) name: String,
    pub(super) how: How,
}

/// How a file is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// In an attribute of HTML; `bare` where its value has no quotes.
    Attribute { bare: bool },
    /// By `[sound:..]`.
    Sound,
    /// In CSS.
    Style,
    /// As a text that may be the name of a file: Anki takes any in quotes that begins with `_`.
    Literal,
}

/// Extensions of what cards show, play and load. Other texts in quotes that begin with `_` are
/// names of files only if there is such a file.
const EXTENSIONS: [&str; 38] = [
    "apng", "avif", "bmp", "css", "csv", "eot", "flac", "gif", "htm", "html", "ico", "jpeg", "jpg",
    "js", "json", "m4a", "mjs", "mov", "mp3", "mp4", "oga", "ogg", "ogv", "opus", "otf", "pdf",
    "png", "svg", "tif", "tiff", "ttf", "txt", "wasm", "wav", "webm", "webp", "woff", "woff2",
];

impl Found {
    /// The name that is written as `written` in `range` of a text. What follows a `?` or `#` is no
    /// part of it. `None` where nothing is named.
    pub(super) fn new(written: &str, range: Range<usize>, name: String, how: How) -> Option<Self> {
        let mut found = Self { range, name, how };
        if how != How::Sound && !found.name.contains("{{") {
            let length = written.char_indices().find_map(|(at, it)| {
                let is_entity = it == '#' && written.get(..at).is_some_and(|it| it.ends_with('&'));
                (matches!(it, '?' | '#') && !is_entity).then_some(at)
            });
            if let Some(length) = length {
                found.range.end = found.range.start + length;
                let behind = found.name.find(['?', '#']);
                found.name.truncate(behind.unwrap_or(found.name.len()));
            }
        }
        (!found.name.trim().is_empty()).then_some(found)
    }

    /// Whether a field, or a part of one, is the name or stands in it.
    pub(super) fn is_filled_in(&self) -> bool {
        self.name.contains("{{")
    }

    /// Whether it leads out of the collection, or into Anki itself.
    pub(super) fn is_address(&self) -> bool {
        let name = self.name.trim();
        name.starts_with("//") || name.starts_with("/_anki/") || has_scheme(name)
    }

    /// Whether it surely is the name of a file, if there is one or not.
    pub(super) fn is_surely_file(&self) -> bool {
        let extension = self.name.rsplit_once('.').map_or("", |(_, it)| it);
        let known = EXTENSIONS
            .iter()
            .any(|it| extension.eq_ignore_ascii_case(it));
        self.how != How::Literal || known
    }
}

/// Whether an address begins with a scheme, such as `https:` or `data:`. A single letter is the
/// drive of a path that was copied.
fn has_scheme(name: &str) -> bool {
    let is_scheme = |it: &str| {
        it.len() > 1
            && it.starts_with(|first: char| first.is_ascii_alphabetic())
            && it
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    };
    name.split_once(':')
        .is_some_and(|(scheme, _)| is_scheme(scheme))
}

/// A literal that may name a file: it begins with `_`, ends in an extension and holds no space
/// at its ends.
pub(super) fn literal(text: &str, range: Range<usize>) -> Option<Found> {
    let name = text.get(range.clone())?;
    let extension = name.rsplit_once('.').map_or("", |(_, it)| it);
    let is_word = (1..=5).contains(&extension.len())
        && extension.bytes().all(|it| it.is_ascii_alphanumeric());
    let is_name = name.starts_with('_') && is_word && !name.contains(['\n', '<', '>', '{']);
    let name = is_name.then(|| name.to_owned())?;
    Found::new(&name.clone(), range, name, How::Literal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_an_address() {
        let check = |name: &str, expect: bool| {
            let found = Found::new(name, 0..name.len(), name.to_owned(), How::Style).unwrap();
            assert_eq!(found.is_address(), expect, "{name}");
        };
        check("https://e.com/a.png", true);
        check("data:image/png;base64,AAAA", true);
        check("//e.com/a.png", true);
        check("/_anki/js/vendor.js", true);
        check("a.png", false);
        check("/img/a.png", false);
        check("C:/a.png", false);
        check("a b:c.png", false);
    }

    #[test]
    fn what_follows_the_name_is_no_part_of_it() {
        let check = |written: &str, name: &str, end: usize| {
            let range = 3..3 + written.len();
            let found = Found::new(written, range, written.to_owned(), How::Style);
            let found = found.map(|it| (it.name, it.range));
            let expect = (!name.is_empty()).then(|| (name.to_owned(), 3..end));
            assert_eq!(found, expect, "{written}");
        };
        check("_a.eot?#iefix", "_a.eot", 9);
        check("_a.svg#icon", "_a.svg", 9);
        check("#icon", "", 0);
        check(" ", "", 0);
        check("_{{F#}}.png", "_{{F#}}.png", 14);
    }
}
