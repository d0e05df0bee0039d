//! The characters that cards show.

use unicode_normalization::char::decompose_canonical;

use crate::template::strip::decode_entities;

/// A set of characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Characters {
    /// A bit for each character up to the last one: a deck has millions of characters, and most of
    /// them are in the set already.
    bits: Vec<u64>,
}

/// What cards may show though no text has it: what Anki, browsers and keyboards put in. Dashes, quotes
/// and the ellipsis; the marks that direct and join letters; the circle under a mark that stands
/// alone; bullets of lists; the euro and minus signs.
const ALWAYS: &[(char, char)] = &[
    (' ', '~'),
    ('\u{A0}', '\u{FF}'),
    ('\u{200B}', '\u{200F}'),
    ('\u{2010}', '\u{2027}'),
    ('\u{202F}', '\u{2030}'),
    ('\u{2039}', '\u{203A}'),
    ('\u{20AC}', '\u{20AC}'),
    ('\u{2122}', '\u{2122}'),
    ('\u{2212}', '\u{2212}'),
    ('\u{25AA}', '\u{25AA}'),
    ('\u{25B8}', '\u{25B8}'),
    ('\u{25BE}', '\u{25BE}'),
    ('\u{25CC}', '\u{25CC}'),
    ('\u{25E6}', '\u{25E6}'),
];

impl Characters {
    /// What is kept of every font: ASCII and Latin-1, punctuation, and what browsers put in.
    #[must_use]
    pub(crate) fn always() -> Self {
        let mut all = Self::default();
        for (first, last) in ALWAYS {
            for character in *first..=*last {
                all.insert(character);
            }
        }
        all
    }

    /// Takes in what a text in HTML shows. Its tags count as text, too.
    pub(crate) fn read(&mut self, html: &str) {
        self.insert_all(html);
        if html.contains('&') {
            self.insert_all(&decode_entities(html));
        }
    }

    /// Takes in what a template, CSS or a script may show: its text, and what escapes in it stand
    /// for.
    pub(crate) fn read_code(&mut self, code: &str) {
        self.read(code);
        let mut high: Option<u32> = None;
        for (at, _) in code.match_indices('\\') {
            let rest = code.get(at + 1..).unwrap_or_default();
            // CSS has the digits right behind, scripts behind a letter, and in braces.
            self.insert_code(hexadecimal(rest, 6));
            let Some(behind) = rest.strip_prefix(['u', 'x']) else {
                continue;
            };
            let number = match behind.strip_prefix('{') {
                Some(inside) => hexadecimal(inside, 6),
                None => hexadecimal(behind, if rest.starts_with('u') { 4 } else { 2 }),
            };
            self.insert_code(number);
            // Two escapes make one character beyond the first 65,536.
            match (high.take(), number) {
                (Some(first), Some(second @ 0xDC00..=0xDFFF)) => {
                    self.insert_code(Some(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)));
                }
                (_, Some(first @ 0xD800..=0xDBFF)) => high = Some(first),
                _ => {}
            }
        }
    }

    /// Takes in another set.
    pub(crate) fn unite(&mut self, other: &Self) {
        if self.bits.len() < other.bits.len() {
            self.bits.resize(other.bits.len(), 0);
        }
        for (own, more) in self.bits.iter_mut().zip(&other.bits) {
            *own |= more;
        }
    }

    /// With what these characters become without another text: the other letter case
    /// (`text-transform`), and letters and marks by themselves, of which browsers put together what a
    /// font does not have as one.
    #[must_use]
    pub(crate) fn closed(mut self) -> Self {
        for character in self.clone().iter() {
            for other in character.to_uppercase().chain(character.to_lowercase()) {
                self.insert(other);
            }
            decompose_canonical(character, |part| self.insert(part));
        }
        self
    }

    /// The characters in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = char> {
        let words = self.bits.iter().zip((0_u32..).step_by(64));
        words.flat_map(|(word, first)| {
            let word = *word;
            let set = (0..64).filter(move |bit| (word >> bit) & 1 == 1);
            set.filter_map(move |bit| char::from_u32(first + bit))
        })
    }

    fn insert_all(&mut self, text: &str) {
        for character in text.chars() {
            self.insert(character);
        }
    }

    fn insert_code(&mut self, number: Option<u32>) {
        if let Some(character) = number.and_then(char::from_u32) {
            self.insert(character);
        }
    }

    fn insert(&mut self, character: char) {
        let number = u32::from(character);
        let Ok(word) = usize::try_from(number / 64) else {
            return;
        };
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        if let Some(bits) = self.bits.get_mut(word) {
            *bits |= 1 << (number % 64);
        }
    }
}

/// The number that a text begins with, of so many digits at most.
fn hexadecimal(text: &str, most: usize) -> Option<u32> {
    let digits = text.bytes().take(most);
    let length = digits.take_while(u8::is_ascii_hexdigit).count();
    u32::from_str_radix(text.get(..length)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(characters: &Characters) -> String {
        characters.iter().collect()
    }

    #[test]
    fn what_texts_show() {
        let check = |text: &str, expect: &str| {
            let mut found = Characters::default();
            found.read(text);
            let mut all: Vec<char> = text.chars().chain(expect.chars()).collect();
            all.sort_unstable();
            all.dedup();
            assert_eq!(shown(&found), all.iter().collect::<String>(), "{text}");
        };
        check("", "");
        check("ab 日本", "");
        check("&eacute;&#26085;&#x672C;", "é日本");
        check("\\65e5", "");
        check("👩‍🚀", "");
    }

    #[test]
    fn what_escapes_show() {
        let check = |code: &str, expect: &str| {
            let mut found = Characters::default();
            found.read_code(code);
            for character in expect.chars() {
                assert!(shown(&found).contains(character), "{code} {character}");
            }
        };
        check("content: \"\\2192 \\0065e5\"", "→日");
        check("'\\u65e5\\u{1F600}\\xe9'", "日😀é");
        check("'\\ud83d\\ude00'", "😀");
        check("&copy;", "©");
        // The end of the text, and what is no character.
        check("\\", "\\");
        check("\\u", "u");
        check("\\u{", "{");
        check("\\d800 \\ude00 \\u{110000}", "u");
        check("\\日", "日");
    }

    #[test]
    fn what_characters_become() {
        let mut found = Characters::default();
        found.read("ßộИ");
        let closed = shown(&found.closed());
        for character in "SSßộỘo\u{302}\u{323}иИ".chars() {
            assert!(closed.contains(character), "{character}");
        }
    }

    #[test]
    fn sets_are_united() {
        let (mut one, mut other) = (Characters::default(), Characters::default());
        one.read("日a");
        other.read("b");
        other.unite(&one);
        assert_eq!(shown(&other), "ab日");
        let always = shown(&Characters::always());
        assert!("Az09~é…“–€".chars().all(|it| always.contains(it)));
    }

    proptest! {
        #[test]
        fn reads_any_text(text in ".*") {
            let mut found = Characters::default();
            found.read_code(&text);
            let all = shown(&found.closed());
            prop_assert!(text.chars().all(|it| all.contains(it)));
        }
    }
}
