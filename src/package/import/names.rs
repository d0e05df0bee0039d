//! The forms in which Anki keeps names. What it gets in another form it changes without a word.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use crate::model::fold;
use crate::package::media::is_device;
use crate::package::unknown_characters::is_unknown;

/// The longest name of a media file, in bytes.
const LONGEST_MEDIA_NAME: usize = 120;
/// What is cut off a longer one: Anki leaves room for two bytes.
const CUT_MEDIA_NAME: usize = LONGEST_MEDIA_NAME - 2;
/// How much of an extension a cut name keeps, in bytes.
const LONGEST_EXTENSION: usize = 10;

/// The name of a note type or card template: NFC, without quotes.
pub(super) fn type_name(name: &str) -> String {
    name.nfc().filter(|it| *it != '"').collect()
}

/// The name of a field: NFC, without `: { } "`, not beginning with `# / ^`.
pub(super) fn field_name(name: &str) -> String {
    let kept: String = name.nfc().filter(|it| !":{}\"".contains(*it)).collect();
    let kept = kept.trim().trim_start_matches(['#', '/', '^']);
    kept.to_owned()
}

/// The name of a deck: each part NFC, without control characters, trimmed, and never empty.
pub(super) fn deck_name(name: &str) -> String {
    let parts = name.split("::").map(|part| {
        let kept: String = part.nfc().filter(|it| !it.is_ascii_control()).collect();
        let kept = kept.trim_matches(|it: char| it.is_whitespace() || it == ':');
        match kept {
            "" => "blank".to_owned(),
            _ => kept.to_owned(),
        }
    });
    parts.collect::<Vec<_>>().join("::")
}

/// The name with as many `+` as make it differ from all taken ones, which are folded. Only a
/// package made to waste time needs more than a hundred; it gets no more.
pub(super) fn free_name(mut name: String, is_taken: impl Fn(&str) -> bool) -> String {
    for _ in 0..100 {
        if !is_taken(&fold(&name)) {
            break;
        }
        name.push('+');
    }
    name
}

/// Whether the name is a file's own, without a path.
pub(super) fn is_file_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains('/')
}

/// The name of a media file as Anki keeps it.
pub(super) fn media_name(name: &str) -> String {
    let forbidden =
        |it: char| "[]<>:\"/?*^\\|".contains(it) || it.is_ascii_control() || is_unknown(it);
    let kept = name.nfc().filter(|it| !forbidden(*it));
    let mut kept: String = kept
        .map(|it| if it == '\u{a0}' { ' ' } else { it })
        .collect();
    if is_device(&kept) {
        let stem = kept.find('.').unwrap_or(kept.len());
        kept.insert(stem, '_');
    }
    close(&mut kept);
    if kept.len() > LONGEST_MEDIA_NAME {
        kept = cut(&kept);
        close(&mut kept);
    }
    kept
}

/// The name under which a file comes in whose own is taken by another content.
pub(super) fn hashed_media_name(name: &str, sha1: &[u8; 20]) -> String {
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) => (stem, extension),
        None => (name, ""),
    };
    let hash: String = sha1.iter().map(|byte| format!("{byte:02x}")).collect();
    let room = LONGEST_MEDIA_NAME.saturating_sub(hash.len() + extension.len() + 2);
    format!("{}-{hash}.{extension}", within(stem, room))
}

/// Whether an import leaves a file of this name as it is once it is there, used or not.
pub(super) fn is_static(name: &str) -> bool {
    name.starts_with('_') || name.starts_with("latex-")
}

/// Whether an import without learning progress takes the tag away.
fn is_learning_tag(tag: &str) -> bool {
    tag.eq_ignore_ascii_case("marked") || tag.eq_ignore_ascii_case("leech")
}

/// The column `tags` as an import without learning progress takes it.
pub(in crate::package) fn arriving_tags(column: &str) -> Cow<'_, str> {
    let tags = || {
        let tags = column.split([' ', '\u{3000}']);
        tags.filter(|tag| !tag.is_empty())
    };
    if !tags().any(is_learning_tag) {
        return Cow::Borrowed(column);
    }
    let kept = tags().filter(|tag| !is_learning_tag(tag));
    Cow::Owned(kept.collect::<Vec<_>>().join(" "))
}

/// Windows allows no name that ends in a space or a dot.
fn close(name: &mut String) {
    if name.ends_with([' ', '.']) {
        name.push('_');
    }
}

fn cut(name: &str) -> String {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let extension = within(extension, LONGEST_EXTENSION);
    let room = CUT_MEDIA_NAME.saturating_sub(extension.len() + 1);
    let stem = within(stem, room);
    match extension {
        "" => stem.to_owned(),
        _ => format!("{stem}.{extension}"),
    }
}

/// As much of the beginning as fits into so many bytes.
fn within(text: &str, bytes: usize) -> &str {
    let fits = |end: &usize| text.is_char_boundary(*end);
    let end = (0..=bytes.min(text.len())).rev().find(fits);
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_media() {
        let check = |name: &str, expect: &str| assert_eq!(media_name(name), expect, "{name:?}");
        check("cat.png", "cat.png");
        check("a:b<c.png", "abc.png");
        check(" x .", " x ._");
        check("con.png", "con_.png");
        check("CON", "CON_");
        check("🥰.png", ".png");
        check("com1.a.png", "com1_.a.png");
        check("e\u{301}\u{a0}.png", "é .png");
        check(
            &format!("{}.png", "a".repeat(130)),
            &format!("{}.png", "a".repeat(114)),
        );
        let hash = [0xab; 20];
        let hex = "ab".repeat(20);
        assert_eq!(
            hashed_media_name("cat.png", &hash),
            format!("cat-{hex}.png")
        );
        assert_eq!(hashed_media_name("foo", &hash), format!("foo-{hex}."));
        assert_eq!(hashed_media_name(&"é".repeat(80), &hash).len(), 120);
    }

    #[test]
    fn names_of_decks_fields_and_types() {
        assert_eq!(deck_name("Q:: ::  R"), "Q::blank::R");
        assert_eq!(deck_name(""), "blank");
        assert_eq!(deck_name("A\u{7}:::b "), "A::b");
        assert_eq!(field_name(" #Fr{o\"nt: "), "Front");
        assert_eq!(type_name(" e\u{301}\"x "), " éx ");
        let taken = |name: &str| ["basic", "basic+"].contains(&name);
        assert_eq!(free_name("Basic".to_owned(), taken), "Basic++");
    }
}
