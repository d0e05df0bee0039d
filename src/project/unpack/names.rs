//! Names for files and keys that every system takes, made of whatever a package says.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Names are at most this long, in bytes.
const LONGEST: usize = 80;

/// What Anki removes from the names of media (measured on 26.9.3 and 25.9.2).
const NOT_IN_MEDIA: &[char] = &['[', ']', '<', '>', ':', '"', '/', '?', '*', '^', '\\', '|'];

/// Names that were given out, letter case aside.
#[derive(Debug, Default)]
pub(in crate::project) struct Unique(BTreeSet<String>);

impl Unique {
    /// The name, or the name with a number behind its stem where it was given out before.
    pub(in crate::project) fn take(&mut self, stem: &str, extension: &str) -> String {
        let mut name = format!("{stem}{extension}");
        let mut number = 2_u32;
        while !self.0.insert(name.to_lowercase()) {
            name = format!("{stem}-{number}{extension}");
            number = number.saturating_add(1);
        }
        name
    }

    pub(in crate::project) fn reserve(&mut self, name: &str) {
        self.0.insert(name.to_lowercase());
    }
}

/// A part of a path that every system takes and that names no hidden or excluded file.
pub(in crate::project) fn path_part(name: &str) -> String {
    let part = portable(name);
    let part = part.trim_start_matches(['_', '.', ' ']);
    if part.is_empty() {
        "deck".to_owned()
    } else {
        part.to_owned()
    }
}

/// The name that an import gives a media file.
pub(super) fn media_name(name: &str) -> String {
    let kept = name
        .nfc()
        .filter(|it| !it.is_control() && !NOT_IN_MEDIA.contains(it));
    let kept: String = kept
        .map(|it| if it == '\u{a0}' { ' ' } else { it })
        .collect();
    if kept.trim_matches(['.', ' ']).is_empty() {
        return "media".to_owned();
    }
    kept
}

/// The stem and the extension, with its dot, of a file for a media file of this name.
pub(in crate::project) fn media_file(name: &str) -> (String, String) {
    let name = portable(name);
    let name = name.trim_start_matches('.');
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && extension.len() <= 16 => {
            (stem.to_owned(), format!(".{extension}"))
        }
        _ if name.is_empty() => ("media".to_owned(), String::new()),
        _ => (name.to_owned(), String::new()),
    }
}

/// A key of letters from a to z, digits and `-`.
pub(in crate::project) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for character in name.nfkd().filter(|it| !is_combining_mark(*it)) {
        let character = character.to_ascii_lowercase();
        if character.is_ascii_alphanumeric() {
            slug.push(character);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(40);
    slug.trim_matches('-').to_owned()
}

/// Without what some system refuses in a name.
fn portable(name: &str) -> String {
    let refused = |it: char| it.is_control() || r#"<>:"/\|?*"#.contains(it);
    let name: String = name
        .nfc()
        .map(|it| if refused(it) { '-' } else { it })
        .collect();
    let mut cut = name.len().min(LONGEST);
    // The extension stays.
    let extension = name.rsplit_once('.').map_or("", |(_, it)| it);
    let keeps = name.len() > LONGEST && !extension.is_empty() && extension.len() <= 8;
    if keeps {
        cut -= extension.len() + 1;
    }
    while !name.is_char_boundary(cut) {
        cut -= 1;
    }
    let mut part = name.get(..cut).unwrap_or_default().to_owned();
    if keeps {
        part = format!("{part}.{extension}");
    }
    // Windows takes neither at the end, and a few words not at all.
    let part = part.trim_end_matches(['.', ' ']);
    let stem = part.split('.').next().unwrap_or_default();
    let is_device = ["con", "prn", "aux", "nul"]
        .iter()
        .any(|it| stem.eq_ignore_ascii_case(it))
        || ["com", "lpt"].iter().any(|it| {
            let digit = stem.to_ascii_lowercase();
            digit
                .strip_prefix(it)
                .is_some_and(|it| it.len() == 1 && it.as_bytes()[0].is_ascii_digit())
        });
    if is_device {
        return format!("{stem}-{}", part.get(stem.len()..).unwrap_or_default());
    }
    part.to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hostile_names_become_plain_ones() {
        let check = |name: &str, expect: &str| assert_eq!(path_part(name), expect, "{name}");
        check("Cells", "Cells");
        check("../../etc", "-..-etc");
        check("..", "deck");
        check("_deck", "deck");
        check("a/b\\c:d", "a-b-c-d");
        check("con", "con-");
        check("COM1.x", "COM1-.x");
        check("a. .", "a");
        check("ä ö", "ä ö");
        let check = |name: &str, expect: &str| {
            let (stem, extension) = media_file(&media_name(name));
            assert_eq!(stem + &extension, expect, "{name}");
        };
        check("a b.png", "a b.png");
        check("../x.png", "x.png");
        check("_logo.png", "_logo.png");
        check("nul.mp3", "nul-.mp3");
        check("a:b?.png", "ab.png");
        check(".hidden", "hidden");
        assert_eq!(slug("Basic (and reversed card)"), "basic-and-reversed-card");
        assert_eq!(slug("Übung 日本"), "ubung");
        let mut unique = Unique::default();
        assert_eq!(unique.take("A", ".png"), "A.png");
        assert_eq!(unique.take("a", ".png"), "a-2.png");
    }

    proptest! {
        #[test]
        fn any_name_is_one_part_of_a_path(name in any::<String>()) {
            let (stem, extension) = media_file(&media_name(&name));
            for part in [path_part(&name), format!("{stem}{extension}")] {
                prop_assert!(!part.is_empty() && part != "." && part != "..", "{}", part);
                prop_assert!(!part.contains(['/', '\\', ':', '\0']));
                prop_assert!(part.len() < 100);
            }
        }
    }
}
