//! The name of a media file in the package.
//!
//! Lower case `[a-z0-9._-]` only: Anki removes, rewrites or mis-encodes most other characters
//! (measured: `?` and `*` are dropped, `%20` is taken for a percent sign when it looks for
//! missing files, `#` and quotes are encoded). The hash makes names of two files differ, and gives an
//! edited picture a new name, so that each device fetches it.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::MediaKey;
use super::kind::extension;
use crate::files::file_name;

/// Names are at most this long, in bytes; Anki cuts them at 120.
const LONGEST: usize = 79;

/// `stem-<16 hex>.ext` for the file at `path`.
pub(super) fn name_for(path: &str, key: &MediaKey) -> String {
    named(path, key, LONGEST)
}

/// `_stem-<16 hex>.ext` for the file at `path`, which no note refers to. A hash that its name
/// holds already, from a package that was unpacked, makes room for the new one.
pub(in crate::render) fn asset_name_for(path: &str, key: &MediaKey) -> String {
    let file = file_name(path);
    let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
    let bare = stem.rsplit_once('-').filter(|(stem, hash)| {
        let is_digit = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
        !stem.is_empty() && hash.len() == 16 && hash.bytes().all(is_digit)
    });
    let stem = bare.map_or(stem, |(stem, _)| stem);
    let dot = if extension.is_empty() { "" } else { "." };
    format!(
        "_{}",
        named(&format!("{stem}{dot}{extension}"), key, LONGEST - 1)
    )
}

fn named(path: &str, key: &MediaKey, longest: usize) -> String {
    let hash: String = key.hex().chars().take(16).collect();
    let extension = clean(extension(path), 8).replace(['-', '_', '.'], "");
    let dot_and_extension = if extension.is_empty() {
        String::new()
    } else {
        format!(".{extension}")
    };
    let file = file_name(path);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let room = longest - 1 - hash.len() - dot_and_extension.len();
    let stem = clean(stem, room);
    let stem = if stem.is_empty() { "media" } else { &stem };
    format!("{stem}-{hash}{dot_and_extension}")
}

/// At most `longest` characters of `text`, folded to the alphabet of names; each run of
/// characters outside of it is one `_`, and none stands at an end.
pub(crate) fn clean(text: &str, longest: usize) -> String {
    let mut clean = String::new();
    let mut gap = false;
    for character in text.nfkd() {
        let mut one = [0; 4];
        let folded: &str = match character {
            'a'..='z' | '0'..='9' | '-' | '.' => character.encode_utf8(&mut one),
            'A'..='Z' => character.to_ascii_lowercase().encode_utf8(&mut one),
            _ => fold(character),
        };
        if folded.is_empty() {
            gap |= !character.is_alphanumeric() && !is_combining_mark(character);
            continue;
        }
        if gap && !clean.is_empty() {
            clean.push('_');
        }
        gap = false;
        clean.push_str(folded);
    }
    clean.truncate(longest);
    let ends = ['_', '.', '-'];
    clean.trim_matches(ends).to_owned()
}

/// Letters that do not decompose into an ASCII letter and marks.
fn fold(character: char) -> &'static str {
    match character {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ø' | 'Ø' => "o",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'ł' | 'Ł' => "l",
        'þ' | 'Þ' => "th",
        'ħ' | 'Ħ' => "h",
        'ı' => "i",
        'ŋ' | 'Ŋ' => "n",
        'ŧ' | 'Ŧ' => "t",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_templates_keep_their_underscore() {
        let key = MediaKey([0xAB; 32]);
        let check = |path: &str, expect: &str| {
            let name = asset_name_for(path, &key);
            assert_eq!(name.replace("-abababababababab", "*"), expect, "{path}");
            assert!(name.len() <= LONGEST);
        };
        check("types/a/_logo.png", "_logo*.png");
        check("logo.PNG", "_logo*.png");
        check("__x.js", "_x*.js");
        check("_日本.woff2", "_media*.woff2");
        check("_logo-0123456789abcdef.png", "_logo*.png");
        check("_logo-0123456789abcdeg.png", "_logo-0123456789abcdeg*.png");
        check("-0123456789abcdef.png", "_0123456789abcdef*.png");
        check("_license", "_license*");
        let long = "x".repeat(130);
        assert_eq!(asset_name_for(&format!("_{long}.png"), &key).len(), LONGEST);
    }

    #[test]
    fn names_are_of_one_small_alphabet() {
        let key = MediaKey([0xAB; 32]);
        let check = |path: &str, stem: &str| {
            let name = name_for(path, &key);
            assert_eq!(name.replace("-abababababababab", "*"), stem, "{path}");
            assert!(name.len() <= LONGEST);
        };
        check("img/my img.png", "my_img*.png");
        check("heart cross section.PNG", "heart_cross_section*.png");
        check("œuf.mp3", "oeuf*.mp3");
        check("Straße (1).jpg", "strasse_1*.jpg");
        check("cafe\u{301}.png", "cafe*.png");
        check("café.png", "cafe*.png");
        check("日本.png", "media*.png");
        check("_logo.png", "logo*.png");
        check("it's \"q\".png", "it_s_q*.png");
        check("50%20off.png", "50_20off*.png");
        check("x[1].png", "x_1*.png");
        check("con", "con*");
        check("a.tar.gz", "a.tar*.gz");
        let long = "x".repeat(130);
        assert_eq!(name_for(&format!("{long}.png"), &key).len(), LONGEST);
    }
}
